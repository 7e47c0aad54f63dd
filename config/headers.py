"""What every answer tells the browser it may and may not do."""

from django.conf import settings
from django.utils.deprecation import MiddlewareMixin

# Nothing here needs the machine's senses, its payment methods or the visitor's whereabouts.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in [
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "serial",
        "usb",
    ]
)


def content_security_policy() -> str:
    """Everything from here and nothing inline: a story typed by a stranger cannot run, load or post elsewhere.

    Sockets are named by their full address as well: older browsers do not count `wss:` as 'self'.
    """
    sockets = [origin.replace("http", "ws", 1) for origin in settings.LIVE_ORIGINS]
    directives = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'none'"],
        "connect-src": ["'self'", *sockets],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


# At signing out the browser forgets what it kept of the pages. Not "cookies": that would end the sign-ins of every
# other service under the authority's own domain as well; ours is deleted by name.
FORGET = '"cache", "storage"'


class SecurityHeaders(MiddlewareMixin):
    """Sets the headers Django's own middleware does not. Works in a sync or an async chain.

    Nothing is kept by the browser or on the way to it, so that Back after signing out, on a shared machine, shows
    nothing. That holds for every answer of ours and needs no look at who is signed in. Static files are served before
    this is asked (WhiteNoise) and may be kept.
    """

    def process_response(self, request, response):
        response.setdefault("Content-Security-Policy", content_security_policy())
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response["Cache-Control"] = "no-store"
        match = getattr(request, "resolver_match", None)
        if match is not None and match.view_name == "sign-out" and response.status_code < 400:
            response["Clear-Site-Data"] = FORGET
        return response
