from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Plans, outcomes, actions, drift, and the work with the child between meetings."""

    name = "plans"
