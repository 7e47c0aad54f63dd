from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The wiring: the only floor that sees every other."""

    name = "config"
