"""Putting a story's people on the stage: agencies, professionals, one family and its case."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from config.stories.story import Story
from plans.models import EarlierPlan
from workflow.acting import LONDON
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import (
    Agency,
    AgencyInvolvement,
    Case,
    Child,
    Family,
    FamilyMember,
    Holiday,
    Professional,
    Protection,
    Relationship,
)
from workflow.people import link, name_contact, take_part
from workflow.policy import add_version


@dataclass
class Cast:
    """Whom the keys of one story mean in the database."""

    case: Case
    professionals: dict[str, Professional]
    agencies: dict[str, Agency]

    def key_of(self, professional: Professional) -> str:
        """What the story calls this person; their own key when another story brought them."""
        return next((key for key, one in self.professionals.items() if one == professional), professional.key)


def put_on_stage(story: Story, *, with_policy: bool = True) -> Cast:
    """Creates what the story needs, sharing agencies and people that another story brought already.

    `with_policy`: the story's own values hold from its first day. A partnership of several stories keeps one policy.
    """
    text, on = story.text, story.starts_on
    professionals, agencies = bring_people(story, on)
    if with_policy:
        with under_way("set_policy", PARTNERSHIP, by=None, at=_dawn(on), only_if_changed=True):
            _policy(text, on)
    with under_way("open_case", PARTNERSHIP, by=None, at=_dawn(on)):
        cast = Cast(_case(text, professionals, on), professionals, agencies)
        _children(text, cast.case)
        _family(text, cast.case)
        _work_with_them(text, cast, on)
    return cast


def bring_people(story: Story, on: date) -> tuple[dict[str, Professional], dict[str, Agency]]:
    """The professionals and agencies of a story, by its keys; those who are there already stay who they are."""
    text = story.text
    with under_way("set_up_partnership", PARTNERSHIP, by=None, at=_dawn(on), only_if_changed=True):
        agencies = {key: _agency(key, said) for key, said in text["agencies"].items()}
        return {key: _professional(key, said, agencies) for key, said in text["professionals"].items()}, agencies


def _dawn(on: date) -> datetime:
    """A minute past midnight: before everything else of the day."""
    return datetime.combine(on, time(0, 1), LONDON)


def _agency(key: str, said: dict[str, Any]) -> Agency:
    agency = Agency.objects.filter(key=key).first()
    if agency is None:
        agency = Agency(key=key, name=said["name"], quorum_group=said.get("quorum_group", key))
        agency.save()
    return agency


def _professional(key: str, said: dict[str, Any], agencies: dict[str, Agency]) -> Professional:
    role, agency = said["role"], agencies[said["agency"]]
    known = Professional.objects.filter(name=said["name"], role=role, agency=agency).first()
    if known:
        return known
    taken = Professional.objects.filter(key__startswith=key).count()
    own_key = f"{key}-{taken + 1}" if Professional.objects.filter(key=key).exists() else key
    email = f"{own_key.replace('_', '.')}@{agency.key.replace('_', '-')}.example"
    professional = Professional(key=own_key, name=said["name"], role=role, agency=agency, email=email)
    professional.save()
    return professional


# The format has no words for fathers missing from the record, for how a child takes part or for support: a story that
# does not name the setting is not asked about them when it invites.
IN_WORDS_OF_THE_FORMAT = {"convening_asks_for": []}


def _policy(text: dict[str, Any], on: date) -> None:
    add_version({**IN_WORDS_OF_THE_FORMAT, **text.get("policy", {})}, on=on)
    for holiday in text.get("extra_holidays", ()):
        Holiday(day=date.fromisoformat(holiday["date"]), name=holiday["name"]).save()


def _case(text: dict[str, Any], professionals: dict[str, Professional], on: date) -> Case:
    said = text["case"]
    surname = next(iter(text["children"].values()))["name"].split()[-1]
    family = Family(name=surname)
    family.save()
    holders = {role: professionals[said[role]] for role in Case.ROLES}
    case = Case(reference=said["reference"], family=family, opened_on=on, **holders)
    case.save()
    for role, holder in holders.items():
        link(case, holder, role.replace("_", " "), on=on)
    return case


def _children(text: dict[str, Any], case: Case) -> None:
    for key, said in text["children"].items():
        is_born = "born_on" in said
        child = Child(
            case=case,
            key=key,
            name=said["name"],
            born_on=_day(said.get("born_on")),
            expected_on=_day(said.get("expected_on")),
            missing=said.get("missing", []),
            state=Child.State.BORN if is_born else Child.State.UNBORN,
        )
        child.save()
        for earlier in said.get("earlier_plans", ()):
            EarlierPlan(child=child, from_on=_day(earlier["from"]), until_on=_day(earlier["to"])).save()


def _family(text: dict[str, Any], case: Case) -> None:
    children = {child.key: child for child in case.children.all()}
    members = {}
    for key, said in text.get("family", {}).items():
        member = FamilyMember(
            case=case,
            key=key,
            name=said["name"],
            relation=said["relation"],
            language=said.get("language", ""),
            factors=said.get("factors", []),
            missing=said.get("missing", []),
            is_deceased=said.get("deceased", False),
        )
        member.save()
        members[key] = member
        responsible = said.get("parental_responsibility", [])
        for child in said["of"]:
            Relationship(member=member, child=children[child], parental_responsibility=child in responsible).save()
    for key, said in text.get("family", {}).items():
        for other in said.get("protected_from", ()):
            Protection(protected=members[key], kept_from=members[other]).save()


def _work_with_them(text: dict[str, Any], cast: Cast, on: date) -> None:
    children = {child.key: child for child in cast.case.children.all()}
    for key, said in text["agencies"].items():
        if said.get("contact"):
            name_contact(cast.case, cast.agencies[key], cast.professionals[said["contact"]], on=on)
    for involvement in text.get("involvements", ()):
        agency = cast.agencies[involvement["agency"]]
        take_part(cast.case, agency)
        for child in involvement["with"]:
            AgencyInvolvement(agency=agency, child=children[child], from_on=on).save()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
