"""The Handlebars of dynamic templates: values, if, unless, each, equals and their else. What is unknown is empty."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

_TAG = re.compile(r"\{\{\{\s*(?P<raw>[^{}]+?)\s*\}\}\}|\{\{(?:!--.*?--|!.*?|\s*(?P<tag>[^{}]+?)\s*)\}\}", re.DOTALL)
_WORDS = re.compile(r"""[^\s"']+|"[^"]*"|'[^']*'""")
# Twilio's helpers among the blocks; any other is shown as if it were true.
_TESTS = ("if", "unless", "equals", "notEquals")


@dataclass(slots=True)
class _Block:
    """A part between ``{{#name …}}`` and ``{{/name}}``, and what stands behind its ``{{else}}``."""

    name: str = ""
    arguments: Sequence[str] = ()
    parts: list[Any] = field(default_factory=list)
    otherwise: list[Any] | None = None

    def add(self, part: Any) -> None:
        (self.parts if self.otherwise is None else self.otherwise).append(part)


@dataclass(frozen=True, slots=True)
class _Value:
    path: str
    is_raw: bool


def filled(template: str, data: Mapping[str, Any], *, html: bool = True) -> str:
    """Return the template with its data. Values in ``html`` are escaped unless they stand in three braces."""
    return "".join(_rendered(_parsed(template).parts, [data], html))


def _parsed(template: str) -> _Block:
    open_blocks = [_Block()]
    end = 0
    for found in _TAG.finditer(template):
        open_blocks[-1].add(template[end : found.start()])
        end = found.end()
        if found["raw"]:
            open_blocks[-1].add(_Value(found["raw"], is_raw=True))
        elif found["tag"]:
            _take(open_blocks, found["tag"])
    open_blocks[-1].add(template[end:])
    return open_blocks[0]


def _take(open_blocks: list[_Block], tag: str) -> None:
    if tag.startswith("#"):
        name, *arguments = _WORDS.findall(tag[1:]) or [""]
        block = _Block(name, arguments)
        open_blocks[-1].add(block)
        open_blocks.append(block)
    elif tag.startswith("/"):
        if len(open_blocks) > 1:
            open_blocks.pop()
    elif tag in ("else", "^"):
        open_blocks[-1].otherwise = []
    else:
        open_blocks[-1].add(_Value(tag.removeprefix("&").strip(), is_raw=tag.startswith("&")))


def _rendered(parts: Sequence[Any], scopes: list[Any], html: bool) -> Iterator[str]:
    for part in parts:
        if isinstance(part, _Value):
            text = _text(_looked_up(part.path, scopes))
            yield text if part.is_raw or not html else escape(text)
        elif isinstance(part, _Block):
            yield from _block(part, scopes, html)
        else:
            yield part


def _block(block: _Block, scopes: list[Any], html: bool) -> Iterator[str]:
    values = [_looked_up(argument, scopes) for argument in block.arguments]
    if block.name == "each":
        items = list(_items(values[0] if values else None))
        for index, (key, item) in enumerate(items):
            marks = {"@index": index, "@key": key, "@first": index == 0, "@last": index == len(items) - 1}
            yield from _rendered(block.parts, [*scopes, marks, item], html)
        chosen = [] if items else block.otherwise
    else:
        chosen = block.parts if _holds(block.name, values) else block.otherwise
    yield from _rendered(chosen or [], scopes, html)


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _holds(name: str, values: Sequence[Any]) -> bool:
    if name in ("equals", "notEquals") and len(values) == 2:
        return bool(values[0] == values[1]) == (name == "equals")
    truth = bool(values and values[0])
    return not truth if name == "unless" else truth or name not in _TESTS


def _looked_up(path: str, scopes: list[Any]) -> Any:
    if path[:1] in "\"'" and path[-1:] == path[:1]:
        return path[1:-1]
    if path in ("this", "."):
        return scopes[-1]
    if path.startswith("@root."):
        return _member(scopes[0], path.removeprefix("@root."))
    found = (_member(scope, path.removeprefix("this.").lstrip("./")) for scope in reversed(scopes))
    return next((value for value in found if value is not None), None)


def _member(scope: Any, path: str) -> Any:
    for name in [path] if path.startswith("@") else path.split("."):
        if isinstance(scope, list) and name.isdigit():
            scope = scope[int(name)] if int(name) < len(scope) else None
        else:
            scope = scope.get(name) if isinstance(scope, Mapping) else None
    return scope


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    return ",".join(map(_text, value)) if isinstance(value, list) else str(value)
