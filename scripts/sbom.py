"""Writes what the product is made of as a CycloneDX 1.6 document: `make sbom`.

Made from the lock and the installed packages alone, so it is the same wherever and whenever it is made, and names no
machine and no registry.
"""

import json
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

from parts import ROOT, Part, parts

TARGET = ROOT / "sbom.cdx.json"


def document() -> dict[str, Any]:
    """The whole list. Its serial number is worked out from what is in it: the same list has the same number."""
    product = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    components = [_component(part) for part in parts()]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": product["name"],
                "name": product["name"],
                "version": product["version"],
                "licenses": [{"expression": product["license"]}],
            }
        },
        "components": components,
    }


def _component(part: Part) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        # Of the files that the lock accepts: one for each kind of machine.
        "properties": [{"name": "throughline:accepted:sha256", "value": each} for each in part.hashes],
    }
    if part.licence:
        is_plain = " " not in part.licence
        told["licenses"] = [{"license": {"id": part.licence}} if is_plain else {"expression": part.licence}]
    return told


def main(target: Path = TARGET) -> None:
    told = document()
    target.write_text(json.dumps(told, indent=2) + "\n")
    print(f"{target.name}: {len(told['components'])} packages.")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
