"""Substitutions and links in an e-mail's text."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape, unescape
from typing import Any

_LINK = re.compile(r"""(<a\b[^>]*?\bhref\s*=\s*)(["'])(https?://.*?)\2([^>]*>)""", re.IGNORECASE | re.DOTALL)
_UNTRACKED = re.compile(r"""\bclicktracking\s*=\s*["']?off""", re.IGNORECASE)


def substituted(text: str, substitutions: Mapping[str, str]) -> str:
    """Return the text with every key replaced by its value, verbatim and once."""
    keys = sorted((key for key in substitutions if key), key=len, reverse=True)
    if not keys:
        return text
    return re.sub("|".join(map(re.escape, keys)), lambda found: substitutions[found[0]], text)


def part(content: Sequence[Mapping[str, Any]], media_type: str) -> str:
    """Return the part of the content with this type, or an empty text."""
    return next((str(one["value"]) for one in content if one["type"].partition(";")[0] == media_type), "")


def tracked_links(html: str) -> list[str]:
    """Return the addresses of all links that click tracking counts, in order."""
    return [unescape(match[3]) for match in _LINK.finditer(html) if not _UNTRACKED.search(match[0])]


def with_links(html: str, address: Callable[[int], str]) -> str:
    """Return the HTML with every counted link leading to ``address(index)``."""
    index = -1

    def replaced(match: re.Match[str]) -> str:
        nonlocal index
        if _UNTRACKED.search(match[0]):
            return match[0]
        index += 1
        return f"{match[1]}{match[2]}{escape(address(index))}{match[2]}{match[4]}"

    return _LINK.sub(replaced, html)


def links_in(content: Sequence[Mapping[str, Any]], substitutions: Mapping[str, str]) -> list[str]:
    """Return the links of an e-mail's HTML after substitution."""
    return tracked_links(substituted(part(content, "text/html"), substitutions))
