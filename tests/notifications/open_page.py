"""The browser's side of a socket, without a browser. (channels.testing asks for a server that is not ours.)"""

import asyncio
import json
from typing import Any

from asgiref.testing import ApplicationCommunicator


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

    async def hears(self) -> Any:
        """The next frame."""
        heard = await self.receive_output(5)
        assert heard["type"] == "websocket.send", heard
        return json.loads(heard["text"])

    async def is_closed_with(self) -> int:
        heard = await self.receive_output(3)
        assert heard["type"] == "websocket.close", heard
        return heard["code"]

    async def goes_away(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self.wait(3), 5)
