from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Referral to review: discussions, enquiries, conferences, core groups and what each of them leads to."""

    name = "meetings"

    def ready(self) -> None:
        from meetings import checks  # noqa: F401  (registers itself)
        from meetings.clashes import booked_days
        from plans.other_plans import BOOKED

        BOOKED.append(booked_days)
