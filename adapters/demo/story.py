"""The demo's one source of chance and time, and the rows it makes: the same seed and moment give the same business."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.demo.words import CITIES, FIRST_NAMES, LAST_NAMES

IST = ZoneInfo("Asia/Kolkata")
SEED = 3
DAYS = 60
DOMAINS = ("example.com", "example.org", "example.net", "mail.test")

# When people are awake and at their phones: hour in India -> how often.
HOURS = dict(zip(range(7, 24), (2, 4, 6, 8, 8, 7, 6, 5, 5, 6, 6, 7, 9, 10, 9, 6, 2), strict=True))
WEEKDAYS = (1.0, 1.05, 1.25, 1.1, 0.9, 0.75, 0.6)

Record = dict[str, Any]


class Story:
    """Collects rows by table. ``taken`` are contacts and slugs that the database has already."""

    def __init__(self, now: datetime, taken: Collection[str] = ()) -> None:
        self.now = now
        self.random = Random(SEED)
        self.tables: dict[str, list[Record]] = defaultdict(list)
        self._taken = set(taken)

    def id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def add(self, table: str, **values: Any) -> Record:
        """Keep a row for ``table``; every row of a table has the same columns."""
        self.tables[table].append(values)
        return values

    def free(self, text: str) -> str:
        """Return ``text``, with a number where it is taken, and take it."""
        found, number = text, 1
        while found in self._taken:
            number += 1
            found = f"{text}-{number}"
        self._taken.add(found)
        return found

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def day(self, days_ago: int) -> datetime:
        """Return the beginning of a day in India."""
        return self.now.astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)

    def clock(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """Return a time of day in India, never later than a few minutes ago."""
        return min(self.day(days_ago) + timedelta(hours=hour, minutes=minute), self.now - timedelta(minutes=7))

    def some_moment(self) -> datetime:
        """Return a moment of the last weeks when somebody was awake: more of them lately, fewer on Sundays."""
        while True:
            days_ago = int(DAYS * (1 - self.random.random() ** 0.62))
            day = self.day(days_ago)
            if not self.chance(WEEKDAYS[day.weekday()] / 1.25):
                continue
            (hour,) = self.random.choices(list(HOURS), list(HOURS.values()))
            moment = day + timedelta(hours=hour, seconds=self.random.randrange(3600))
            if moment < self.now - timedelta(minutes=10):
                return moment

    def after(self, moment: datetime, shortest: timedelta, longest: timedelta) -> datetime | None:
        """Return a moment so long after ``moment``, mostly soon; None when that has not come yet."""
        later = moment + shortest + (longest - shortest) * self.random.random() ** 3
        return later if later < self.now - timedelta(minutes=3) else None

    def person(self, created_at: datetime, *, email: bool = True, phone: bool = True) -> Record:
        """Add somebody with an invented name, an address at a reserved domain and an Indian mobile number."""
        first, last = self.random.choice(FIRST_NAMES), self.random.choice(LAST_NAMES)
        (city,) = self.random.choices(list(CITIES), list(CITIES.values()))
        return self.add(
            "people",
            id=self.id(),
            name=f"{first} {last}",
            email=self._email(first, last) if email else None,
            phone=self.new_phone() if phone else None,
            city=city,
            consent_email=True,
            consent_whatsapp=self.chance(0.7),
            is_demo=True,
            import_id=None,
            created_at=created_at,
            updated_at=created_at,
        )

    def _email(self, first: str, last: str) -> str:
        (domain,) = self.random.choices(DOMAINS, (8, 2, 1, 1))
        name = f"{first}.{last}".lower()
        while (email := f"{name}@{domain}") in self._taken:
            name = f"{first}.{last}{self.random.randrange(10, 99)}".lower()
        self._taken.add(email)
        return email

    def new_phone(self) -> str:
        """Return an Indian mobile number that nobody has."""
        while (phone := f"+919{self.random.randrange(10**8, 10**9)}") in self._taken:
            pass
        self._taken.add(phone)
        return phone
