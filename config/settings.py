"""Settings, all from the environment. Nothing set means: one machine, SQLite, everything in this process.

Any of them may be named by a file instead: `SECRET_KEY_FILE=/run/secrets/key` is read in place of `SECRET_KEY`.

`THROUGHLINE_ENV=production` asks for real secrets and refuses to start without them, naming what is missing.
"""

from pathlib import Path

import dj_database_url
import dj_email_url
from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv

# A file with a secret in it usually ends in a line break, which is no part of the secret.
env = FileAwareEnv(strip_whitespace=True)
BASE_DIR = Path(__file__).resolve().parent.parent

ENVIRONMENT = env.str("THROUGHLINE_ENV", "local")
PRODUCTION = ENVIRONMENT == "production"
DATA_DIR = Path(env.str("THROUGHLINE_DATA", str(BASE_DIR / "data"))).resolve()


def required_in_production(name: str, *, local: str) -> str:
    """The value of `name`; on a local machine `local` will do, in production its absence stops the start."""
    value = env.str(name, "")
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} is not set. A production Throughline does not start without it.")
    return local


SECRET_KEY = required_in_production("SECRET_KEY", local="local-only-" + "throughline-" * 5)
DEBUG = env.bool("DEBUG", False) and not PRODUCTION
ALLOWED_HOSTS = [
    host.strip() for host in required_in_production("ALLOWED_HOSTS", local="127.0.0.1,localhost,testserver").split(",")
]
SITE_URL = required_in_production("SITE_URL", local=f"http://127.0.0.1:{env.str('PORT', '8000')}").rstrip("/")
# A socket is accepted only from these exact addresses: scheme, host and port.
LIVE_ORIGINS = env.list("LIVE_ORIGINS", [SITE_URL])

DATABASE = dj_database_url.parse(env.str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}"))
ON_POSTGRES = DATABASE["ENGINE"] == "django.db.backends.postgresql"

INSTALLED_APPS = [
    "config",
    "meetings",
    "plans",
    "escalation",
    "notifications",
    "workflow",
    "viewflow",
    "viewflow.workflow",
    "channels",
    "rules",
    "simple_history",
    # Its tables, on PostgreSQL only: what workers are asked to look at (`config.jobs`).
    *(["procrastinate.contrib.django"] if ON_POSTGRES else []),
    "anymail",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.logs.numbered",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.headers.SecurityHeaders",
    "config.clock.on_every_request",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.sign_in.lasting.SignInLasts",
    "config.net.AskedForWhoAsks",
    "config.doors.EveryAddressHasADoor",
    "allauth.account.middleware.AccountMiddleware",
    "config.sign_in.second_step.EverybodyHasOne",
    "config.sign_in.again.AsksAgain",
    "config.reading.EveryReadIsKept",
    "config.drafts.forgotten_when_sent",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
AUTH_USER_MODEL = "workflow.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "sign-in"
AUTHENTICATION_BACKENDS = ["config.signing_in.WithPosts"]
# Keys before the present one, longest ago last: what is kept under them is still read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEYS_BEFORE", [])
# Only a demonstration may wind its own clock; the offset is kept beside its database.
DEMO = env.bool("THROUGHLINE_DEMO", False) and not PRODUCTION
# How long a sign-in lasts, in seconds: altogether, and without anybody doing anything; and how long it is believed,
# before what cannot be taken back, that it is still the same person.
SIGN_IN_LASTS = env.int("THROUGHLINE_SIGN_IN_HOURS", 12) * 60 * 60
SIGN_IN_LASTS_UNUSED = env.int("THROUGHLINE_IDLE_MINUTES", 12 * 60 if DEMO else 30) * 60
PROOF_LASTS = env.int("THROUGHLINE_PROOF_MINUTES", 15) * 60
# A second step for everybody, or for whoever wants one.
SECOND_STEP = env.str("THROUGHLINE_SECOND_STEP", "everybody" if PRODUCTION else "optional")
if SECOND_STEP not in ("everybody", "optional"):
    raise ImproperlyConfigured("THROUGHLINE_SECOND_STEP is everybody or optional.")
SECOND_STEP_FOR_ALL = SECOND_STEP == "everybody"
# The organisation's own sign-in by OpenID Connect; nothing of it is there until an issuer is named.
OIDC = {}
if env.str("OIDC_ISSUER", ""):
    OIDC = {
        "issuer": env.str("OIDC_ISSUER"),
        "client_id": env.str("OIDC_CLIENT_ID"),
        "client_secret": env.str("OIDC_CLIENT_SECRET"),
        "tenant": env.str("OIDC_TENANT"),
        "amr": env.str("OIDC_AMR", "mfa"),
        "name": env.str("OIDC_NAME", "your organisation"),
    }
    if PRODUCTION and not OIDC["issuer"].startswith("https://"):
        raise ImproperlyConfigured("OIDC_ISSUER begins with https:// in production.")
ACCOUNT_ADAPTER = "config.sign_in.adapter.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # ours are in config.sign_in.throttle: these would lock an account out
MFA_ADAPTER = "config.sign_in.adapter.SecondSteps"
# A passkey is a second step; nobody signs in or up by one alone.
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.service",
            ],
        },
    },
]
FORM_RENDERER = "config.govuk.GovukFormRenderer"

# SQLite by default: a write takes its lock at the start (IMMEDIATE), or two writers deadlock half-way.
DATABASES = {"default": DATABASE}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A cursor of the server's outlives its transaction, and with it what was told for whom it is asked
    # (`workflow.scope`); behind a pool it would also be somebody else's.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
CHANNEL_LAYERS = {
    "default": (
        {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_connect_timeout": 1, "socket_timeout": None}]},
        }
        if REDIS_URL
        else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    )
}

# Mail goes to the console until EMAIL_URL names a server (smtp://user:password@host:port).
EMAIL = dj_email_url.parse(env.str("EMAIL_URL", "") or "console:")
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL["EMAIL_HOST"]
EMAIL_PORT = EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = EMAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Throughline <no-reply@throughline.example>")
# A provider with webhooks, by its name in anymail ("postmark"), or "govuk_notify"; it takes the place of EMAIL_URL.
MAIL_PROVIDER = env.str("MAIL_PROVIDER", "")
ANYMAIL = {"REQUESTS_TIMEOUT": (5, 10)}
GOVUK_NOTIFY = {}
if MAIL_PROVIDER and MAIL_PROVIDER != "govuk_notify":
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    # Two passwords of our own, "name:password", that the provider has to give when it calls.
    ANYMAIL |= env.json("MAIL_PROVIDER_SETTINGS", "{}") | {"WEBHOOK_SECRET": env.str("MAIL_WEBHOOK_SECRET")}
if env.str("GOVUK_NOTIFY_KEY", ""):
    GOVUK_NOTIFY = {
        "key": env.str("GOVUK_NOTIFY_KEY"),
        "url": env.str("GOVUK_NOTIFY_URL", "https://api.notifications.service.gov.uk"),
        "email_template": env.str("GOVUK_NOTIFY_EMAIL_TEMPLATE", ""),
        "text_template": env.str("GOVUK_NOTIFY_TEXT_TEMPLATE", ""),
        "callback_token": env.str("GOVUK_NOTIFY_CALLBACK_TOKEN"),
    }
if MAIL_PROVIDER == "govuk_notify":
    EMAIL_BACKEND = "notifications.govuk_notify.EmailBackend"
# Text messages go out where Notify has a template for them.
TEXT_MESSAGES = bool(GOVUK_NOTIFY.get("text_template"))
# Networks that webhooks may reach although they are private ("10.1.0.0/16"); those in them may do without https.
WEBHOOKS_MAY_REACH = env.list("WEBHOOKS_MAY_REACH", [])

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "j M Y"

STATIC_URL = "/static/"
# Collected for production only; on a local machine they are served from where they stand.
STATIC_ROOT = DATA_DIR / "static" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # What people hand in. Nothing serves this folder; only this service's own account reads it.
    "uploads": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.str("UPLOADS_DIR", str(DATA_DIR / "uploads")),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# What was done is told once, on the next page. It may name somebody, so it waits here and not in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# A form of ours has some dozens of fields and a page or two of text; a draft is refused well below this.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 2
# The largest file anybody may hand in, in bytes.
UPLOAD_LIMIT = env.int("UPLOAD_MEGABYTES", 20) * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["meetings.uploads.NoMoreThanIsTaken"]
# ClamAV's daemon, "host:port" or the path of its socket. Where it is named, nothing is kept that it has not seen.
CLAMAV = env.str("CLAMAV", "")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.drafts.not_read"
SESSION_COOKIE_AGE = SIGN_IN_LASTS
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"
    CSRF_TRUSTED_ORIGINS = [SITE_URL]

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False

# Who runs what runs by itself (sweep, deliver): `embedded`, this server; `worker`, any number of `manage.py worker`;
# `off`, nobody here, as where a timer calls the commands. Before there were workers it was true or false.
ENGINES = {"true": "embedded", "1": "embedded", "yes": "embedded", "on": "embedded"}
ENGINES |= {"false": "off", "0": "off", "no": "off"}
ENGINES |= {name: name for name in ("embedded", "worker", "off")}
ENGINE = ENGINES.get(env.str("THROUGHLINE_ENGINE", "embedded").strip().lower() or "embedded", "")
if not ENGINE:
    raise ImproperlyConfigured("THROUGHLINE_ENGINE is embedded, worker or off.")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logs.OneLine"},
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain" if DEBUG else "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {
        # Django's own way of sending errors by mail, with everything that was typed in them, is not there.
        "django": {"handlers": []},
        # `config.logs` says who was refused what; Django would add the path.
        "django.request": {"level": "ERROR"},
        # redis gives this one a handler of its own, past our formatter, unless the name is taken already.
        "push_response": {"handlers": []},
    },
}
