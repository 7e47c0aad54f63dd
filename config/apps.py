from django.apps import AppConfig
from django.conf import settings


class ConfigConfig(AppConfig):
    """The wiring: the only floor that sees every other."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401, registers what it checks
        from config.provider_events import listen
        from config.sign_in import lasting

        listen()
        lasting.listen()
        if settings.ENGINE == "worker" and settings.ON_POSTGRES:
            from config import jobs

            jobs.ready()
