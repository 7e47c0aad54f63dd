"""A file per idea: enquiries, conferences, agenda, minutes, core groups, small meetings, law and moves, parties."""

from meetings.models.agenda import AgendaItem, Revision, Writing
from meetings.models.conferences import (
    ActionReview,
    AgencyView,
    Attendance,
    Conference,
    ConferenceChild,
    Dissent,
    Exclusion,
    Invitation,
    LetterCopy,
    Presence,
    Report,
    ReportFile,
    Sitting,
    View,
)
from meetings.models.core_groups import CoreGroup, CoreGroupAttendance, CoreGroupChild, RecordCopy
from meetings.models.enquiries import DiscussedChild, Enquiry, Referral, ReferredChild, StrategyDiscussion
from meetings.models.law import LegalPlanningMeeting, LookedAfter, SeriousIncident, Transfer
from meetings.models.links import SignedLink
from meetings.models.minutes import Addendum, Challenge, Minutes, MinutesCopy, MinutesVersion, Release, Rendition
from meetings.models.parties import Copy, Party, party_filter
from meetings.models.small import Brief, DischargeMeeting, LookedAfterReview
from meetings.models.support import Arrangement

__all__ = [
    "ActionReview",
    "Addendum",
    "AgencyView",
    "AgendaItem",
    "Arrangement",
    "Attendance",
    "Brief",
    "Challenge",
    "Conference",
    "ConferenceChild",
    "Copy",
    "CoreGroup",
    "CoreGroupAttendance",
    "CoreGroupChild",
    "DischargeMeeting",
    "DiscussedChild",
    "Dissent",
    "Enquiry",
    "Exclusion",
    "Invitation",
    "LegalPlanningMeeting",
    "LetterCopy",
    "LookedAfter",
    "LookedAfterReview",
    "Minutes",
    "MinutesCopy",
    "MinutesVersion",
    "Party",
    "Presence",
    "RecordCopy",
    "ReferredChild",
    "Referral",
    "Release",
    "Rendition",
    "Report",
    "ReportFile",
    "Revision",
    "SeriousIncident",
    "SignedLink",
    "Sitting",
    "StrategyDiscussion",
    "Transfer",
    "View",
    "Writing",
    "party_filter",
]
