"""How strongly a rule binds."""

from enum import StrEnum


class Binding(StrEnum):
    """How strongly a value binds: nobody may shorten the law, everybody may change a product default."""

    LAW = "Act of Parliament"
    REGULATION = "regulations"
    GUIDANCE = "statutory guidance"
    LOCAL = "local partnership policy"
    PRODUCT = "product default"
