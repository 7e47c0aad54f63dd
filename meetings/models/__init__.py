"""A file per idea: enquiries, conferences, minutes, core groups, law and moves, parties."""

from meetings.models.conferences import (
    Attendance,
    Conference,
    ConferenceChild,
    Dissent,
    Exclusion,
    Invitation,
    LetterCopy,
    Presence,
    Report,
    Sitting,
    View,
)
from meetings.models.core_groups import CoreGroup, CoreGroupAttendance, CoreGroupChild, RecordCopy
from meetings.models.enquiries import DiscussedChild, Enquiry, Referral, ReferredChild, StrategyDiscussion
from meetings.models.law import LegalPlanningMeeting, LookedAfter, SeriousIncident, Transfer
from meetings.models.minutes import Challenge, Minutes, MinutesCopy
from meetings.models.parties import Party, party_filter

__all__ = [
    "Attendance",
    "Challenge",
    "Conference",
    "ConferenceChild",
    "CoreGroup",
    "CoreGroupAttendance",
    "CoreGroupChild",
    "DiscussedChild",
    "Dissent",
    "Enquiry",
    "Exclusion",
    "Invitation",
    "LegalPlanningMeeting",
    "LetterCopy",
    "LookedAfter",
    "Minutes",
    "MinutesCopy",
    "Party",
    "Presence",
    "RecordCopy",
    "ReferredChild",
    "Referral",
    "Report",
    "SeriousIncident",
    "Sitting",
    "StrategyDiscussion",
    "Transfer",
    "View",
    "party_filter",
]
