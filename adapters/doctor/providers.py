"""Each provider: in which mode it is, what its settings lack, and whether it answers. The Integrations page says the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import psycopg
from psycopg.rows import namedtuple_row

from adapters.doctor.finding import Finding, right, wrong
from adapters.postgres.addresses import app_url
from adapters.provider_facts import ProviderFacts, all_facts
from adapters.settings import Settings
from domain.integrations.overview import TRAFFIC
from domain.integrations.states import breaker_of
from domain.work import Row


def examine_providers(settings: Settings, traffic: Mapping[str, Row] | None = None) -> Iterator[Finding]:
    """Look at every provider. Without ``traffic`` nothing is said of whether they answer."""
    for facts in all_facts(settings):
        yield _examined(settings, facts, (traffic or {}).get(facts.name))


def read_traffic(settings: Settings) -> Mapping[str, Row]:
    """Return each provider's shared row; none from a database that is away or older."""
    try:
        with psycopg.connect(app_url(settings), connect_timeout=5, row_factory=namedtuple_row) as connection:
            opened = connection.execute("select enter_as('system', null)").fetchone()
            found = connection.execute(TRAFFIC, {"now": opened[0] if opened else None}).fetchall()
    except psycopg.Error:
        return {}
    return {row.provider: row for row in cast(Sequence[Row], found)}


def _examined(settings: Settings, facts: ProviderFacts, traffic: Row | None) -> Finding:
    if facts.off_because:
        return wrong(facts.title, f"Off, so nothing leaves by it. {facts.off_because}")
    mode = "Sandbox: nothing leaves this machine." if facts.mode == "sandbox" else "Live."
    if facts.name == "sendgrid" and facts.mode == "live":
        mode = f"Live: e-mail is sent from {settings.mail_from}."
    if facts.lacks:
        return wrong(facts.title, f"Live, but {'; '.join(facts.lacks)}.")
    if traffic is None:
        return right(facts.title, mode)
    return _with_traffic(facts.title, mode, traffic)


def _with_traffic(title: str, mode: str, traffic: Row) -> Finding:
    breaker = breaker_of(traffic)
    if breaker in ("open", "trying"):
        waiting = f", {traffic.waiting} wait" if traffic.waiting else ""
        return wrong(title, f"{mode} It does not answer (last: {traffic.last_error}){waiting}. It is tried by itself.")
    if breaker == "refused":
        why = f"It turned the last request away ({traffic.last_error}): check its key and account."
        return wrong(title, f"{mode} {traffic.account_problem or why}")
    if breaker == "paused":
        return right(title, f"{mode} It asked for a pause until {traffic.opened_until:%H:%M:%S %Z}.")
    if traffic.last_success_at is None:
        return right(title, f"{mode} Not asked yet.")
    return right(title, f"{mode} Last answered {traffic.last_success_at:%Y-%m-%d %H:%M %Z}.")
