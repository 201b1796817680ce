"""A database with a row for every label in every table, as a superuser reaches it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.fixtures.services import Databases
from tests.security.rows import fill


@pytest.fixture(scope="package")
def filled_url(databases: Databases) -> Iterator[str]:
    url = databases.clone("gurudesk_matrix")
    with psycopg.connect(url) as connection:
        fill(connection)
    yield url
    databases.drop("gurudesk_matrix")


@pytest.fixture
def superuser(filled_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection whose changes are rolled back at the end of the test."""
    with psycopg.connect(filled_url) as connection:
        yield connection
        connection.rollback()
