"""An OpenID provider of these tests' own, in a process of its own: it speaks HTTP, signs with keys of its own, and says
whatever the test tells it to say, right or wrong.

    GET /.well-known/openid-configuration, /keys    what it publishes
    GET /authorize                                  leads back with a code at once, as if somebody had signed in there
    POST /token                                     gives the token for the code, checking client and PKCE
    POST /says                                      for the test: what the next token is to say, and how it is signed
"""

import base64
import hashlib
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET, TENANT = "throughline", "known to two", "11111111-2222-3333-4444-555555555555"
OURS, ANOTHERS = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
says: dict[str, Any] = {}
asked: dict[str, dict[str, str]] = {}


class Provider(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        at, query = urlsplit(self.path), parse_qs(urlsplit(self.path).query)
        issuer = f"http://{self.headers['Host']}"
        if at.path == "/.well-known/openid-configuration":
            return self.answer(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/keys",
                }
            )
        if at.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OURS.public_key()))
            return self.answer({"keys": [key | {"kid": "ours", "use": "sig", "alg": "RS256"}]})
        if at.path == "/authorize":
            code = f"code-{len(asked)}"
            asked[code] = {name: values[0] for name, values in query.items()}
            back = urlencode({"code": code, "state": asked[code]["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked[code]['redirect_uri']}?{back}")
            self.end_headers()
            return None
        return self.answer({}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/says":
            says.clear()
            says.update(json.loads(body))
            return self.answer({})
        told = {name: values[0] for name, values in parse_qs(body).items()}
        question = asked.get(told.get("code", ""), {})
        digest = hashlib.sha256(told.get("code_verifier", "").encode()).digest()
        is_theirs = question.get("code_challenge") == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (told.get("client_id"), told.get("client_secret")) != (CLIENT, SECRET) or not is_theirs:
            return self.answer({"error": "invalid_grant"}, 400)
        return self.answer({"id_token": self.token(question), "access_token": "-", "token_type": "Bearer"})

    def token(self, question: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": f"http://{self.headers['Host']}",
            "aud": CLIENT,
            "sub": "their-number",
            "tid": TENANT,
            "amr": ["pwd", "mfa"],
            "nonce": question["nonce"],
            "preferred_username": "Nurse@health.example",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
        } | says.get("claims", {})
        claims = {name: value for name, value in claims.items() if value is not None}
        how = says.get("signed", "ours")
        if how == "none":
            return jwt.encode(claims, None, algorithm="none", headers={"kid": "ours"})
        if how == "with the secret":
            return jwt.encode(claims, SECRET.ljust(32, "."), algorithm="HS256", headers={"kid": "ours"})
        return jwt.encode(
            claims,
            ANOTHERS if how == "by another" else OURS,
            algorithm="RS256",
            headers={"kid": says.get("kid", "ours")},
        )

    def answer(self, said: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Provider).serve_forever()
