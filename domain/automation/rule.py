"""What a rule is: which moments it has for whom, what must still be true then, and what is sent."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from domain.messaging.outbox import Channel
from domain.work import Work

Unit = Literal["minutes", "hours", "days"]
Direction = Literal["after", "before"]
Group = Literal["leads", "approval", "classes", "after_class", "payments", "examples"]
# What comes to who has no occasion yet, when a rule is foreseen: supposing.py.
Supposed = Literal["nothing", "sequence", "approval", "request to pay", "completion"]
# Hours in a person's own zone as (from, until), like ("21:00", "09:00").
Hours = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """What an admin may change of a rule without code. ``amount`` of ``unit`` parts the step from its moment."""

    amount: int
    unit: Unit
    channels: tuple[Channel, ...]
    templates: Mapping[Channel, str]
    quiet_hours: Hours | None = None

    def as_values(self) -> dict[str, Any]:
        """Return the settings as they are stored."""
        return {
            "amount": self.amount,
            "unit": self.unit,
            "channels": list(self.channels),
            "templates": dict(self.templates),
            "quiet_hours": list(self.quiet_hours) if self.quiet_hours else None,
        }


@dataclass(frozen=True, slots=True)
class Acted:
    """A person for whom a rule acts by other means than a message.

    ``params`` are what its facts found, ``channels`` those of its settings that lead to the person.
    """

    step_id: UUID
    person_id: UUID
    subject_id: UUID
    name: str
    params: Mapping[str, Any]
    channels: Sequence[Channel] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One automation.

    ``occasions`` is a query of all there is to plan: person_id, subject_id, version, anchor (the moment that the settings'
    offset counts from), zone (where days are counted), cause_id (what it is planned by: an import, a class, an enrolment).
    ``facts`` is a query over ``w (id, person_id, subject_id, version, due_at)`` that judges what was planned: id, reason (why
    it is pointless, or null), params (jsonb: what fills the templates) and expires_at (until when it may leave, or null).
    Where it says %(now)s ``w`` is in reach. A row that ``facts`` does not return is of a subject that is gone. It may return
    waits_for and waits_until, too: what is not there yet, in words, and until when the step waits for it unless it is woken
    (planning.move_planned).
    A param {moment, zone, own_zone} is put into words. ``links`` are the params of WhatsApp's link buttons, ``variables`` what
    it fills beyond the e-mail it comes with.
    ``note`` is a statement run with the ``steps`` that have just written messages, in the same transaction.
    ``supposes`` is the cause that is foreseen to come now for who has no occasion yet, ``would`` a query of what there would be
    then, where that is not what ``occasions`` finds. ``otherwise`` says why who has no occasion even then has none.
    ``leaving`` is a query like ``facts`` for what leaves, where that is about another subject than what was planned.
    ``act`` is run instead of sending; what it returns is the step's reason, and a Skip that it raises before it has written
    anything that matters ends the step as skipped.
    """

    key: str
    group: Group
    title: str
    about: str
    when: str  # the moment, in words that follow "2 days before" or "after"
    conditions: str
    occasions: str
    facts: str
    defaults: RuleSettings
    direction: Direction = "after"
    is_on: bool = True
    is_marketing: bool = False
    is_personal: bool = False  # each e-mail is made for one person, and carries a file of their own
    recurs: bool = False  # acting on an occasion plans the person's next
    is_urgent: bool = False  # leaves in quiet hours, too
    channels: tuple[Channel, ...] = ("email", "whatsapp")
    links: tuple[str, ...] = ()
    note: str = ""
    variables: tuple[str, ...] = ()
    supposes: Supposed = "nothing"
    would: str = ""
    otherwise: str = ""
    leaving: str = ""
    act: Callable[[Work, Acted], Awaitable[str]] | None = field(default=None, compare=False)

    @property
    def sign(self) -> int:
        return -1 if self.direction == "before" else 1

    @property
    def goes_by_channels(self) -> bool:
        """Say whether an admin chooses by which ways it goes to people, and with which texts."""
        return bool(self.channels)

    @property
    def has_quiet_hours(self) -> bool:
        """Say whether an admin may give it quiet hours of its own."""
        return self.goes_by_channels and not self.is_urgent
