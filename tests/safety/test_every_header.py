"""What every answer tells the browser, and that no page asks it to run or load anything from elsewhere."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client, override_settings

from config.headers import PERMISSIONS_POLICY, content_security_policy
from tests.safety.pages import NAMES, EveryPage, soup_of

ALWAYS = {
    "Content-Security-Policy": content_security_policy(),
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
SCRIPTED = re.compile(r"^\s*(javascript|data|vbscript):", re.IGNORECASE)


class EveryHeader(EveryPage):
    def test_every_answer_bears_them_and_no_page_runs_or_loads_anything_of_its_own(self):
        pages = 0
        for name, answer in [*self.every_answer(), *self.refusals()]:
            with self.subTest(page=name):
                told = {header: answer.get(header) for header in ALWAYS}
                self.assertEqual(told, ALWAYS | self.told_to_do_less(name, answer))
                self.assertFalse(set(answer.cookies) - {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME})
                if soup := soup_of(answer):
                    self.assertEqual(self.brought_along(soup), [])
                if soup and soup.html:
                    pages += 1
                    self.assertEqual([name for name in NAMES if name in soup.title.text], [])
        self.assertGreater(pages, 90)

    def told_to_do_less(self, name, answer):
        """A file that somebody brought in runs nothing at all; a signed link names its address to nobody."""
        if name in ("link", "a link of nobody", "join"):
            return {"Referrer-Policy": "no-referrer", "Cache-Control": answer["Cache-Control"]}
        told = answer.get("Content-Security-Policy", "")
        attached = answer.get("Content-Disposition", "").startswith("attachment")
        return {"Content-Security-Policy": told} if attached and "sandbox" in told else {}

    def brought_along(self, soup):
        """Inline script and style, handlers, and addresses that lead elsewhere."""
        found = [f"<{each.name}>" for each in soup(["style", "iframe", "object", "embed", "base"])]
        found += [str(each)[:80] for each in soup("script") if not each.get("src") or each.text.strip()]
        for each in soup(True):
            found += [f"{each.name} {name}" for name in each.attrs if name == "style" or name.startswith("on")]
            for name in ("src", "href", "action", "formaction", "srcset", "poster"):
                address = each.get(name, "")
                if SCRIPTED.match(address) or (name != "href" and urlsplit(address).netloc):
                    found.append(f"{each.name} {name}={address[:60]}")
        return found

    def test_signing_out_makes_the_browser_forget(self):
        self.ask("clerk", "/")
        answer = self.client.post("/sign-out/")
        self.assertEqual(answer["Clear-Site-Data"], '"cache", "storage"')
        self.assertEqual(answer.cookies[settings.SESSION_COOKIE_NAME].value, "")
        self.assertNotIn("Clear-Site-Data", self.ask("clerk", "/"))

    @override_settings(
        SECURE_SSL_REDIRECT=True,
        SECURE_HSTS_SECONDS=63_072_000,
        SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
        SECURE_HSTS_PRELOAD=True,
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
        SESSION_COOKIE_SECURE=True,
        CSRF_COOKIE_SECURE=True,
        SESSION_COOKIE_NAME="__Host-session",
        CSRF_COOKIE_NAME="__Host-csrf",
    )
    def test_in_production_only_https_is_spoken_and_cookies_are_bound_to_this_host(self):
        self.assertEqual(Client().get("/sign-in/").status_code, 301)
        client = Client(headers={"x-forwarded-proto": "https"})
        answer = client.get("/sign-in/")
        self.assertEqual(answer["Strict-Transport-Security"], "max-age=63072000; includeSubDomains; preload")
        client.force_login(self.users["inspector"])
        session = client.post("/cases/SP-T/why/", {"reason": "Spring audit"}).cookies["__Host-session"]
        for cookie in (answer.cookies["__Host-csrf"], session):
            self.assertTrue(cookie["secure"])
            self.assertEqual((cookie["path"], cookie["domain"], cookie["samesite"]), ("/", "", "Lax"))
        self.assertTrue(session["httponly"])
