"""Every failure of a command ends in one plain line; what a developer needs goes to the log in the data folder."""

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from adapters.errors import CannotStart
from domain.errors import DomainError

MAX_BYTES = 5 * 1024 * 1024


class PlainGroup(click.Group):
    """A group whose commands never show a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except (CannotStart, DomainError) as error:
            say(str(error))
        except KeyboardInterrupt:
            sys.exit(130)
        except Exception as error:
            say(explain(error))
        sys.exit(1)


def explain(error: Exception) -> str:
    """Return one line about an error nobody foresaw, and keep its traceback in the data folder."""
    return f"{_what(error)} {_kept(error)}"


def say(text: str) -> None:
    for line in text.splitlines():
        click.echo(f"gurudesk: {line}", err=True)


def _what(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}." if lines else f"{type(error).__name__}."


def _kept(error: Exception) -> str:
    """Keep the traceback and say where; without a writable folder there is only the line."""
    file = _log_folder() / "errors.log"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > MAX_BYTES:
            file.replace(file.with_suffix(".log.1"))
        with file.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()} {' '.join(sys.argv[1:2])}\n")
            log.writelines(traceback.format_exception(error))
    except OSError:
        return "No details could be kept: the data folder is not writable."
    return f"Details are in {file}."


def _log_folder() -> Path:
    from adapters.settings import ROOT

    return Path(os.environ.get("GURUDESK_DATA_DIR") or ROOT / ".gurudesk") / "logs"
