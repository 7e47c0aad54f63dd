"""What every answer tells the browser it may and may not do."""

from django.conf import settings
from django.utils.deprecation import MiddlewareMixin

# Nothing here needs the machine's senses, its payment methods or the visitor's whereabouts.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in [
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
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


class SecurityHeaders(MiddlewareMixin):
    """Sets the headers Django's own middleware does not. Works in a sync or an async chain.

    Nothing is kept by the browser or on the way to it, so that Back after signing out, on a shared machine, shows
    nothing. That holds for every answer and needs no look at who is signed in: a page that may be kept by anyone
    says `public` itself.
    """

    def process_response(self, request, response):
        response.setdefault("Content-Security-Policy", content_security_policy())
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "public" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store"
        return response
