"""Every controller, by who may come in. A route that is not listed here does not exist."""

from typing import Any

from web.health import HealthController
from web.live import LiveController
from web.public.sign_in import SignInController, SignOutController
from web.static_files import static_file

INFRASTRUCTURE: list[Any] = [HealthController, LiveController, static_file]

# (audience, path, controllers)
AUDIENCES: list[tuple[str, str, list[Any]]] = [
    ("public", "/", [SignInController, SignOutController]),
    ("signed_in", "/account", []),
    ("student", "/student", []),
    ("admin", "/admin", []),
    ("super_admin", "/admin/team", []),
]
