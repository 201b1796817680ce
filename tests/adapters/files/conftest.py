"""The stores that tests of this folder hold against the port: each must do all that it promises."""

import pytest

from adapters.files import open_files


@pytest.fixture(params=["disk", "s3"])
def files(request, settings):
    """A store of each kind, empty."""
    if request.param == "disk":
        return open_files(settings)
    return open_files(request.getfixturevalue("bucket").settings_of(settings))
