"""Addresses for the tests of the frame around every page; the cases page is left out on purpose."""

from django.http import HttpResponse
from django.urls import path


def page(request):
    return HttpResponse()


urlpatterns = [
    path("", page, name="today"),
    path("meetings/", page, name="meetings"),
    path("alerts/", page, name="alerts"),
    path("sign-in/", page, name="sign-in"),
    path("sign-out/", page, name="sign-out"),
]
