"""Is anything we run on known to be weak, badly licensed, or left behind? `make audit`.

Known weaknesses are asked of pip-audit, whose data is in the net; where it cannot be reached that is said and the rest
of the report is made all the same. Ends with 1 for a known weakness or a licence that does not go with ours.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from parts import ROOT, Part, parts

# What may be part of a work under AGPL-3.0-or-later.
GOES_WITH_OURS = {
    *("0BSD", "AGPL-3.0-or-later", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "GPL-2.0-or-later", "ISC"),
    *("LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib"),
}
PATIENCE = 300
NOT_REACHED = "the data of known weaknesses was not reached from here"
LOCK = ROOT / "requirements" / "base.txt"


def weaknesses() -> tuple[list[str] | None, str]:
    """What pip-audit knows of the lock, one line each, or None and why it could not be asked."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--disable-pip", "--no-deps"]
    try:
        done = subprocess.run(
            [*command, "--format", "json", "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return known_of(json.loads(done.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None, NOT_REACHED


def known_of(told: list[dict[str, Any]]) -> tuple[list[str] | None, str]:
    """From pip-audit's answer, which calls it "no known vulnerabilities" when it found no data about a package."""
    weak = [_in_words(each, found) for each in told for found in each.get("vulns", [])]
    skipped = sum("skip_reason" in each for each in told)
    if not skipped:
        return weak, ""
    return ([*weak, f"{skipped} packages were not looked up"] if weak else None), NOT_REACHED


def _in_words(package: dict[str, str], found: dict[str, Any]) -> str:
    mended = ", ".join(found["fix_versions"]) or "nothing yet"
    return f"{package['name']} {package['version']}: {found['id']}, put right in {mended}"


def unfitting(found: Iterable[Part]) -> list[str]:
    """Whatever declares no licence, or none that goes with ours. Of `A OR B` one that fits is enough."""
    return [
        f"{part.name} {part.version}: {part.licence or 'declares no licence'}"
        for part in found
        if not GOES_WITH_OURS & set(part.licence.split(" OR "))
    ]


def newest() -> dict[str, str] | None:
    """The newest version of each installed package that is not at it; None where no index is reached."""
    command = [sys.executable, "-m", "pip", "list", "--outdated", "--format", "json", "--disable-pip-version-check"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        return {each["name"].lower(): each["latest_version"] for each in json.loads(done.stdout)}
    except (subprocess.TimeoutExpired, ValueError):
        return None


def main() -> int:
    found = parts()
    weak, why_not = weaknesses()
    unfit, newer = unfitting(found), newest()
    print(f"{len(found)} packages in {LOCK.relative_to(ROOT)} and the front end.\n")
    _say("Known weaknesses", weak, why_not)
    _say("Licences that do not go with AGPL-3.0-or-later", unfit, "")
    behind = None if newer is None else _behind(found, newer)
    _say(
        "Not at the newest version (a bound in base.in may hold them)", behind, "no package index was reached from here"
    )
    return 1 if weak or unfit else 0


def _behind(found: Iterable[Part], newer: dict[str, str]) -> list[str]:
    return [f"{part.name} {part.version}, newest {newer[part.name]}" for part in found if part.name in newer]


def _say(what: str, lines: list[str] | None, why_not: str) -> None:
    print(f"{what}: {why_not if lines is None else len(lines) or 'none'}")
    for line in lines or []:
        print(f"  {line}")


if __name__ == "__main__":
    sys.exit(main())
