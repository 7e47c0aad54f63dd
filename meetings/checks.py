"""What Django's own check says of this machine: whether it can draw a PDF."""

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from meetings.documents.pdf import WHAT_TO_INSTALL, can_be_drawn


@register("documents")
def pdf_can_be_drawn(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W001 where Pango is missing: everything works but PDF files."""
    return [] if can_be_drawn() else [Warning(WHAT_TO_INSTALL, id="throughline.W001")]
