"""Every address of the site. Errors are shown with the templates 400, 403, 404 and 500; 503 without the database."""

from importlib.util import find_spec

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from config import (
    api,
    audit_room,
    dates_on_paper,
    drafts,
    finding_cases,
    handing_over,
    held_back,
    pages,
    people_room,
    policy_room,
    retention_room,
    subject_room,
    unusual,
    what_if_room,
    who_looked,
    who_sees,
    worked_out_again,
)
from config.health import health
from config.provider_events import addresses as of_mail_providers
from config.sign_in import organisation
from config.sign_in import views as signing_in
from config.sign_in.joining import joining
from config.sign_in.lasting import lasts
from escalation import answer_views as answering
from escalation import views as escalation
from escalation import watch_views as watch
from meetings.urls import urlpatterns as meetings
from notifications.urls import urlpatterns as messages
from plans.urls import urlpatterns as plans

handler500 = "config.without_the_database.went_wrong"

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/code/", signing_in.code, name="sign-in-code"),
    path("sign-in/organisation/", organisation.begin, name="organisation"),
    path("sign-in/organisation/back/", organisation.back, name="organisation-back"),
    path("sign-in/lasts/", lasts, name="sign-in-lasts"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("my-sign-in/", signing_in.sign_ins, name="sign-ins"),
    path("my-sign-in/second-step/", signing_in.second_step, name="second-step"),
    path("my-sign-in/passkeys/", signing_in.passkeys, name="passkeys"),
    path("my-sign-in/recovery-codes/", signing_in.recovery_codes, name="recovery-codes"),
    path("join/<str:token>/", joining, name="join"),
    path("people/", people_room.people, name="people"),
    path("people/<int:pk>/", people_room.person, name="person"),
    path("people/<int:pk>/holds/", handing_over.holdings, name="person-holds"),
    path("people/moves/", people_room.moves, name="people-moves"),
    path("people/moves/file/", people_room.moves_file, name="people-moves-file"),
    path("", pages.today, name="today"),
    *meetings,
    path("cases/", pages.cases, name="cases"),
    path("cases/find/", finding_cases.find, name="case-find"),
    path("cases/<str:reference>/", pages.story, name="case"),
    path("cases/<str:reference>/access/", who_sees.access, name="case-access"),
    path("cases/<str:reference>/kept-back/", held_back.held_back, name="case-held"),
    path("cases/<str:reference>/kept-back/<int:pk>/", held_back.held_fact, name="held-fact"),
    path("cases/<str:reference>/record/", who_looked.record, name="case-record"),
    path("cases/<str:reference>/why/", who_looked.why, name="case-why"),
    path("cases/<str:reference>/printed/", who_looked.printed, name="case-printed"),
    path("access/unusual/", unusual.unusual_access, name="unusual-access"),
    path("break-glass/", who_sees.break_glass, name="break-glass"),
    path("break-glass/used/", who_sees.broken_glass, name="broken-glass"),
    path("break-glass/used/<int:pk>/", who_sees.review_broken_glass, name="broken-glass-review"),
    path("cases/<str:reference>/dates/file/", dates_on_paper.dates_file, name="case-dates-file"),
    *plans,
    path("alerts/", escalation.alerts, name="alerts"),
    path("alerts/fragment/", escalation.alerts_fragment, name="alerts-fragment"),
    path("alerts/<int:pk>/", escalation.alert, name="alert"),
    path("alerts/<int:pk>/hand-over/", answering.hand_over, name="alert-hand-over"),
    path("alerts/<int:pk>/hand-over/<int:offer_id>/", answering.answer_offer, name="alert-offer"),
    path("alerts/<int:pk>/quiet/", answering.snooze, name="alert-snooze"),
    path("alerts/<int:pk>/sign/", answering.sign, name="alert-sign"),
    path("alerts/coming/", watch.coming, name="alerts-coming"),
    path("alerts/dead-letters/", watch.dead_letters, name="dead-letters"),
    path("alerts/end-of-ladder/", watch.end_of_ladder, name="end-of-ladder"),
    path("absence/", watch.absence, name="absence"),
    path("overdue/team/", watch.team, name="overdue-team"),
    path("overdue/", escalation.overdue, name="overdue"),
    path("overdue/fragment/", escalation.overdue_fragment, name="overdue-fragment"),
    path("audits/", audit_room.audits, name="audits"),
    path("audits/<int:pk>/", audit_room.audit, name="audit"),
    path("audits/cases/<int:pk>/", audit_room.audited_case, name="audited-case"),
    path("cases/<str:reference>/findings/", audit_room.findings, name="case-findings"),
    path("cases/<str:reference>/bundle/", audit_room.bundle, name="case-bundle"),
    path("policy/", policy_room.policy, name="policy"),
    path("policy/draft/", policy_room.draft, name="policy-draft"),
    path("policy/what-if/", what_if_room.what_if, name="policy-what-if"),
    path("policy/changes/<int:pk>/", policy_room.proposal, name="policy-proposal"),
    path(
        "cases/<str:reference>/dates/<int:pk>/work-out-again/",
        worked_out_again.recalculate,
        name="case-date-recalculate",
    ),
    path("retention/", retention_room.retention, name="retention"),
    path("retention/cases/<str:reference>/", retention_room.of_a_case, name="retention-case"),
    path("retention/certificates/<int:pk>/", retention_room.certificate, name="certificate"),
    path("retention/certificates/<int:pk>/file/", retention_room.certificate_file, name="certificate-file"),
    path("cases/<str:reference>/subject-access/", subject_room.requests, name="subject-requests"),
    path("cases/<str:reference>/subject-access/<int:pk>/", subject_room.one_request, name="subject-request"),
    path(
        "cases/<str:reference>/subject-access/<int:pk>/<int:passage_pk>/", subject_room.passage, name="subject-passage"
    ),
    path("drafts/", drafts.draft, name="draft"),
    path("health/", health, name="health"),
    *messages,
    *of_mail_providers(),
    path("api/v1/deadlines/overdue", api.overdue, name="api-overdue"),
]

# What django-allauth calls two of them when it leads there.
urlpatterns += [
    path("sign-in/", signing_in.sign_in, name="account_login"),
    path("sign-in/code/", signing_in.code, name="mfa_authenticate"),
]

# The guided worklist is there as long as the flow is; nothing else asks for it.
if find_spec("meetings.flows"):
    from config import work

    urlpatterns += [
        path("work/", work.my_work, name="my-work"),
        path("work/<int:task_id>/", work.turn, name="turn"),
    ]
