"""The system user that runs Postgres when we are root, since Postgres refuses to be."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from adapters.errors import CannotStart

NAME = "gurudesk"


def system_user() -> pwd.struct_passwd | None:
    """Return the user to run Postgres as, made when missing; None when we are not root."""
    if os.geteuid() != 0:
        return None
    return _find() or _make()


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def _make() -> pwd.struct_passwd:
    command = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if command:
        subprocess.run(
            [command, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
            capture_output=True,
            check=False,  # somebody else may have made it a moment ago
        )
    if found := _find():
        return found
    raise CannotStart(f"Postgres does not run as root: make a system user named {NAME}, or start as another user.")


def hand_over(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Give ``folder`` itself to ``user``; nothing above or below it changes."""
    if user and folder.stat().st_uid != user.pw_uid:
        os.chown(folder, user.pw_uid, user.pw_gid)


def as_user(user: pwd.struct_passwd | None) -> dict[str, object]:
    """Return what subprocess needs to run a program as ``user``."""
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
