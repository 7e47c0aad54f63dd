"""A case that is shown thoroughly elsewhere is shown here by that very test, under its number."""

from types import ModuleType
from typing import Any


def world_of(module: ModuleType, *fixtures: str) -> dict[str, Any]:
    """What the tests of a module stand on: its marks and the fixtures named, for the module that borrows them."""
    return {name: getattr(module, name) for name in (*fixtures, "pytestmark") if hasattr(module, name)}


def only(of: type[Any], **numbered: str) -> type[Any]:
    """A class in the world of another, with only these of its tests, under these names."""
    hidden = {name: None for name in dir(of) if name.startswith("test")}
    return type(f"Cases{of.__name__}", (of,), hidden | {ours: getattr(of, theirs) for ours, theirs in numbered.items()})
