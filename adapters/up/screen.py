"""What `gurudesk up` prints: plain lines, each at once."""

import shutil
import sys
from contextlib import suppress
from pathlib import Path

from adapters.settings import Settings

DEMO_PASSWORD = "gurudesk-demo"
DEMO_SIGN_INS = ("owner@demo.gurudesk.test", "admin@demo.gurudesk.test", "student@demo.gurudesk.test")


def line(text: str = "") -> None:
    with suppress(OSError):  # the terminal may be gone, and stopping must go on
        print(text, flush=True)


def component(name: str, text: str) -> None:
    line(f"  {name:<9} {text}")


def addresses(settings: Settings, *, sandbox: bool) -> None:
    """Print where to go."""
    line()
    line(f"  Gurudesk  {settings.base_url}")
    if sandbox:
        line(f"  Sandbox   {settings.sandbox_url}   (what would be sent lands here)")
    line()


def demo_sign_ins() -> None:
    """Print how to sign in to the demo."""
    line(f"  Demo sign-ins, password {DEMO_PASSWORD}:")
    for address in DEMO_SIGN_INS:
        line(f"    {address}")
    line()


def no_sign_in() -> None:
    """Print how to make the first account."""
    line(f"  Nobody can sign in yet. Make the owner: {_command()} create-admin you@example.com")
    line()


def _command() -> str:
    """Return how our command is called here: by its name where it is on the PATH, else by its place."""
    if shutil.which("gurudesk"):
        return "gurudesk"
    program = Path(sys.executable).parent / "gurudesk"
    return str(program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program)
