"""What an approval brings about: what is asked for, and what goes out by which way, as the automations are set now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.admissions.application import Application
from domain.automation.judging import find_facts, unreachable
from domain.automation.rule_states import RuleState, read_states
from domain.automation.rules.approval import KEYS, UNPAID_KEYS
from domain.automation.wording import moment_words
from domain.language import _
from domain.messaging.outbox import Channel
from domain.payments.after_approval import plan_parts
from domain.payments.asking import Part
from domain.payments.money import HOME_ZONE
from domain.work import Row, Work

# Of somebody to whom nothing has come yet only the ways that lead to them are asked.
NO_FACTS = "select w.id, null::text as reason, '{}'::jsonb as params, null::timestamptz as expires_at from w"
SOMEBODY = """
select gen_random_uuid() as id, p.id as person_id, p.id as subject_id, 1 as version, %(now)s::timestamptz as due_at
from people p where p.id = %(id)s
"""
ASKS = "approval_payment"


@dataclass(frozen=True, slots=True)
class Following:
    """One thing that follows: what, when in words (nothing for at once), by which ``ways``, and why not by others."""

    title: str
    when: str
    ways: Sequence[Channel]
    why_not: str = ""
    happens: bool = True


@dataclass(frozen=True, slots=True)
class Price:
    """What coming into these batches costs, and in which parts it is asked for."""

    batches: Sequence[str]
    paise: int
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Consequences:
    """What an approval brings about. ``asks`` says whether the price is asked for by itself, ``why_not`` why it is not."""

    prices: Sequence[Price]
    asks: bool
    why_not: str
    follows: Sequence[Following]


async def what_follows(work: Work, application: Application) -> Consequences:
    """Return what approving an application would bring about now: three round trips."""
    states = await read_states(work, KEYS)
    reach = await _reach(work, states[ASKS], application.facts.person_id)
    why_not = "" if states[ASKS].is_on else _("The automation that asks for it is switched off.")
    if application.facts.is_asked:
        why_not = _("They have been asked to pay for this course already.")
    asks = not why_not and any(batch.price_paise for batch in application.batches)
    is_owed = asks or application.facts.is_asked
    follows = [
        _following(state, reach, application.facts.known_email)
        for state in states.values()
        if state.is_on and (asks if state.key == ASKS else is_owed or state.key not in UNPAID_KEYS)
    ]
    return Consequences(_prices(work, application), asks, why_not, follows)


async def list_following(work: Work) -> Sequence[Following]:
    """Return what follows every approval, whoever it is of: one round trip."""
    states = (await read_states(work, KEYS)).values()
    return [Following(_(state.rule.title), _when(state), state.settings.channels) for state in states if state.is_on]


async def _reach(work: Work, state: RuleState, person_id: UUID) -> Row:
    somebody = await work.rows(SOMEBODY, id=person_id, now=work.now)
    (reach,) = await find_facts(work, replace(state, rule=replace(state.rule, facts=NO_FACTS)), somebody)
    return reach


def _following(state: RuleState, reach: Row, email: str | None) -> Following:
    obstacles = {one: unreachable(reach, one, state.rule) for one in state.settings.channels}
    if email is None and "email" in obstacles:
        obstacles["email"] = ""  # they get the address that they have typed
    ways = [channel for channel, obstacle in obstacles.items() if not obstacle]
    why_not = "; ".join(filter(None, obstacles.values()))
    is_stopped = reach.automations_stopped_at is not None
    if is_stopped:
        ways, why_not = [], _("Automations were stopped for this person.")
    happens = not is_stopped and (bool(ways) or state.rule.act is not None)
    return Following(_(state.rule.title), _when(state), ways, why_not, happens)


def _when(state: RuleState) -> str:
    return moment_words(state.rule, state.settings) if state.settings.amount else ""


def _prices(work: Work, application: Application) -> Sequence[Price]:
    today = work.now.astimezone(HOME_ZONE).date()
    alike: dict[tuple[int, int], list[Row]] = {}
    for batch in application.batches:
        alike.setdefault((batch.price_paise, batch.instalments), []).append(batch)
    found = []
    for (paise, count), batches in alike.items():
        first = batches[0]
        parts = plan_parts(paise, count, first.instalment_every, first.instalment_unit, today) if paise else []
        found.append(Price([batch.name for batch in batches], paise, parts))
    return found
