"""What people are told and how far it has got; and what partners' systems may hear and ask."""

from notifications.models.messages import (
    ALERT,
    NOT_KNOWN,
    TO_GO_OUT,
    Heartbeat,
    HowToReach,
    Notice,
    Notification,
    OutsideMail,
    ToBeSent,
)
from notifications.models.partners import ApiKey, ApiKeyUse, WebhookDelivery, WebhookTarget

__all__ = [
    "ALERT",
    "NOT_KNOWN",
    "TO_GO_OUT",
    "ApiKey",
    "ApiKeyUse",
    "Heartbeat",
    "HowToReach",
    "Notice",
    "Notification",
    "OutsideMail",
    "ToBeSent",
    "WebhookDelivery",
    "WebhookTarget",
]
