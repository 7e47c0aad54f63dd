from django.apps import AppConfig


class EscalationConfig(AppConfig):
    """Noticing lateness, the ladder, disagreements. Knows Deadline; has never heard of a meeting."""

    name = "escalation"
