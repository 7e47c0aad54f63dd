"""The policy and the calendar in force. The acts that change them are in `workflow.rule_changes`."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from workflow.errors import StartsBeforeAnother
from workflow.models import Holiday, PolicyVersion, Professional
from workflow.timescales import ENGLAND_DEFAULT, PACK_VERSION, Policy, Span, checked_changes
from workflow.working_days import Calendar, england_and_wales


def policy_on(day: date) -> Policy:
    """The policy in force on `day`: the England default under the partnership's latest version that has begun."""
    return policy_of(PolicyVersion.objects.filter(effective_from__lte=day).last())


def policies() -> Callable[[date], Policy]:
    """What `policy_on` says, for somebody who asks about many days: one statement for all of them."""
    versions = list(PolicyVersion.objects.all())
    return lambda day: policy_of(next((one for one in reversed(versions) if one.effective_from <= day), None))


def policy_named(name: str) -> Policy:
    """The policy of that version: what held when a deadline that keeps the name was opened."""
    return policy_of(PolicyVersion.objects.filter(name=name).first())


def policy_of(version: Any) -> Policy:
    """The whole pack as this version, or its line of history, has it; the England default when there is none."""
    if version is None:
        return ENGLAND_DEFAULT
    values = {code: Span.parse(value) for code, value in version.values.items()}
    return Policy(version.name, {**ENGLAND_DEFAULT.values, **values}, {**ENGLAND_DEFAULT.settings, **version.settings})


def calendar() -> Calendar:
    """The working-day calendar as it is known now: bank holidays of England and Wales and every day proclaimed here."""
    return england_and_wales().with_days(dict(Holiday.objects.values_list("day", "name")))


def add_version(
    changes: Mapping[str, Any],
    *,
    on: date,
    made_by: Professional | None = None,
    agreed_by: Professional | None = None,
) -> PolicyVersion:
    """A new version of the policy, in force from `on`, with `changes` on top of the version before.

    Raises ValueError for a code or value nobody knows, StartsBeforeAnother when one that starts later is agreed.
    """
    values, settings = checked_changes(changes)
    before = PolicyVersion.objects.last()
    if before and before.effective_from > on:
        raise StartsBeforeAnother(about=[before.name])
    version = PolicyVersion(
        name=f"{PACK_VERSION}+{PolicyVersion.objects.count() + 1}",
        effective_from=on,
        values={**(before.values if before else {}), **values},
        settings={**(before.settings if before else {}), **settings},
        made_by=made_by,
        agreed_by=agreed_by,
    )
    version.save()
    return version
