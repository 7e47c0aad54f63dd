from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class WorkflowConfig(AppConfig):
    """The ground floor: cases, people, clocks, the record. Imports none of the other apps."""

    name = "workflow"

    def ready(self) -> None:
        from workflow import guards, row_security, scope  # here, since models are not there before

        post_migrate.connect(guards.put_up, sender=self, dispatch_uid="guards")
        post_migrate.connect(row_security.put_up, sender=self, dispatch_uid="row_security")
        connection_created.connect(scope.on_every_connection, dispatch_uid="scope")
