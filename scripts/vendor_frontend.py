"""Bring the front end in: fetch pinned packages, take out what this service may not use, write what it serves.

Run by a developer when a version moves; needs Node's `npm`. Building, testing and running Throughline need none.

    python scripts/vendor_frontend.py

GOV.UK Frontend's code is MIT, but the typeface, the royal arms and the GOV.UK mark are not ours to show: a service
outside GOV.UK must not look as if it were inside. They go here, once, and a test holds the result to it.
govuk-frontend and govuk-frontend-jinja (requirements/base.in) move together: one draws what the other styles.
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVED = ROOT / "config" / "static" / "vendor"
FOR_TESTS = ROOT / "tests" / "browser" / "vendor"

# Package → (version, SHA-256 of its tarball). A tarball that differs is refused.
PACKAGES = {
    "govuk-frontend": ("6.3.0", "3d91fd1353e32e306a8ae493b44ba9c0277348b5dbc08442a3e63d822e516048"),
    "@ministryofjustice/frontend": ("11.1.0", "9ec6ccf0739cefee1fdc663ca61387204dcf3fd9bfcfafa8b9159d993f38984b"),
    "axe-core": ("4.14.1", "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"),
}

# Neither design system ships its licence text in its package, so the notice is kept here.
COPYRIGHT = {
    "govuk-frontend": "Copyright (C) 2017 Crown Copyright (Government Digital Service)",
    "moj-frontend": "Copyright (C) Crown Copyright (Ministry of Justice), and 2021 dxw",
}
MIT = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        govuk = fetch("govuk-frontend", Path(folder))
        moj = fetch("@ministryofjustice/frontend", Path(folder))
        axe = fetch("axe-core", Path(folder))

    served = {
        "govuk-frontend/govuk-frontend.min.css": permitted_css(text(govuk, "dist/govuk/govuk-frontend.min.css")),
        "govuk-frontend/govuk-frontend.min.js": without_source_map(text(govuk, "dist/govuk/govuk-frontend.min.js")),
        "govuk-frontend/LICENCE.txt": licence("govuk-frontend"),
        "moj-frontend/LICENCE.txt": licence("moj-frontend"),
    }
    # MOJ's script is left behind: no component used here needs it.
    moj_css = permitted_css(without_second_palette(text(moj, "moj/moj-frontend.min.css")))
    served["moj-frontend/moj-frontend.min.css"] = moj_css
    for image in sorted(set(re.findall(r"url\(images/([^)]+)\)", moj_css))):
        served[f"moj-frontend/images/{image}"] = text(moj, f"moj/assets/images/{image}")
    write(SERVED, served, packages=["govuk-frontend", "@ministryofjustice/frontend"])

    for_tests = {
        "axe.min.js": text(axe, "axe.min.js"),
        "LICENCE-axe-core.txt": text(axe, "LICENSE"),
        "LICENCE-axe-core-third-party.txt": text(axe, "LICENSE-3RD-PARTY.txt"),
    }
    write(FOR_TESTS, for_tests, packages=["axe-core"])


def fetch(package: str, folder: Path) -> dict[str, bytes]:
    """The files of one pinned package, by path. Stops when the tarball is not the one that was looked at."""
    version, expected = PACKAGES[package]
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, capture_output=True, text=True
    )
    tarball = folder / packed.stdout.strip()
    found = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if found != expected:
        raise SystemExit(f"{package} {version} is not the tarball that was pinned: {found}")
    with tarfile.open(tarball) as archive:
        return {
            member.name.removeprefix("package/"): archive.extractfile(member).read()
            for member in archive
            if member.isfile()
        }


def text(files: dict[str, bytes], path: str) -> str:
    return files[path].decode()


def permitted_css(css: str) -> str:
    """The stylesheet without the typeface, the arms, the marks and the source map, its images found relatively."""
    css = without_source_map(css)
    css = re.sub(r"/\*!.*?\*/", "", css, flags=re.DOTALL)  # the font's notice goes with the font
    css = re.sub(r"@font-face\{[^{}]*\}", "", css)
    css = css.replace("GDS Transport,arial,sans-serif", "arial,sans-serif")
    css = without_rules(css, naming=r"crest|crown|logotype")
    return css.replace("url(/assets/images/", "url(images/")


def without_rules(css: str, *, naming: str) -> str:
    """Drop each rule whose selector or declarations match `naming`, then the blocks left empty around them."""
    rule = re.compile(r"([^{};]+)\{([^{}]*)\}")
    css = rule.sub(lambda found: "" if re.search(naming, found[0]) else found[0], css)
    while (emptied := re.sub(r"@[^{};]+\{\s*\}", "", css)) != css:
        css = emptied
    return css


def without_second_palette(css: str) -> str:
    """MOJ's sheet repeats GOV.UK's custom properties, of an older version: one source for each colour."""
    return without_rules(css, naming=r":root\{--govuk-")


def without_source_map(source: str) -> str:
    return re.sub(r"\s*(//#|/\*#) sourceMappingURL=\S+( \*/)?", "", source)


def licence(name: str) -> str:
    return f"The MIT License (MIT)\n\n{COPYRIGHT[name]}\n\n{MIT}"


def write(folder: Path, files: dict[str, str], *, packages: list[str]) -> None:
    """Write `files`, remove what an earlier version left behind, and keep a SHA-256 of every file."""
    for old in [path for path in folder.rglob("*") if path.is_file()]:
        old.unlink()
    manifest = {"packages": {name: dict(zip(("version", "sha256"), PACKAGES[name], strict=True)) for name in packages}}
    manifest["files"] = {}
    for path, content in sorted(files.items()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode())
        manifest["files"][path] = hashlib.sha256(content.encode()).hexdigest()
    (folder / "MANIFEST.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
