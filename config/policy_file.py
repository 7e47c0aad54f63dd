"""Changes of the policy as a small file or text, in TOML or JSON, with the keys of a story's policy."""

import json
import tomllib
from pathlib import Path
from typing import Any


class UnreadableFile(Exception):
    """The file cannot be read as TOML or JSON."""


def read_file(name: str) -> dict[str, Any]:
    """The changes in a file. Raises UnreadableFile."""
    try:
        return read_text(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise UnreadableFile(f"{name} cannot be read: {fault}") from fault


def read_text(text: str) -> dict[str, Any]:
    """The changes in a text: JSON when it begins with a brace, else TOML. Raises UnreadableFile."""
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except ValueError as fault:  # both libraries' errors are of this kind
        raise UnreadableFile(f"This is neither JSON nor TOML: {fault}") from fault
    if not isinstance(found, dict):
        raise UnreadableFile("It holds no keys.")
    return found


def written(changes: dict[str, Any]) -> str:
    """The same changes as TOML, to be edited in a form."""
    return "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in changes.items())
