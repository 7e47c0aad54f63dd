"""What somebody who checks the record finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is not whole: of which record, what is wrong, and the particulars in words."""

    record: str
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{self.record} {self.what}: {self.detail}"
