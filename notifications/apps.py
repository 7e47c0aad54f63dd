from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Telling people. Knows cases, agencies and people; never why they are told."""

    name = "notifications"

    def ready(self) -> None:
        from notifications.live import case_changed
        from workflow.acts import CASE_CHANGED

        CASE_CHANGED.append(case_changed)
