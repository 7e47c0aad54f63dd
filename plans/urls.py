"""Every address about plans: what was agreed, how it stood, how its dates moved, where it drifts."""

from django.urls import URLPattern, path

from plans import views

urlpatterns: list[URLPattern] = [
    path("cases/<str:reference>/plan/", views.plan, name="case-plan"),
    path("cases/<str:reference>/plan/compare/", views.compare, name="plan-compare"),
    path("cases/<str:reference>/plan/words/<int:pk>/", views.childs_words, name="childs-words"),
    path("cases/<str:reference>/plan/outcomes/<int:pk>/baseline/", views.baseline, name="outcome-baseline"),
    path("cases/<str:reference>/plan/<int:pk>/agreement/", views.agreement, name="plan-agreement"),
    path("cases/<str:reference>/plan/<int:pk>/visits/", views.visit_pattern, name="plan-visits"),
    path("cases/<str:reference>/plan/<int:pk>/editions/", views.editions, name="plan-editions"),
    path("cases/<str:reference>/plan/<int:pk>/editions/<int:number>/", views.edition, name="plan-edition"),
    path("cases/<str:reference>/plan/actions/add/", views.add, name="action-add"),
    path("cases/<str:reference>/plan/actions/check/", views.check, name="action-check"),
    path("cases/<str:reference>/plan/actions/<int:pk>/", views.action, name="plan-action"),
    path("cases/<str:reference>/other-plans/", views.other_plans, name="other-plans"),
    path("cases/<str:reference>/other-plans/<int:pk>/", views.other_plan, name="other-plan"),
    path("cases/<str:reference>/dates/", views.dates, name="case-dates"),
    path("cases/<str:reference>/dates/<int:pk>/", views.why, name="case-date"),
    path("cases/<str:reference>/drift/", views.drift_of_case, name="case-drift"),
    path("cases/<str:reference>/siblings/", views.siblings, name="case-siblings"),
    path("cases/<str:reference>/children/<int:pk>/drift/", views.drift_of_child, name="child-drift"),
    path("drift/", views.drift, name="drift"),
    path("drift/quiet/", views.quiet, name="drift-quiet"),
]
