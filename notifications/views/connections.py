"""Partners' systems: the addresses that are called and how each call went, and the keys that open the API."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from notifications import api_keys, webhooks
from notifications.forms import NewKeyForm, NewTarget, ReasonForm
from notifications.models import ApiKey, WebhookDelivery, WebhookTarget
from workflow.errors import Refused
from workflow.permissions import may
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, person_of

ON_A_PAGE = 50
BESIDE = {"ADDRESS_NOT_ALLOWED": "url", "WRONG_ROLE": "holder", "DATE_IN_PAST": "ends_on"}


def _for_system_administrators(request: HttpRequest) -> None:
    if not may("add_webhook_target", person_of(request), asked_on(request)):
        raise PermissionDenied("Connections are for system administrators.")


def _done(form: Any, act: Callable[[], Any]) -> Any:
    """What the act made, or None with its refusal beside what was typed."""
    if not form.is_valid():
        return None
    try:
        return act()
    except Refused as refused:
        show_refusal(form, refused, BESIDE)
        return None


@login_required
@never_cache
def connections(request: HttpRequest) -> HttpResponse:
    """All of them, and the two forms for a new one. A new secret is in the answer and nowhere else."""
    _for_system_administrators(request)
    at, person, shown = asked_at(request), person_of(request), {}
    today = asked_on(request)
    target = NewTarget(request.POST if "add-target" in request.POST else None, prefix="target")
    key = NewKeyForm(request.POST if "make-key" in request.POST else None, prefix="key", on=today)
    if target.is_bound:
        made = _done(target, lambda: _add(target.cleaned_data, person, at))
        if made:
            shown, target = (
                {"secret": made.words, "secret_of": made.target, "is_key": False},
                NewTarget(prefix="target"),
            )
    elif key.is_bound:
        made = _done(key, lambda: _make(key.cleaned_data, person, at))
        if made:
            shown = {"secret": made.words, "secret_of": made.key, "is_key": True}
            key = NewKeyForm(prefix="key", on=today)
    waiting, failed = Q(deliveries__state="queued"), Q(deliveries__state="failed")
    targets = WebhookTarget.objects.select_related("agency").annotate(
        taken=Count("deliveries", filter=Q(deliveries__state="delivered")),
        waiting=Count("deliveries", filter=waiting),
        failed=Count("deliveries", filter=failed),
    )
    keys = ApiKey.objects.select_related("holder__agency", "use")
    shown |= {"targets": targets, "keys": keys, "target_form": target, "key_form": key, "scopes": api_keys.SCOPES}
    return render(request, "notifications/connections.html", shown)


def _add(said: dict[str, Any], person: Any, at: Any) -> webhooks.Secret:
    return webhooks.add_webhook_target(said["agency"], name=said["name"], url=said["url"], by=person, at=at)


def _make(said: dict[str, Any], person: Any, at: Any) -> api_keys.NewKey:
    return api_keys.make_api_key(
        said["holder"], name=said["name"], scopes=said["scopes"], ends_on=said["ends_on"], by=person, at=at
    )


@login_required
@never_cache
def connection(request: HttpRequest, pk: int) -> HttpResponse:
    """One address: how each call to it went, a new secret, its end."""
    _for_system_administrators(request)
    found = get_object_or_404(WebhookTarget.objects.select_related("agency"), pk=pk)
    form, secret = ReasonForm(request.POST if "stop" in request.POST else None), None
    by, at = person_of(request), asked_at(request)
    if "renew" in request.POST:
        secret = webhooks.renew_webhook_secret(found, by=by, at=at).words
    elif form.is_bound and _done(form, lambda: webhooks.stop_webhook_target(found, **form.cleaned_data, by=by, at=at)):
        messages.success(request, "Nothing more is sent there.")
        return redirect("connection", pk=pk)
    calls = WebhookDelivery.objects.filter(target=found).select_related("notification__case").order_by("-pk")
    page = Paginator(calls, ON_A_PAGE).get_page(request.GET.get("page"))
    shown = {"target": found, "page": page, "form": form, "secret": secret}
    return render(request, "notifications/connection.html", shown)


@login_required
@never_cache
def api_key(request: HttpRequest, pk: int) -> HttpResponse:
    """One key, and its end."""
    _for_system_administrators(request)
    found = get_object_or_404(ApiKey.objects.select_related("holder__agency", "use"), pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    by, at = person_of(request), asked_at(request)
    if form.is_bound and _done(form, lambda: api_keys.revoke_api_key(found, **form.cleaned_data, by=by, at=at)):
        messages.success(request, "The key opens nothing any more.")
        return redirect("api-key", pk=pk)
    scopes = [api_keys.SCOPES.get(scope, scope) for scope in found.scopes]
    shown = {"key": found, "scopes": scopes, "form": form}
    return render(request, "notifications/api_key.html", shown)
