"""Reads the settings strictly: a name we do not know or a value that does not fit stops the start, by name."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from pydantic import ValidationError

from adapters.errors import CannotStart
from adapters.settings import ROOT, Settings


def load_settings() -> Settings:
    """Return the settings, or raise CannotStart with one line for each that is wrong."""
    file = settings_file()
    problems = [*_unknown(_names_in(file), str(file)), *_unknown(_ours_in_environment(), "the environment")]
    if problems:
        raise CannotStart("\n".join(problems))
    try:
        return Settings(_env_file=file)
    except ValidationError as error:
        raise CannotStart("\n".join(_said_plainly(problem) for problem in error.errors())) from None


def settings_file() -> Path:
    """Return `.env` where the program was started, else the one beside the code."""
    here = Path.cwd() / ".env"
    return here if here.exists() else ROOT / ".env"


def setting_names() -> list[str]:
    """Return the environment name of every setting: what the providers need first, each class in its order."""
    return [str(field.validation_alias) for field in Settings.model_fields.values()]


def _unknown(names: Iterable[str], place: str) -> list[str]:
    known = setting_names()
    return [_unknown_line(name, place, known) for name in names if name.upper() not in known]


def _unknown_line(name: str, place: str, known: list[str]) -> str:
    close = get_close_matches(name.upper(), known, n=1, cutoff=0.6)
    return f"Unknown setting {name} in {place}." + (f" Did you mean {close[0]}?" if close else "")


def _ours_in_environment() -> list[str]:
    """Names that can only be meant for us: those that start as our own or a provider's settings do."""
    starts = tuple({f"{name.split('_')[0]}_" for name in setting_names() if not name.startswith("USE_")})
    return sorted(name for name in os.environ if name.upper().startswith(starts))


def _names_in(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"Cannot read {file}: {error}.") from error
    names = []
    for line in parse_stream(StringIO(text)):
        if line.error:
            raise CannotStart(f"{file}, line {line.original.line}: not of the form NAME=value.")
        if line.key:
            names.append(line.key)
    return names


EXPECTED = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "bool_parsing": "true or false",
    "literal_error": "one of {expected}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "too_short": "at least {min_length} characters",
    "string_too_short": "at least {min_length} characters",
}


def _said_plainly(problem: Any) -> str:
    """Say what is expected, and never repeat the value: it may be a secret."""
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"]) + "."
    expected = EXPECTED.get(problem["type"])
    if expected is None:
        return f"{name} is not right: {problem['msg']}."
    return f"{name} must be {expected.format(**problem.get('ctx', {}))}."
