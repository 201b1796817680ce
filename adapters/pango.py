"""Whether the libraries that documents are printed with are on this machine.

Every `make run` asks before anything else, so this imports no more than it needs.
"""

import ctypes

PANGO = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")


def missing_pango() -> list[str]:
    """Return the libraries that printing documents needs and this machine lacks."""
    return [name for name in PANGO if not (_loads(f"lib{name}.so.0") or _found(name))]


def _loads(file: str) -> bool:
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def _found(name: str) -> bool:
    """Look under the names and in the places of other systems. Takes most of a second: it asks the compiler."""
    from ctypes.util import find_library

    return bool(find_library(name))
