from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The ground floor: cases, people, clocks, the record. Imports none of the other apps."""

    name = "workflow"
