"""What `gurudesk up` prints: plain lines, each at once."""

import sys

from adapters.settings import Settings

DEMO_PASSWORD = "gurudesk-demo"
DEMO_SIGN_INS = ("owner@demo.gurudesk.test", "admin@demo.gurudesk.test", "student@demo.gurudesk.test")


def line(text: str = "") -> None:
    print(text, flush=True)


def component(name: str, text: str) -> None:
    line(f"  {name:<9} {text}")


def warn(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def addresses(settings: Settings, *, sandbox: bool, demo: bool, anybody: bool) -> None:
    """Print where to go and how to sign in."""
    line()
    line(f"  Gurudesk  {settings.base_url}")
    if sandbox:
        line(f"  Sandbox   {settings.sandbox_url}   (what would be sent lands here)")
    line()
    if demo:
        line(f"  Demo sign-ins, password {DEMO_PASSWORD}:")
        for address in DEMO_SIGN_INS:
            line(f"    {address}")
        line()
    elif not anybody:
        line("  Nobody can sign in yet: make the owner with  gurudesk create-admin")
        line()
