"""Every address of the site. Errors are shown by Django's own handlers, with the templates 400, 403, 404 and 500."""

from importlib.util import find_spec

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, path

from config import pages
from config.health import health
from escalation import views as escalation
from meetings import views as meetings
from plans import views as plans

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "sign-in/",
        LoginView.as_view(template_name="registration/sign_in.html", redirect_authenticated_user=True),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("", pages.today, name="today"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("cases/", pages.cases, name="cases"),
    path("cases/<str:reference>/", pages.story, name="case"),
    path("cases/<str:reference>/plan/", plans.plan, name="case-plan"),
    path("cases/<str:reference>/dates/", plans.dates, name="case-dates"),
    path("alerts/", escalation.alerts, name="alerts"),
    path("alerts/fragment/", escalation.alerts_fragment, name="alerts-fragment"),
    path("alerts/<int:pk>/", escalation.alert, name="alert"),
    path("overdue/", escalation.overdue, name="overdue"),
    path("overdue/fragment/", escalation.overdue_fragment, name="overdue-fragment"),
    path("health/", health, name="health"),
]

# The guided worklist is there as long as the flow is; nothing else asks for it.
if find_spec("meetings.flows"):
    from config import work

    urlpatterns += [
        path("work/", work.my_work, name="my-work"),
        path("work/<int:task_id>/", work.turn, name="turn"),
    ]
