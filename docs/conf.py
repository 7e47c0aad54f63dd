"""How the documentation is built: `make docs`, and a warning is an error."""

project = "Throughline"
author = "The Throughline contributors"
copyright = f"{author}, AGPL-3.0-or-later"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
language = "en"
nitpicky = True
myst_heading_anchors = 3

html_theme = "furo"
html_title = "Throughline"
html_copy_source = False
