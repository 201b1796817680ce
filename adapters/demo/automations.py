"""What the demo's automations have done: a step a person and occasion, as it ended, and the messages that it wrote."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from adapters.demo.mailing import Mailing
from adapters.demo.steps import add_step
from adapters.demo.story import IST, Record, Story
from adapters.demo.whatsapp import DELIVERED, FAILED, READ, log_whatsapp
from domain.automation.rules import RULES
from domain.messaging.outbox import whatsapp_params
from domain.messaging.templates.catalogue import TEMPLATES
from domain.messaging.templates.values import values_of
from domain.messaging.variables import fill
from domain.messaging.whatsapp.defaults import DEFAULTS
from domain.messaging.whatsapp.labels import variable_of

SINCE = 40  # days ago they were switched on
NO_WHATSAPP = "has not agreed to WhatsApp"
NO_WAY = f"No way to reach them: {NO_WHATSAPP}"
TOO_LATE = "Its moment had passed when it was planned."
MORNING, NIGHT = time(9), time(21)


class Automations:
    """Adds steps of rules that have ended. What is still ahead is left to the rules themselves."""

    def __init__(self, story: Story, mailing: Mailing) -> None:
        self.story = story
        self.mailing = mailing
        self.since = story.clock(SINCE, 9)
        self.people: dict[UUID, Record] = {person["id"]: person for person in story.tables["people"]}

    def has_come(self, moment: datetime) -> bool:
        """Say whether what was due then has been done by now, and has left."""
        return moment < self.story.now - timedelta(minutes=1)

    def ended(
        self,
        key: str,
        of_whom: tuple[UUID, UUID],
        due_at: datetime,
        planned_at: datetime,
        *,
        state: str = "done",
        reason: str = "",
        at: datetime | None = None,
        version: int = 1,
    ) -> Record:
        """Add a step for (person, subject) that ended ``at``, or else when it was due."""
        person_id, subject_id = of_whom
        return add_step(
            self.story,
            key,
            subject_id,
            due_at,
            person_id=person_id,
            version=version,
            is_rule=True,
            created_at=min(planned_at, due_at),
            state=state,
            reason=reason,
            finished_at=at or due_at + timedelta(seconds=1),
        )

    def write(self, step: Record, params: Mapping[str, Any], *, opens: float = 0.6) -> list[Record]:
        """Let a step that is done have written to its person by the ways that lead to them; return the messages."""
        rule, person = RULES[step["rule_key"]], self.people[step["person_id"]]
        values = {**_name(person), **params}
        written = []
        if "email" in rule.defaults.channels and person["email"]:
            delivery = self._email(step, person, values)
            self.mailing.received(delivery, _subject(delivery["template"], values), opens=opens)
            written.append(delivery)
        if "whatsapp" in rule.defaults.channels:
            at = step["due_at"] if rule.is_urgent else awake(step["due_at"])
            if not (person["phone"] and person["consent_whatsapp"]):
                step["reason"] = NO_WHATSAPP if written else NO_WAY
                step["state"] = "done" if written else "skipped"
            elif self.has_come(at):
                written.append(self._whatsapp(step, person, at, values))
        return written

    def email(self, step: Record, params: Mapping[str, Any], events: list[tuple[str, datetime, str]]) -> Record:
        """Let a step that is done have written an e-mail of which the provider told these events; return it."""
        person = self.people[step["person_id"]]
        values = {**_name(person), **params}
        delivery = self._email(step, person, values)
        self.mailing.log(delivery, _subject(delivery["template"], values), events)
        return delivery

    def _email(self, step: Record, person: Record, values: Mapping[str, Any]) -> Record:
        template = RULES[step["rule_key"]].defaults.templates["email"]
        return self._delivery(step, person, "email", step["due_at"], template, dict(values))

    def _whatsapp(self, step: Record, person: Record, at: datetime, values: Mapping[str, Any]) -> Record:
        rule = RULES[step["rule_key"]]
        template = rule.defaults.templates["whatsapp"]
        filled = [str(values.get(variable_of(label), "")) or "-" for label in DEFAULTS[template].labels]
        params = whatsapp_params(filled, None, [str(values.get(name, "")) for name in rule.links])
        delivery = self._delivery(step, person, "whatsapp", at, template, params)
        chance = self.story.random.random()
        log_whatsapp(self.story, delivery, FAILED if chance < 0.004 else DELIVERED if chance < 0.2 else READ)
        return delivery

    def _delivery(
        self, step: Record, person: Record, channel: str, at: datetime, template: str, params: dict[str, Any]
    ) -> Record:
        key, subject_id = step["rule_key"], step["subject_id"]
        delivery = self.mailing.delivery(
            person, at, key, params, subject_id=subject_id, channel=channel, template=template, step=step
        )
        delivery["marketing"] = RULES[key].is_marketing
        return delivery


def awake(moment: datetime) -> datetime:
    """Return the moment, or when the quiet hours end that it falls into."""
    local = moment.astimezone(IST)
    if MORNING <= local.time() < NIGHT:
        return moment
    day = local.date() + timedelta(days=local.time() >= NIGHT)
    return datetime.combine(day, MORNING, IST)


def _name(person: Record) -> dict[str, str]:
    return {"first_name": person["name"].split()[0]}


def _subject(template: str, values: Mapping[str, Any]) -> str:
    return fill(TEMPLATES[template].subject, values_of(template, values, ""))
