"""Every package the product runs on, as the lock and the installed packages know it: for the SBOM and the audit."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<only_if>[^\\]+?))? *\\?$")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
FRONT_END = ROOT / "config" / "static" / "vendor" / "MANIFEST.json"
# What packages say of their licence in their own words, as SPDX names it.
IN_SPDX = {
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "New BSD": "BSD-3-Clause",
    "MIT License": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache 2": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
}


@dataclass(frozen=True)
class Part:
    """One package of the lock."""

    name: str
    version: str
    hashes: tuple[str, ...]
    licence: str  # as SPDX, or as the package says it; empty when it does not
    kind: str = "pypi"

    @property
    def purl(self) -> str:
        """The name by which every tool knows it; it says nothing about where it was fetched."""
        name = self.name.lower().replace("_", "-") if self.kind == "pypi" else self.name.replace("@", "%40")
        return f"pkg:{self.kind}/{name}@{self.version}"


def parts(lock: str = "base") -> list[Part]:
    """What requirements/<lock>.txt names, in its order, then the styles and scripts we carry."""
    return [*_locked(ROOT / "requirements" / f"{lock}.txt"), *_front_end()]


def _locked(path: Path) -> Iterator[Part]:
    name, version, hashes = "", "", []
    for line in [*path.read_text().splitlines(), "end==0"]:
        if found := LOCKED.match(line.strip()):
            if name:
                yield Part(name, version, tuple(hashes), licence_of(name))
            name, version, hashes = found["name"], found["version"].strip(), []
        hashes += HASH.findall(line)


def _front_end() -> Iterator[Part]:
    for name, told in json.loads(FRONT_END.read_text())["packages"].items():
        yield Part(name, told["version"], (told["sha256"],), "MIT", kind="npm")


def licence_of(name: str) -> str:
    """What the installed package declares. Empty when it declares nothing or is not installed on this machine."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if said := told.get("License-Expression"):
        return str(said)
    classified = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if "License ::" in each]
    spoken = [each for each in (*classified, (told.get("License") or "").split("\n")[0]) if each]
    known = [IN_SPDX[each] for each in spoken if each in IN_SPDX]
    return known[0] if known else (spoken[0] if spoken else "")
