"""Which test runs when, and on which of the processes that share a run: what takes long comes first, so that none ends alone."""

from collections.abc import Sequence
from typing import Any

import pytest

# Folders whose files share what is dear to start, and so stay on one process.
TOGETHER = ("tests/browser/",)
# What takes long, the longest first; all else follows in its order.
LONG = (
    *TOGETHER,
    "tests/reliability/",
    "tests/adapters/cli/",
    "tests/adapters/demo/",
    "tests/web/test_routes.py",
    "tests/web/api/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class InOrder(LoadScopeScheduling):
        """Hands out one file after the other, in the order of collection, and some folders as a whole."""

        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    config.option.loadscopereorder = False
    return InOrder(config, log)


def _place(nodeid: str, known: Sequence[str] = LONG) -> int:
    return next((place for place, prefix in enumerate(known) if nodeid.startswith(prefix)), len(known))
