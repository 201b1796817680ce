"""Reading the timeline: which kinds, from where on, in one statement; and what each entry lets an admin do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.automation.leaves_at import leaving_values
from domain.dashboard.kinds import step_name
from domain.sessions.attending import RULES
from domain.timeline import ahead, past
from domain.timeline.words import Words, words_of
from domain.work import Row, Work

PER_PAGE = 25
MOST_AHEAD = 20  # of each kind, and in all
NOBODY = UUID(int=0)

# What can be filtered by -> the branches that tell of it; those of the future are named as in the past.
KINDS: dict[str, tuple[str, ...]] = {
    "email": ("delivery", "message", "left_out", "unsubscribed"),
    "whatsapp": ("delivery", "message", "left_out", "opted_out"),
    "call": ("delivery", "left_out"),
    "admission": ("lead", "found_again", "applied", "decided", "enrolled"),
    "payment": ("asked", "received", "refund"),
    "class": ("class", "watched"),
    "assignment": ("handed_in", "marked", "extended", "deadline"),
    "automation": ("step", "delivery"),
    "admin": ("audit",),
}
AHEAD_AS = {"payment": "asked"}
CHANNELS = ("email", "whatsapp", "call")
PAST = "(select false as is_ahead, '{what}' as what, b.* from ({sql}) b order by b.at desc, b.id desc limit %(most)s)"
AHEAD = "(select true as is_ahead, '{what}' as what, b.* from ({sql}) b order by b.at, b.id limit %(ahead)s)"
STATEMENT = """
with {rules}, found as ({branches})
(select * from found where is_ahead order by at, what, id limit %(ahead)s)
union all (select * from found where not is_ahead order by at desc, what desc, id desc limit %(most)s)
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The entry that a page begins after. As text it stands in an address."""

    at: datetime
    what: str
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.what}~{self.id}"

    @staticmethod
    def read(text: str) -> "Cursor | None":
        """Return what stands in an address; what cannot be read is the newest page."""
        try:
            at, what, key = text.split("~")
            moment = datetime.fromisoformat(at)
            return Cursor(moment, what, UUID(key)) if moment.tzinfo and what in past.BRANCHES else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened or is planned. ``acts`` are what an admin may do about it, in the order they are shown.

    ``rule`` is the title of the automation that did it, ``rule_key`` its key; both are empty where none did.
    """

    id: UUID
    what: str
    at: datetime
    is_ahead: bool
    words: Words
    rule: str
    rule_key: str
    version: int | None
    acts: Sequence[str] = ()

    @property
    def key(self) -> str:
        return f"{self.what}-{self.id}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is next, the soonest first, and a page of the past, the newest first. ``older`` begins the page after it."""

    ahead: Sequence[Entry]
    past: Sequence[Entry]
    older: Cursor | None


async def read_timeline(work: Work, person_id: UUID, kind: str = "", after: Cursor | None = None) -> Timeline:
    """Return a page of somebody's timeline in one round trip; what is ahead stands on the first page alone."""
    work.require_admin()
    rows = await work.rows(statement(kind, with_ahead=after is None), **values(work.now, person_id, kind, after))
    entries = [_entry(row, work.now) for row in rows]
    behind = [entry for entry in entries if not entry.is_ahead]
    shown = behind[:PER_PAGE]
    older = Cursor(shown[-1].at, shown[-1].what, shown[-1].id) if len(behind) > PER_PAGE else None
    return Timeline([entry for entry in entries if entry.is_ahead], shown, older)


def statement(kind: str = "", *, with_ahead: bool = True) -> str:
    """Return the statement for a kind of entries, or for all."""
    wanted = KINDS.get(kind)
    branches = [PAST.format(what=what, sql=sql) for what, sql in past.BRANCHES.items() if not wanted or what in wanted]
    if with_ahead:
        for what, sql in ahead.BRANCHES.items():
            if not wanted or AHEAD_AS.get(what, what) in wanted:
                branches.append(AHEAD.format(what=what, sql=sql))
    return STATEMENT.format(rules=RULES, branches=" union all ".join(branches))


def values(now: datetime, person_id: UUID, kind: str = "", after: Cursor | None = None) -> dict[str, Any]:
    """Return the values of the statement."""
    return {
        "person": person_id,
        "now": now,
        "at": after.at if after else "infinity",
        "what": after.what if after else "",
        "key": after.id if after else NOBODY,
        "channel": kind if kind in CHANNELS else "",
        "by_rule": kind == "automation",
        "told": list(past.TOLD_ELSEWHERE),
        "most": PER_PAGE + 1,
        "ahead": MOST_AHEAD,
        **leaving_values(),
    }


def _entry(row: Row, now: datetime) -> Entry:
    facts = row.facts
    words = words_of(row.what, facts, row.id, is_ahead=row.is_ahead)
    rule, acts = step_name(facts["rule"]) if facts.get("rule") else "", _acts(row, now)
    key = facts.get("rule") or ""
    return Entry(row.id, row.what, row.at, row.is_ahead, words, rule, key, facts.get("version"), acts)


def _acts(row: Row, now: datetime) -> list[str]:
    facts = row.facts
    if row.what == "step":
        return _acts_on_step(row, now)
    if row.what != "delivery":
        return []
    if row.is_ahead:
        waits = facts["state"] in ("pending", "retry")
        return (["now"] if waits and (row.at > now or facts["retry_at"]) else []) + (["cancel"] if waits else [])
    return ["retry"] if facts["state"] == "failed" or _has_missed(facts) else []


def _acts_on_step(row: Row, now: datetime) -> list[str]:
    """What is no automation's keeps its order by itself: it can be tried again, and neither hurried nor left out."""
    facts = row.facts
    if not row.is_ahead:
        return ["retry"] if facts["state"] == "failed" or (facts["state"] == "skipped" and facts["rule"]) else []
    if facts["state"] != "planned":
        return []
    waits = facts["retry_at"] or (facts["rule"] and row.at > now)
    return (["now"] if waits else []) + (["skip"] if facts["rule"] else [])


def _has_missed(facts: dict[str, Any]) -> bool:
    missed = {"whatsapp": ("failed",), "call": ("no_answer", "busy", "voicemail", "stopped", "failed")}
    return facts["state"] == "sent" and facts["log_state"] in missed.get(facts["channel"], ())
