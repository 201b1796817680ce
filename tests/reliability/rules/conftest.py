"""One ground for all tests of rules in this process; each test writes to people of its own."""

from collections.abc import Iterator

import pytest

from tests.reliability.rules.ground import Ground, running_ground


@pytest.fixture(scope="session")
def whole_ground() -> Iterator[Ground]:
    with running_ground() as ground:
        yield ground


@pytest.fixture
def ground(whole_ground: Ground) -> Iterator[Ground]:
    yield whole_ground
    whole_ground.rest()
