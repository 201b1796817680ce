"""The doctor finds what is wrong, and says it in words an owner understands."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from adapters.doctor import Finding, examine
from adapters.doctor.database import examine_database
from adapters.doctor.machine import examine_machine
from adapters.doctor.providers import examine_providers, read_traffic
from adapters.doctor.queue import examine_queue
from adapters.settings import Settings


def wrong(findings: Iterator[Finding]) -> dict[str, str]:
    return {finding.subject: finding.text for finding in findings if not finding.ok}


def run(database_url: str, *statements: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_database_as_we_make_it_is_well(settings: Settings) -> None:
    assert wrong(examine_database(settings)) == {}


@pytest.mark.parametrize("hole", ["NO FORCE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"])
def test_a_table_without_forced_row_security_is_named(settings: Settings, database_url: str, hole: str) -> None:
    run(database_url, f"ALTER TABLE people {hole}")
    assert "people" in wrong(examine_database(settings))["Row security"]


def test_an_app_role_that_may_act_as_the_owner_is_too_strong(settings: Settings, database_url: str) -> None:
    run(database_url, "GRANT gurudesk_owner TO gurudesk_app")
    try:
        assert "may act as the owner" in wrong(examine_database(settings))["App role"]
    finally:
        run(database_url, "REVOKE gurudesk_owner FROM gurudesk_app")


def test_an_app_that_signs_in_as_a_superuser_is_told(settings: Settings, database_url: str) -> None:
    strong = settings.model_copy(update={"app_database_url": SecretStr(database_url)})
    assert "is a superuser and bypasses row security" in wrong(examine_database(strong))["App role"]


def test_an_older_database_is_sent_to_migrate(settings: Settings, database_url: str) -> None:
    run(database_url, "UPDATE alembic_version SET version_num = '0000'")
    assert "gurudesk migrate" in wrong(examine_database(settings))["Migrations"]


def test_a_database_that_is_away_is_one_finding(settings: Settings) -> None:
    away = settings.model_copy(update={"database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none")})
    assert list(wrong(examine_database(away))) == ["Database"]


def test_a_missing_worker_and_a_missing_redis_are_told(settings: Settings) -> None:
    assert "None is running" in wrong(examine_queue(settings))["Worker"]
    away = settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")})
    assert "does not answer" in wrong(examine_queue(away))["Redis"]


def test_production_without_a_live_sendgrid_sends_nothing_and_is_told(settings: Settings) -> None:
    strict = settings.model_copy(update={"environment": "production"})
    assert "nothing leaves by it" in wrong(examine_providers(strict))["SendGrid"]


def test_a_live_provider_that_lacks_settings_is_told_which(settings: Settings) -> None:
    assert wrong(examine_providers(settings)) == {}
    live = settings.model_copy(update={"sendgrid_mode": "live", "sendgrid_api_key": SecretStr("SG.key")})
    found = wrong(examine_providers(live))["SendGrid"]
    for name in ("SENDGRID_WEBHOOK_PUBLIC_KEY", "GURUDESK_MAIL_FROM", "GURUDESK_PUBLIC_URL"):
        assert name in found


def test_a_data_folder_nobody_can_write_to_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    blocked = settings.model_copy(update={"data_dir": tmp_path / "file" / "data"})
    assert "Data folder" in wrong(examine_machine(blocked))


def test_an_https_address_without_a_proxy_we_trust_is_told(settings: Settings) -> None:
    secure = settings.model_copy(update={"public_url": "https://desk.example.com"})
    assert "GURUDESK_TRUSTED_PROXIES is 0" in wrong(examine_machine(secure))["Proxy"]
    behind_one = secure.model_copy(update={"trusted_proxies": 1})
    assert "Proxy" not in wrong(examine_machine(behind_one))
    assert "Proxy" not in wrong(examine_machine(settings))


def test_a_fresh_copy_is_told_how_to_start(settings: Settings, tmp_path: Path) -> None:
    fresh = settings.model_copy(update={"database_url": None, "redis_url": None, "data_dir": tmp_path / "new"})
    assert wrong(iter(examine(fresh))) == {"Database": "Not made yet. Start Gurudesk once with: make run"}
    assert not (tmp_path / "new").exists()


def test_a_provider_that_does_not_answer_is_told_as_on_the_integrations_page(
    settings: Settings, database_url: str
) -> None:
    assert wrong(examine_providers(settings, read_traffic(settings))) == {}
    run(
        database_url,
        "UPDATE provider_traffic SET failures = 9, last_error = '503', opened_until = now() + interval '1 minute'"
        " WHERE provider = 'sendgrid'",
        "INSERT INTO deliveries (channel, kind, to_address, template, idempotency_key, due_at, created_at)"
        " VALUES ('email', 'x', 'a@example.com', 'x', 'k', now(), now())",
    )
    found = wrong(examine_providers(settings, read_traffic(settings)))
    assert "does not answer (last: 503), 1 wait" in found["SendGrid"]
    assert list(found) == ["SendGrid"]
    away = settings.model_copy(update={"database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none")})
    assert read_traffic(away) == {}
