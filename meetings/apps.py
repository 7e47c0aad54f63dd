from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Referral to review: discussions, enquiries, conferences, core groups and what each of them leads to."""

    name = "meetings"
