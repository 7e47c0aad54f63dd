"""The browser's side of a socket, without a browser. (channels.testing asks for a server that is not ours.)"""

import asyncio
import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

STILL_HERE = {"still": "here"}


class OpenPage(ApplicationCommunicator):
    """A page with a socket to `address`."""

    def __init__(self, application: Any, address: str, headers: list[tuple[bytes, bytes]]) -> None:
        super().__init__(
            application,
            {"type": "websocket", "path": address, "query_string": b"", "headers": headers, "subprotocols": []},
        )

    async def connects(self) -> bool:
        """Whether the other side took the connection."""
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(3))["type"] == "websocket.accept"

    async def says(self, frame: str | bytes) -> None:
        key = "bytes" if isinstance(frame, bytes) else "text"
        await self.send_input({"type": "websocket.receive", key: frame})

    async def hears(self, *, signs_of_life: bool = False) -> Any:
        """The next frame; of the signs of life that come in between only where they are waited for."""
        while True:
            heard = await self.receive_output(5)
            assert heard["type"] == "websocket.send", heard
            told = json.loads(heard["text"])
            if signs_of_life or told != STILL_HERE:
                return told

    async def news(self, within: float) -> Any:
        """The next frame that says something; None when none comes within so many seconds."""
        while not await self.receive_nothing(timeout=within):
            if (told := await self.hears(signs_of_life=True)) != STILL_HERE:
                return told
        return None

    async def is_closed_with(self) -> int:
        heard = await self.receive_output(3)
        assert heard["type"] == "websocket.close", heard
        return heard["code"]

    async def goes_away(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self.wait(3), 5)
