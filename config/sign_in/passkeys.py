"""Passkeys: a key that stays on a machine or a stick answers a challenge made for this session, which is good once.

The package keeps them and `fido2` judges their answers. Ours are the one address they belong to, the challenges, and
the count a key keeps of its answers, by which a copy betrays itself. A password comes first; a passkey alone lets
nobody in.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from config.sign_in.lasting import seconds
from config.sign_in.means import change_of_means
from workflow.models import User
from workflow.second_steps import MAY_BE_COPIED, put_out_of_use, usable_passkeys_of
from workflow.signed_in import asked_at

log = logging.getLogger(__name__)
# What a challenge is for: an answer to one of them is none to another.
ADDING, SIGNING_IN, ASKED_AGAIN = "adding", "signing in", "asked again"
CHALLENGES = "passkey_challenges"
A_CHALLENGE_LASTS = 10 * 60  # seconds
# Of a passkey, beside what the package keeps: how many answers it had given, and which challenge was the last.
COUNT, LAST_CHALLENGE = "count", "last_challenge"
AT_MOST = 10
ALGORITHMS = {-7, -8, -257}  # ES256, EdDSA and RS256, which every maker has at least one of
THIS_MACHINE, ITS_NAME = ("127.0.0.1", "::1"), "localhost"
USUAL_PORTS = {"https": 443, "http": 80}


class NotRight(Exception):
    """What came is no answer of a passkey of theirs to the challenge that waited."""


class MayBeCopied(NotRight):
    """The answer is right, and the key has given later ones before: there are two of it."""


# Where


@dataclass(frozen=True)
class Place:
    """The name passkeys are made for, and the only address whose answers count."""

    name: str
    origin: str


def place() -> Place | None:
    """SITE_URL, where it has a name and `https`; browsers make no passkeys elsewhere, except on the machine itself."""
    address = urlsplit(settings.SITE_URL)
    name = address.hostname or ""
    if name in THIS_MACHINE and not settings.PRODUCTION:
        name = ITS_NAME
    if is_number(name) or not (address.scheme == "https" or name == ITS_NAME):
        return None
    port = "" if address.port in (None, USUAL_PORTS.get(address.scheme)) else f":{address.port}"
    return Place(name, f"{address.scheme}://{name}{port}")


def is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return not name
    return True


def is_here(request: HttpRequest) -> bool:
    """Whether the page is open at the address passkeys belong to."""
    there = place()
    return there is not None and f"{request.scheme}://{request.get_host()}".lower() == there.origin


def _server(there: Place) -> Fido2Server:
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=there.name, name="Throughline"),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin == there.origin,
    )
    server.allowed_algorithms = [each for each in server.allowed_algorithms if each.alg in ALGORITHMS]
    return server


# Challenges


def challenge(request: HttpRequest, user: User, what_for: str) -> str:
    """What the browser is to ask a passkey, as JSON; empty where none can be asked. The session keeps the challenge."""
    there = place()
    if there is None or not is_here(request):
        return ""
    server, waiting = _server(there), {"user": user.pk, "at": seconds()}
    known = [key_of(each) for each in usable_passkeys_of(user)]
    if what_for == ADDING:
        asked, state = server.register_begin(
            PublicKeyCredentialUserEntity(id=_handle(user), name=user.username, display_name=str(user)),
            known,
            resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        )
    elif known:
        is_again = what_for == ASKED_AGAIN  # in the place of a password: having the key is not enough
        wanted = UserVerificationRequirement.REQUIRED if is_again else UserVerificationRequirement.PREFERRED
        asked, state = server.authenticate_begin(known, user_verification=wanted)
    else:
        return ""
    waiting |= {"challenge": state["challenge"], "user_verification": state["user_verification"].value}
    request.session[CHALLENGES] = request.session.get(CHALLENGES, {}) | {what_for: waiting}
    return json.dumps(dict(asked)["publicKey"])


def _taken(request: HttpRequest, user: User, what_for: str) -> tuple[Fido2Server, dict[str, Any]]:
    """The challenge that waits, which is used up by being taken. Raises NotRight where none does."""
    waiting = request.session.get(CHALLENGES, {})
    state = waiting.pop(what_for, None)
    request.session[CHALLENGES] = waiting
    there = place()
    if there is None or state is None or state["user"] != user.pk or seconds() - state["at"] > A_CHALLENGE_LASTS:
        raise NotRight
    return _server(there), state


def _judged(judge: Callable[..., Any], *given: Any) -> Any:
    """What came was made by a stranger, perhaps to break whatever reads it. However it fails, the answer is no."""
    try:
        return judge(*given)
    except Exception as wrong:
        log.info("A passkey's answer was not right: %s", wrong)
        raise NotRight from wrong


def _read(kind: Any, typed: str) -> Any:
    told = json.loads(typed)
    if not isinstance(told, dict):
        raise TypeError
    return kind.from_dict(told)


def _handle(user: User) -> bytes:
    return str(user.pk).encode()


def key_of(passkey: Authenticator) -> AttestedCredentialData:
    found: AttestedCredentialData = passkey.wrap().authenticator_data.credential_data
    return found


# Added


def added(request: HttpRequest, user: User, name: str, typed: str) -> Authenticator:
    """A new passkey of theirs, called inside an act. Raises NotRight."""
    server, state = _taken(request, user, ADDING)
    came = _judged(_read, RegistrationResponse, typed)
    made = _judged(server.register_complete, state, came)
    key = made.credential_data
    number = websafe_encode(key.credential_id)
    if key.public_key.get(3) not in ALGORITHMS or came.id != number or came.response.client_data.cross_origin:
        raise NotRight
    if Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN, data__credential__id=number).exists():
        raise NotRight
    kept = {
        "clientDataJSON": websafe_encode(came.response.client_data),
        "attestationObject": websafe_encode(came.response.attestation_object),
    }
    credential = {"id": number, "rawId": number, "type": "public-key", "response": kept}
    return Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": name, "credential": credential, COUNT: made.counter},
    )


# Used


def answered(request: HttpRequest, user: User, what_for: str, typed: str) -> Authenticator:
    """The passkey of theirs that answered, its count and challenge written down. Raises NotRight, MayBeCopied.

    A copy is put out of use for good, on record, before it is refused: neither of the two is to be trusted.
    """
    server, state = _taken(request, user, what_for)
    came = _judged(_read, AuthenticationResponse, typed)
    with transaction.atomic():
        passkey = _theirs(user, came)
        _judged(server.authenticate_complete, state, [key_of(passkey)], came)
        if came.response.client_data.cross_origin or came.response.user_handle not in (None, b"", _handle(user)):
            raise NotRight
        if passkey.data.get(LAST_CHALLENGE) == state["challenge"]:  # sent twice at once
            raise NotRight
        count = came.response.authenticator_data.counter
        is_copied = bool(count or passkey.data[COUNT]) and count <= passkey.data[COUNT]
        if not is_copied:
            passkey.data |= {COUNT: count, LAST_CHALLENGE: state["challenge"]}
            passkey.save(update_fields=["data"])
            return passkey
    log.warning("A passkey answered with a count that went back. It is put out of use.")
    with change_of_means("suspect_passkey", user, at=asked_at(request), passkey=passkey):
        put_out_of_use(passkey, why=MAY_BE_COPIED)
    raise MayBeCopied


def _theirs(user: User, came: AuthenticationResponse) -> Authenticator:
    """Locked until it is written down: two answers at once are looked at one after the other."""
    for each in usable_passkeys_of(user).select_for_update():
        if key_of(each).credential_id == came.raw_id:
            return each
    raise NotRight
