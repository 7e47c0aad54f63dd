"""What an auditor looks at: a sample drawn once, a checklist for each case of it, what was found, and a second view."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from workflow.models import Case, Professional
from workflow.records import Record, StateField


class AuditSample(Record):
    """A sample of cases: drawn once with a seed, and kept with the checklist it was drawn for."""

    seed = models.CharField(max_length=40)
    strata = models.JSONField(help_text="By what it was divided: category, age, rating, agency.")
    wanted = models.PositiveSmallIntegerField(help_text="How many cases were asked for.")
    counts = models.JSONField(help_text="Each stratum: how many cases there were, how many were drawn.")
    questions = models.JSONField(help_text="The checklist as it was then.")
    drawn_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    drawn_on = models.DateField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Sample {self.pk} of {self.drawn_on:%-d %b %Y}"


class SampledCase(Record):
    """One case of a sample, and the stratum it was drawn from."""

    sample = models.ForeignKey(AuditSample, on_delete=models.PROTECT, related_name="cases")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="audited")
    stratum = models.CharField(max_length=300)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sample", "case"], name="a_case_is_in_a_sample_once")]

    def __str__(self) -> str:
        return f"{self.case.reference} in {self.sample}"


class AuditAnswer(Record):
    """One question of the checklist answered, with what in the record shows it."""

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        PARTLY = "partly", "Partly"
        NO = "no", "No"
        NOT_APPLICABLE = "not_applicable", "Does not apply"

    sampled = models.ForeignKey(SampledCase, on_delete=models.PROTECT, related_name="answers")
    question = models.SlugField(max_length=60)
    answer = models.CharField(max_length=20, choices=Answer.choices)
    evidence = models.TextField()
    by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["sampled", "question"], name="a_question_has_one_answer_in_a_case"),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.answer}"

    @property
    def case(self) -> Case:
        return self.sampled.case


class AuditFinding(Record):
    """What an audit found, and what is to be done about it by whom. Its date is a deadline like any other."""

    class State(models.TextChoices):
        OPEN = "open", "To be done"  # climbs the ladder when it is late
        DONE = "done", "Done"  # its owner said what was done

    sampled = models.ForeignKey(SampledCase, on_delete=models.PROTECT, related_name="findings")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="audit_findings")
    found = models.TextField()
    action = models.TextField()
    owner = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="audit_findings")
    by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    found_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    evidence = models.TextField(blank=True)
    state = StateField(default=State.OPEN, choices=State.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_on__gte=F("found_on")) | Q(done_on=None), name="a_finding_is_done_after_it_was_found"
            )
        ]

    def __str__(self) -> str:
        return f"Finding {self.pk} in {self.case.reference}"

    @transition(state, source=State.OPEN, target=State.DONE)
    def complete(self, *, on: date, evidence: str) -> None:
        self.done_on, self.evidence = on, evidence


class SecondView(Record):
    """Another auditor agrees with the answers about a case, or does not, and says why."""

    sampled = models.OneToOneField(SampledCase, on_delete=models.PROTECT, related_name="second_view")
    agrees = models.BooleanField()
    words = models.TextField(blank=True)
    by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{'Agrees' if self.agrees else 'Disagrees'} on {self.sampled}"

    @property
    def case(self) -> Case:
        return self.sampled.case
