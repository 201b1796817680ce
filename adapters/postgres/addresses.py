"""Where the database is and who signs in to it, from the settings. All addresses are libpq URLs."""

import hashlib
import hmac
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from adapters.embedded.places import places
from adapters.embedded.postgres import DATABASE, SUPERUSER, socket_url
from adapters.errors import CannotStart
from adapters.settings import Settings

OWNER_ROLE = "gurudesk_owner"
APP_ROLE = "gurudesk_app"
SANDBOX_ROLE = "gurudesk_sandbox"


def owner_url(settings: Settings) -> str:
    """Return the address of the login that makes the roles and runs the migrations."""
    if settings.database_url:
        return _url(_parts(settings.database_url.get_secret_value(), "GURUDESK_DATABASE_URL"))
    return _embedded(settings, SUPERUSER)


def app_url(settings: Settings) -> str:
    """Return the address web and worker use: a login that row security holds for."""
    if settings.app_database_url:
        return _url(_parts(settings.app_database_url.get_secret_value(), "GURUDESK_APP_DATABASE_URL"))
    return _role_url(settings, APP_ROLE)


def sandbox_url(settings: Settings) -> str:
    """Return the address the sandbox uses: it sees the schema ``sandbox`` alone."""
    return _role_url(settings, SANDBOX_ROLE)


def role_password(settings: Settings, role: str) -> str:
    """Return the password of a role of ours, the same for as long as the secret key is."""
    return hmac.new(settings.secret, f"database role {role}".encode(), hashlib.sha256).hexdigest()


def _role_url(settings: Settings, role: str) -> str:
    if not settings.database_url:
        return _embedded(settings, role)
    parts = _parts(settings.database_url.get_secret_value(), "GURUDESK_DATABASE_URL")
    return _url(parts | {"user": role, "password": role_password(settings, role)})


def _embedded(settings: Settings, role: str) -> str:
    return socket_url(places(settings.data_dir).postgres_sockets, role, DATABASE)


def _parts(address: str, name: str) -> dict[str, str]:
    try:
        parts = conninfo_to_dict(address.replace("postgresql+psycopg://", "postgresql://", 1))
    except ProgrammingError:
        raise CannotStart(f"{name} is not a Postgres address like postgresql://user:password@host/name.") from None
    return {key: str(value) for key, value in parts.items() if value is not None}


def _url(parts: dict[str, str]) -> str:
    """Write a URL; host and port go into the query, where sockets and several hosts are allowed."""
    rest = dict(parts)
    user, password, database = (quote(rest.pop(key, ""), safe="") for key in ("user", "password", "dbname"))
    login = f"{user}:{password}@" if password else f"{user}@" if user else ""
    query = urlencode(rest, quote_via=quote)
    return f"postgresql://{login}/{database}" + (f"?{query}" if query else "")
