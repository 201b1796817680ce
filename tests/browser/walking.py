"""Business time in the sandbox, moved from moment to moment, and the ledger of all that anybody was sent on the way."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from tests.browser.mailbox import mail_to
from tests.fixtures.launcher import Launch

IST = ZoneInfo("Asia/Kolkata")
PATIENCE = 120.0
# What a busy machine may need between a cause and its message; what is planned stands farther apart.
NEAR = timedelta(minutes=2)
WHATSAPP = """
select coalesce(json_agg(json_build_array(phone, created_at, campaign) order by id), '[]')
from sandbox.aisensy_messages where sender = 'API'
"""
# Of a moment: which cause, and how long after it.
Moment = tuple[str, timedelta]
Sent = tuple[str, timedelta | str, str, str]


@dataclass
class Walk:
    """A batch walked through, from its first day at eleven; ``causes`` are the moments that messages are counted from."""

    launch: Launch
    first: datetime = field(init=False)
    causes: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tomorrow = self.now().astimezone(IST) + timedelta(days=1)
        self.first = tomorrow.replace(hour=11, minute=0, second=0, microsecond=0)

    def now(self) -> datetime:
        return datetime.fromisoformat(_clock(self.launch)["now"])

    def at(self, day: int, hours: int, minutes: int = 0) -> datetime:
        """Return a moment of a day of the walk, on the clocks of the business; the first day is 0."""
        return (self.first + timedelta(days=day)).replace(hour=hours, minute=minutes)

    def to(self, moment: datetime) -> None:
        """Move the clock, with all that is due on the way."""
        move_clock(self.launch, to=moment.isoformat())

    def mark(self, cause: str, moment: datetime | None = None) -> None:
        """Name a moment, now if no other is said."""
        self.causes[cause] = moment or self.now()

    def sent(self, table: Mapping[str, list[tuple[Any, ...]]], phones: Mapping[str, str]) -> dict[str, list[Sent]]:
        """Return what everybody was sent, in order, each at the moment of the ``table`` that it came at, or at its own time."""
        known = {self._moment(one): (one[0], one[1]) for expected in table.values() for one in expected}
        found: dict[str, list[tuple[datetime, str, str]]] = {}
        for mail in self._mails():
            moment = datetime.fromisoformat(mail["accepted_at"])
            found.setdefault(mail["to"], []).append((moment, "email", ", ".join(mail["categories"])))
        for phone, moment, campaign in self.launch.ask(WHATSAPP):
            found.setdefault(phones.get(phone, phone), []).append(
                (datetime.fromisoformat(moment), "whatsapp", campaign)
            )
        told = {who: [self._told(one, known) for one in messages] for who, messages in found.items()}
        return {who: self.in_order(messages) for who, messages in told.items()}

    def in_order(self, messages: list[Any]) -> list[Any]:
        """Sort by moment; what belongs to one moment by channel and kind, for it may leave in any order."""
        return sorted(messages, key=lambda one: (self._moment(one), one[2], one[3]))

    def _moment(self, one: tuple[Any, ...]) -> datetime:
        return self.causes[one[0]] + one[1] if one[0] in self.causes else datetime.fromisoformat(one[1])

    def _told(self, one: tuple[datetime, str, str], known: Mapping[datetime, Moment]) -> Sent:
        moment, channel, kind = one
        near = [name for planned, name in known.items() if abs(moment - planned) <= NEAR]
        name: tuple[str, timedelta | str] = near[0] if near else ("at", moment.astimezone(IST).isoformat())
        return (*name, channel, kind)

    def _mails(self) -> list[dict[str, Any]]:
        address = f"http://127.0.0.1:{self.launch.sandbox_port}/mailbox.json?brief=true&limit=500"
        with urllib.request.urlopen(address, timeout=20) as answer:
            mails: list[dict[str, Any]] = json.load(answer)
        return mails


def move_clock(launch: Launch, **asked: str) -> None:
    """Move the clock ``to`` a moment or ``by`` a time, with all that is due on the way."""
    _clock(launch, asked)
    deadline = time.monotonic() + PATIENCE
    while (move := _clock(launch)["move"])["state"] == "running":
        assert time.monotonic() < deadline, f"the clock is still on its way: {move}"
        time.sleep(0.1)
    assert move["state"] == "done", move


def _clock(launch: Launch, asked: Mapping[str, str] | None = None) -> dict[str, Any]:
    body = json.dumps(asked).encode() if asked else None
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{launch.sandbox_port}/clock.json", body, timeout=20) as answer:
            told: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from error
    return told


def open_mail(launch: Launch, page: Page, address: str, subject: str) -> None:
    """Open the newest e-mail to somebody whose subject holds ``subject`` in the sandbox's mailbox."""
    message = mail_to(launch, address, subject)
    page.goto(f"http://127.0.0.1:{launch.sandbox_port}/mailbox/{message['id']}")


def follow(page: Page, link: str) -> Page:
    """Follow a link of the e-mail that is open, which is counted on the way, in another window of its reader."""
    address = page.frame_locator("iframe").get_by_role("link", name=link).get_attribute("href")
    opened = page.context.new_page()
    opened.goto(urllib.parse.urljoin(page.url, address))
    return opened
