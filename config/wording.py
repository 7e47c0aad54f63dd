"""What the pages call things that the domain names by code: acts of the journal, flags of drift.

A code without an entry is shown as its own words, so that something new is never hidden.
"""

ACTS = {
    "set_up_partnership": "Partnership set up",
    "open_case": "Case opened",
    "load_running_plan": "Plan already running was taken over",
    "record_details": "Missing details recorded",
    "record_involvement": "An agency’s part in the case changed",
    "hand_over_case": "Case handed over",
    "record_birth": "Child born",
    "receive_referral": "Referral received",
    "decide_referral": "Referral decided",
    "complete_assessment": "Assessment completed",
    "call_strategy": "Strategy discussion called",
    "conclude_strategy": "Strategy discussion concluded",
    "cancel_strategy": "Strategy discussion cancelled",
    "distribute_record": "Record sent out",
    "propose_s47_outcome": "Outcome of the enquiry proposed",
    "authorise_s47": "Outcome of the enquiry authorised",
    "ask_for_conference": "An agency asked for a conference",
    "request_conference": "Conference requested",
    "book_conference": "Conference booked",
    "move_conference": "Conference given another day",
    "cancel_conference": "Conference cancelled",
    "excuse_from_conference": "Somebody was excused from the conference",
    "request_exclusion": "Exclusion from the conference asked for",
    "decide_exclusion": "Exclusion from the conference decided",
    "send_invitations": "Invitations sent",
    "submit_report": "Report handed in",
    "open_conference": "Conference opened",
    "record_departure": "Somebody left the conference early",
    "adjourn_conference": "Conference adjourned",
    "decide_conference": "Conference decided",
    "send_letter": "Decision letter sent",
    "formalise_dissent": "Dissent made formal",
    "answer_dissent": "Dissent answered",
    "draft_minutes": "Minutes drafted",
    "return_minutes": "Minutes sent back",
    "approve_minutes": "Minutes approved",
    "distribute_minutes": "Minutes sent out",
    "acknowledge_minutes": "Receipt of minutes confirmed",
    "challenge_minutes": "Minutes challenged",
    "answer_challenge": "Challenge to the minutes answered",
    "hold_core_group": "Core group held",
    "miss_core_group": "Core group did not happen",
    "agree_plan": "Plan agreed",
    "end_plan": "Plan ended",
    "add_action": "Action added",
    "redate_action": "Action given a new date",
    "block_action": "Action blocked",
    "complete_action": "Action completed",
    "verify_action": "Effect of an action looked at",
    "reopen_action": "Action reopened",
    "cancel_action": "Action cancelled",
    "hand_over_action": "Action handed over",
    "record_contingency_met": "Condition of the contingency plan came true",
    "answer_contingency": "Contingency plan answered",
    "record_visit": "Visit recorded",
    "record_supervision": "Supervision recorded",
    "record_was_not_brought": "Child was not brought",
    "record_injury": "Injury recorded",
    "record_professionals_meeting": "Professionals met",
    "notify_transfer_in": "Transfer in notified",
    "record_legal_status": "Legal status changed",
    "recommend_legal_planning": "Legal planning recommended",
    "hold_legal_planning": "Legal planning meeting held",
    "record_serious_incident": "Serious incident recorded",
    "notify_national_panel": "National panel notified",
    "raise_disagreement": "Disagreement raised",
    "escalate_disagreement": "Disagreement moved up",
    "resolve_disagreement": "Disagreement resolved",
    "acknowledge_alert": "Alert acknowledged",
    "export_history": "History exported",
    "leave_post": "Somebody left their post",
    "name_cover": "Cover named",
    "change_policy": "Policy changed",
    "proclaim_holiday": "Holiday proclaimed",
}

FLAGS = {
    "ACTION_REDATED": "An action keeps moving",
    "ACTION_CARRIED": "An action is carried from meeting to meeting",
    "NO_OUTCOME_MOVEMENT": "No outcome is moving",
    "SCORE_WITHOUT_EVIDENCE": "A better score without evidence",
    "MEETINGS_WITHOUT_MOVEMENT": "Many meetings, no movement",
    "REVIEW_WITHOUT_CHANGE": "A review that changed nothing",
    "CORE_GROUP_GAP": "Core groups are late",
    "CHILD_NOT_SEEN": "Child not seen",
    "AGENCY_SILENT": "An agency is silent",
    "NON_ENGAGEMENT": "A parent is not engaged",
    "CONTINGENCY_NOT_USED": "The contingency plan was not used",
    "REPEAT_PLAN": "On a plan again",
}

# What a detail of an act is called, in the order in which it is told. A detail not listed is not told.
DETAILS = {
    "concern": "Concern",
    "what": "What",
    "reason": "Why",
    "why_not": "Why not",
    "condition": "Condition",
    "response": "Answer",
    "decision": "Decision",
    "outcome": "Outcome",
    "rationale": "Rationale",
    "advice": "Advice",
    "answer": "Answer",
    "about": "About",
    "evidence": "Evidence",
    "effect": "Effect",
    "point": "Point",
    "plan": "Will do",
    "service": "Service",
    "late_reason": "Why late",
}

RATINGS = {"red": ("Red", "red"), "amber": ("Amber", "orange"), "green": ("Green", "green")}


def act_in_words(code: str) -> str:
    """Conference opened."""
    return ACTS.get(code) or in_words(code)


def flag_in_words(code: str) -> str:
    """An action keeps moving."""
    if code.startswith("PLAN_") and code[5:-1].isdecimal():
        return f"On a plan for {code[5:-1]} months"
    return FLAGS.get(code) or in_words(code)


def in_words(code: str) -> str:
    """A code as its own words."""
    return code.replace("_", " ").capitalize()


def details_in_words(details: dict[str, object]) -> str:
    """What an act was told, as lines of text: only words somebody wrote, in the order of `DETAILS`."""
    said = [(name, details.get(key)) for key, name in DETAILS.items()]
    words = [(name, told) for name, told in said if told and isinstance(told, str)]
    return "\n".join(f"{name}: {in_words(told) if '_' in told else told}" for name, told in words)
