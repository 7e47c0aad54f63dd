from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Telling people. Knows cases, agencies and people; never why they are told."""

    name = "notifications"
