"""The one moment a file carries: when it was made is the record's to say, and two makings of it are one file."""

from datetime import UTC, datetime

EVER = datetime(2026, 1, 1, tzinfo=UTC)
