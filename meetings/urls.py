"""Every address about meetings. One list for each part of a meeting's life."""

from django.urls import path

from meetings.views import (
    after_sending,
    agenda,
    booking,
    brief,
    challenging,
    convening,
    deciding,
    documents,
    guests,
    hearing,
    invitations,
    last_time,
    left_out,
    lists,
    other,
    over_time,
    previewing,
    proof,
    register,
    reports,
    room,
    sending,
    signing_off,
    two_texts,
    writing,
)

LISTS = [path("meetings/", lists.meetings, name="meetings")]
CONVENING = [
    path("cases/<str:reference>/meetings/", booking.case_meetings, name="case-meetings"),
    path("cases/<str:reference>/meetings/book/", booking.book, name="meeting-book"),
    path("meetings/<int:pk>/", convening.meeting, name="meeting"),
    path("meetings/<int:pk>/move/", booking.move, name="meeting-move"),
    path("meetings/<int:pk>/cancel/", booking.cancel, name="meeting-cancel"),
    path("meetings/<int:pk>/sitting/", booking.sitting, name="meeting-sitting"),
    path("meetings/<int:pk>/excuse/<str:kind>/<int:who>/", left_out.excuse, name="meeting-excuse"),
    path("meetings/<int:pk>/keep-out/<int:who>/", left_out.keep_out, name="meeting-keep-out"),
    path("meetings/<int:pk>/keep-out/<int:who>/decide/", left_out.decide_keeping_out, name="meeting-keep-out-decide"),
    path("meetings/<int:pk>/child/<int:who>/", convening.child, name="meeting-child"),
    path("meetings/<int:pk>/support/", convening.arrange, name="meeting-arrange"),
    path("meetings/<int:pk>/support/<int:arrangement>/", convening.settle, name="meeting-settle"),
    path("meetings/<int:pk>/contact/<int:who>/", convening.contact, name="meeting-contact"),
    path("meetings/<int:pk>/reports/", reports.reports, name="meeting-reports"),
    path("meetings/<int:pk>/reports/agency/<int:agency>/", reports.log_report, name="meeting-report"),
    path("meetings/<int:pk>/reports/<int:report>/file/", reports.add_file, name="meeting-report-add"),
    path("meetings/<int:pk>/reports/<int:report>/file/<int:number>/", reports.report_file, name="meeting-report-file"),
    path("meetings/<int:pk>/reports/<int:report>/share/", reports.share_report, name="meeting-report-share"),
]
INVITATIONS = [
    path("meetings/<int:pk>/invitations/", invitations.invitations, name="meeting-invitations"),
    path("meetings/<int:pk>/invitations/<int:row>/answer/", invitations.reply, name="invitation-reply"),
    path("meetings/<int:pk>/invitations/<int:row>/again/", invitations.send_again, name="invitation-again"),
    path("meetings/<int:pk>/invitations/<int:row>/stop-link/", invitations.stop_link, name="invitation-stop-link"),
    path("meetings/<int:pk>/invitations/mail/<int:mail>/", invitations.settle_mail, name="invitation-mail"),
    path("l/<str:token>/", guests.follow, name="link"),
]
ROOM = [
    path("meetings/<int:pk>/agenda/", agenda.agenda, name="meeting-agenda"),
    path("meetings/<int:pk>/agenda/<int:number>/", agenda.change_item, name="meeting-agenda-item"),
    path("meetings/<int:pk>/room/", room.meeting_room, name="meeting-room"),
    path("meetings/<int:pk>/room/now/", room.room_now, name="meeting-room-now"),
    path("meetings/<int:pk>/room/open/", room.open_sitting, name="meeting-room-open"),
    path("meetings/<int:pk>/room/people/", room.people, name="meeting-room-people"),
    path("meetings/<int:pk>/room/adjourn/", room.adjourn, name="meeting-adjourn"),
    path("meetings/<int:pk>/room/items/<int:number>/", agenda.room_item, name="meeting-room-item"),
    path("meetings/<int:pk>/room/items/<int:number>/work/", agenda.work_on_item, name="meeting-room-work"),
    path("meetings/<int:pk>/views/", hearing.views, name="meeting-views"),
    path("meetings/<int:pk>/views/agency/<int:agency_pk>/", hearing.view_of_agency, name="meeting-view-agency"),
    path("meetings/<int:pk>/views/<str:kind>/<int:person_pk>/", hearing.view_of, name="meeting-view"),
    path("meetings/<int:pk>/last-time/", last_time.last_time, name="meeting-last-time"),
    path("meetings/<int:pk>/last-time/<int:action_pk>/", last_time.one_action, name="meeting-action"),
    path("meetings/<int:pk>/decide/", deciding.decide, name="meeting-decide"),
]
WRITING = [
    path("meetings/<int:pk>/minutes/", writing.overview, name="meeting-minutes"),
    path("meetings/<int:pk>/minutes/<int:number>/", writing.item, name="meeting-minutes-item"),
    path("meetings/<int:pk>/minutes/<int:number>/text/", writing.item_text, name="meeting-item-text"),
    path("meetings/<int:pk>/minutes/<int:number>/hold/", writing.hold, name="meeting-item-hold"),
    path("meetings/<int:pk>/minutes/<int:number>/choose/", two_texts.choose, name="meeting-item-choose"),
    path("meetings/<int:pk>/minutes/<int:number>/earlier/", writing.earlier, name="meeting-item-earlier"),
    path("meetings/<int:pk>/minutes/sign-off/", signing_off.sign_off, name="minutes-sign-off"),
    path("meetings/<int:pk>/minutes/versions/", signing_off.versions, name="minutes-versions"),
    path("meetings/<int:pk>/minutes/challenges/", challenging.challenges, name="minutes-challenges"),
    path("meetings/<int:pk>/minutes/challenges/<int:challenge>/", challenging.challenge, name="minutes-challenge"),
    path("meetings/<int:pk>/minutes/addenda/", challenging.addenda, name="minutes-addenda"),
]
SENDING_OUT = [
    path("meetings/<int:pk>/sending/", sending.sending, name="meeting-sending"),
    path("meetings/<int:pk>/sending/<int:release_pk>/withdraw/", previewing.withdraw, name="meeting-withdraw"),
    path("meetings/<int:pk>/sending/<int:release_pk>/<int:number>/", previewing.preview, name="meeting-preview"),
    path(
        "meetings/<int:pk>/sending/<int:release_pk>/<int:number>/<slug:format>/",
        previewing.preview_file,
        name="meeting-preview-file",
    ),
    path("meetings/<int:pk>/sending/<slug:of>/post/", after_sending.post, name="meeting-post"),
    path("meetings/<int:pk>/copies/<slug:of>/<int:copy_pk>/", documents.copy, name="meeting-copy"),
    path("meetings/<int:pk>/copies/<slug:of>/<int:copy_pk>/again/", after_sending.again, name="meeting-copy-again"),
    path("meetings/<int:pk>/copies/<slug:of>/<int:copy_pk>/posted/", after_sending.posted, name="meeting-copy-posted"),
    path(
        "meetings/<int:pk>/copies/<slug:of>/<int:copy_pk>/<slug:format>/", documents.copy_file, name="meeting-copy-file"
    ),
    path("meetings/<int:pk>/proof/", proof.proof, name="meeting-proof"),
    path("meetings/<int:pk>/proof/file/", proof.proof_file, name="meeting-proof-file"),
]
OTHER_MEETINGS = [
    *(
        path(f"cases/<str:reference>/{where}/", other.start, {"what": name}, name=name)
        for name, where in {
            "strategy-call": "strategy/call",
            "strategy-hold": "strategy/hold",
            "core-group-hold": "core-group/hold",
            "core-group-miss": "core-group/miss",
            "legal-planning-recommend": "legal-planning/recommend",
            "discharge-call": "discharge/call",
        }.items()
    ),
    path("strategy/<int:pk>/", other.strategy, name="strategy"),
    path("core-group/<int:pk>/", other.core_group, name="core-group"),
    path("legal-planning/<int:pk>/", other.legal_planning, name="legal-planning"),
    path("discharge/<int:pk>/", other.discharge_meeting, name="discharge"),
    path("looked-after-review/<int:pk>/", other.looked_after_review, name="looked-after-review"),
]
OVER_TIME = [
    path("attendance/", over_time.by_agency, name="attendance"),
    path("attendance/<slug:agency>/", over_time.of_agency, name="attendance-agency"),
    path("meetings/<int:pk>/brief/", brief.brief, name="meeting-brief"),
    path("disagreements/", register.register_of, name="register"),
    path("disagreements/<int:pk>/", register.disagreement, name="disagreement"),
    path("disagreements/dissent/<int:pk>/", register.dissent, name="dissent"),
    path("cases/<str:reference>/disagreements/raise/", register.raise_one, name="disagreement-raise"),
]

urlpatterns = [*LISTS, *CONVENING, *INVITATIONS, *ROOM, *WRITING, *SENDING_OUT, *OTHER_MEETINGS, *OVER_TIME]
