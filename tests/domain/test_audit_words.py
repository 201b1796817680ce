"""Every action that is recorded can be read by people."""

import ast
import re
from collections.abc import Iterator

from adapters.settings import ROOT
from domain.audit_words import SENTENCES, sentence

ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def recorded() -> Iterator[tuple[str, str]]:
    """Yield each action that the code hands on together with its work, and where."""
    for room in ("domain", "adapters", "web"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and [name_of(one) for one in node.args[:1]] == ["work"]:
                    yield from ((text, f"{file.name}:{node.lineno}") for text in texts(node.args[1:]))


def name_of(argument: ast.expr) -> str:
    return argument.id if isinstance(argument, ast.Name) else ""


def texts(arguments: list[ast.expr]) -> Iterator[str]:
    for argument in arguments:
        choices = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        for choice in choices:
            if isinstance(choice, ast.Constant) and isinstance(choice.value, str) and ACTION.fullmatch(choice.value):
                yield choice.value


def test_every_action_that_is_recorded_has_a_sentence() -> None:
    found = list(recorded())
    assert {(action, place) for action, place in found if action not in SENTENCES} == set()
    assert len(found) > 50


def test_an_action_of_an_older_version_is_still_readable() -> None:
    assert sentence("lead.merged_away") == "Lead merged away"
