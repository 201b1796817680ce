"""The API keeps to its own description, whatever it is sent."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from domain.work import SYSTEM
from tests.fixtures._ports import free_port
from tests.fixtures._serving import served
from tests.fixtures.api import token_of
from tests.fixtures.cast import BEN
from tests.fixtures.services import make_settings
from web.api.schema import api_schema
from web.app import create_app

EXAMPLES = 4  # of each kind, for each call
# Made-up texts are hardly ever an address: with these, the rest of what is made up is stored.
WITH_ADDRESS = {
    "POST /api/leads": {"email": "ravi@example.com"},
    "POST /api/emails": {"to": "ravi@example.com", "person_id": None},
    "POST /api/calls": {"to": "9876543210", "person_id": None},
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# A path that is there: else nearly every answer would be 404.
IDS = {
    "lead_id": "select id from imported_leads limit 1",
    "import_id": "select id from lead_imports limit 1",
    "campaign_id": "select id from lead_campaigns limit 1",
    "application_id": "select id from cta_submissions limit 1",
    "person_id": "select person_id from profiles where role = 'student' limit 1",
    "delivery_id": "select id from deliveries limit 1",
    "broadcast_id": "select id from broadcasts where state = 'draft' limit 1",
    "session_id": "select id from sessions order by starts_at desc limit 1",
    "payment_id": "select coalesce((select id from payments limit 1), gen_random_uuid())",
}

# A call that would take away what those after it need.
IDS_OF = {
    "DELETE /api/admin/sessions/{session_id}": {
        "session_id": "select id from sessions order by starts_at desc limit 1 offset 1"
    },
    "POST /api/broadcasts/{broadcast_id}/deletion": {
        "broadcast_id": "select id from broadcasts where state = 'done' limit 1"
    },
}


@pytest.fixture
async def business(with_demo, database_url, redis_address, tmp_path, cast):
    """The demo business on a port, a token, and an id for each parameter of a path."""
    settings = make_settings(database_url, redis_address, tmp_path, port=free_port(), api_per_minute=100_000)
    app = create_app(settings)
    async with served(app, settings.port):
        async with app.state.services.database.work(SYSTEM) as work:
            ids = {name: str(await work.value(sql)) for name, sql in IDS.items()}
            own = {
                label: ids | {name: str(await work.value(sql)) for name, sql in of.items()}
                for label, of in IDS_OF.items()
            }
        token, _token_id = await token_of(app, BEN)
        yield settings, token, {"": ids} | own


def calls(
    base_url: str, token: str, ids: dict[str, dict[str, str]], mode: GenerationMode, checks: list[Any]
) -> list[Callable[[], None]]:
    """Return for each call of the description a test of it with made-up values."""
    schema = schemathesis.openapi.from_dict(api_schema(base_url, 100_000))
    schema.config.update(base_url=base_url)

    def test_of(operation: Any) -> Callable[[], None]:
        @seed(1)
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def test(case: Any) -> None:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = ids.get(operation.label, ids[""])[name]
            if mode is GenerationMode.POSITIVE and operation.label in WITH_ADDRESS:
                case.body |= WITH_ADDRESS[operation.label]
            response = case.call(headers={"Authorization": f"Bearer {token}", "Prefer": "respond-async"})
            case.validate_response(response, checks=checks)

        return test

    operations = [result.ok() for result in schema.get_all_operations()]
    named = {name for operation in operations for name in operation.path_parameters.schema.get("properties", {})}
    assert named <= set(ids[""])
    return [test_of(operation) for operation in operations]


async def test_whatever_is_sent_is_answered_as_described_and_never_with_an_error_of_ours(business):
    settings, token, ids = business
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        for call in calls(settings.base_url, token, ids, mode, CHECKS):
            await asyncio.to_thread(call)
