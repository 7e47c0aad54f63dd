"""What is on the agenda of each kind of conference: sections, items, prompts, minutes, and for whose eyes it is.

Why we meet comes first after the introductions; everyone is told that disagreeing is expected (learning from reviews:
parents never challenged, professionals silent); every child's daily life has its item; the part for professionals
alone is short and says so. Sources: SUX (reports, views, decision not a vote), SWQ, LDN; the minutes are our default.
"""

from dataclasses import dataclass

from meetings.models import AgendaItem, Conference

EVERYONE, PROFESSIONALS = AgendaItem.Audience.EVERYONE, AgendaItem.Audience.PROFESSIONALS
CHALLENGE = (
    "Everyone here is expected to say so if they disagree: with a fact, with a view, with the decision. "
    "Whoever disagrees is named in the minutes with their reason, and nobody will hold it against them."
)


@dataclass(frozen=True)
class Planned:
    """One item as the template plans it. `per` multiplies it: for each child, or for each parent."""

    code: str
    section: str
    title: str
    prompt: str
    minutes: int = 5
    audience: str = EVERYONE
    per: str = ""


OPENING, KNOWN, HEARD, DECIDED, NEXT = "Opening", "What we know", "What people think", "Decision", "What happens now"

INTRODUCTIONS = Planned(
    "introductions",
    OPENING,
    "Introductions",
    f"Who is here, for whom, and who could not come. Check how every name is spelt. Read out: “{CHALLENGE}”",
)
DAILY_LIFE = Planned(
    "daily_life",
    KNOWN,
    "A day in the life of {name}",
    "What is a day like for this child, from waking to sleeping: who is there, what is there to eat, who gets up at "
    "night, what does the child see and hear at home? Say who saw it and when.",
    per="child",
)
REPORTS = Planned(
    "reports",
    KNOWN,
    "Reports of the agencies",
    "What is new since the report was written, what is fact and what is opinion. Which reports are missing, and what "
    "we therefore do not know. Has the family seen each of them?",
    10,
)
HOUSEHOLD = Planned(
    "household",
    KNOWN,
    "The household and the family",
    "Who lives there now, who comes and goes, which men are in the children’s lives. Is anyone pregnant? Has anything "
    "changed: address, partner, an illness, a death?",
)
CHILD_VIEW = Planned(
    "child_view",
    HEARD,
    "What {name} says",
    "The child’s own words, with the day and who heard them; for a young child, what was observed. Being too young is "
    "no reason. What has been said before?",
    per="child",
)
PARENT_VIEW = Planned(
    "parent_view",
    HEARD,
    "What {name} thinks",
    "What this parent agrees with, what they do not, and what they say would help.",
    per="parent",
)
AGENCY_VIEWS = Planned(
    "agency_views",
    HEARD,
    "What each agency thinks",
    "Agency by agency and child by child: is the threshold met, under which category, and why. No vote.",
)
PRIVATELY = Planned(
    "professionals_only",
    HEARD,
    "For professionals alone",
    "Only what the family may not hear by law or for somebody’s safety, and why not. The family waits outside and is "
    "told that this part took place.",
    5,
    PROFESSIONALS,
)
DECISION = Planned(
    "decision",
    DECIDED,
    "Decision for each child",
    "The chair decides after hearing everyone, child by child: outcome, category, reason. Which agency disagrees?",
    10,
)
PLAN = Planned(
    "plan",
    NEXT,
    "The plan, and what if it does not work",
    "What must change for the child, who does what by when and how we will know. What happens if it does not work. "
    "Do the parents know all of it?",
    10,
)
DATES = Planned(
    "dates",
    NEXT,
    "Core group and next dates",
    "Who is in the core group, when it first meets, when the review is. How the family gets the decision and the "
    "minutes, and how they can complain.",
)


def _why(title: str, prompt: str) -> Planned:
    return Planned("why", OPENING, title, prompt)


ACTIONS = Planned(
    "last_time",
    KNOWN,
    "Actions of the last meeting",
    "Each open action: done, or not done and why. What has it changed for the child?",
)
SCORES = Planned(
    "scores",
    KNOWN,
    "Has it become better for the children?",
    "Each outcome from 0 to 10, and what bears the score out. A higher score without evidence is hope.",
)
THRESHOLD = (
    "What happened that brings us here, what the enquiry found, and what we are worried will happen if nothing changes."
)

TEMPLATES: dict[str, tuple[Planned, ...]] = {
    Conference.Kind.INITIAL: (
        INTRODUCTIONS,
        _why("Why we meet", THRESHOLD),
        HOUSEHOLD,
        DAILY_LIFE,
        REPORTS,
        CHILD_VIEW,
        PARENT_VIEW,
        AGENCY_VIEWS,
        PRIVATELY,
        DECISION,
        PLAN,
        DATES,
    ),
    Conference.Kind.PRE_BIRTH: (
        INTRODUCTIONS,
        _why("Why we meet before the birth", THRESHOLD),
        HOUSEHOLD,
        Planned(
            "daily_life",
            KNOWN,
            "What awaits {name}",
            "What the child’s first days and nights would be like: where, with whom, who gets up. How the mother is in "
            "body and mind, and who is there for her.",
            10,
            per="child",
        ),
        REPORTS,
        CHILD_VIEW,
        PARENT_VIEW,
        AGENCY_VIEWS,
        PRIVATELY,
        DECISION,
        PLAN,
        Planned(
            "birth",
            NEXT,
            "The birth and the days after",
            "Who is told when labour begins, who may be there, where mother and child go from the ward, who agrees.",
        ),
        DATES,
    ),
    Conference.Kind.TRANSFER_IN: (
        INTRODUCTIONS,
        _why(
            "Why there is a plan, and why the family came here",
            "What the other authority was worried about, what was tried there and what it changed, and why they moved.",
        ),
        HOUSEHOLD,
        DAILY_LIFE,
        REPORTS,
        CHILD_VIEW,
        PARENT_VIEW,
        AGENCY_VIEWS,
        PRIVATELY,
        DECISION,
        PLAN,
        DATES,
    ),
    Conference.Kind.REVIEW: (
        INTRODUCTIONS,
        _why(
            "Why the children are on a plan",
            "What we were worried about when the plan began, in one minute and in plain words. Are we still?",
        ),
        ACTIONS,
        DAILY_LIFE,
        SCORES,
        HOUSEHOLD,
        REPORTS,
        CHILD_VIEW,
        PARENT_VIEW,
        AGENCY_VIEWS,
        PRIVATELY,
        DECISION,
        PLAN,
        DATES,
    ),
}


def third_time(text: str) -> Planned:
    """The item an action gets that is back for the third time: it leads the agenda."""
    return Planned(
        "third_time",
        "First of all",
        f"Back for the third time: {text}",
        "Why has it not been done? The chair plans it anew, escalates it or drops it: it does not go on as it is.",
    )
