"""A passkey made of Python: what an authenticator and a browser do together, and ways in which it may be wrong."""

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

FLAG = AuthenticatorData.FLAG
ORIGIN = "http://localhost:8000"


def asked(page):
    """What a page asks a passkey."""
    return json.loads(unescape(re.search(r'data-asked="([^"]+)"', page.content.decode()).group(1)))


@dataclass
class Passkey:
    """One key. `count` goes up with each answer, unless it is None: then it always says 0, as keys in a cloud do."""

    number: bytes = field(default_factory=lambda: token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int | None = 0
    is_verifying: bool = True  # asks for a finger, a face or a PIN
    handle: bytes | None = None

    def made(self, wanted, *, origin=ORIGIN, place=None, public_key=None, crossed=False):
        """The answer to "make a passkey"."""
        public_key = public_key or ES256.from_cryptography_key(self.key.public_key())
        attested = AttestedCredentialData.create(bytes(16), self.number, public_key)
        told = self._told(place or wanted["rp"]["id"], FLAG.AT, attested)
        client = CollectedClientData.create("webauthn.create", wanted["challenge"], origin, crossed)
        return self._sent(client, attestationObject=AttestationObject.create("none", told, {}))

    def answer(self, wanted, *, origin=ORIGIN, place=None, kind="webauthn.get", signed_by=None, crossed=False):
        """The answer to a challenge."""
        told = self._told(place or wanted["rpId"])
        client = CollectedClientData.create(kind, wanted["challenge"], origin, crossed)
        signature = (signed_by or self).key.sign(told + client.hash, ec.ECDSA(SHA256()))
        handle = {"userHandle": self.handle} if self.handle else {}
        return self._sent(client, authenticatorData=told, signature=signature, **handle)

    def _told(self, place, flags=FLAG(0), attested=b""):  # noqa: B008
        if self.count is not None:
            self.count += 1
        flags |= FLAG.UP | (FLAG.UV if self.is_verifying else FLAG(0))
        return AuthenticatorData.create(sha256(place.encode()).digest(), flags, self.count or 0, attested)

    def _sent(self, client, **response):
        number = websafe_encode(self.number)
        letters = {name: websafe_encode(value) for name, value in {"clientDataJSON": client, **response}.items()}
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": letters})
