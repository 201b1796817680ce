"""Zoom's limits on requests: by the second and label for the account, by the day for a host or a registrant.

They count real time: a clock moved on would else lift or reach them by itself.
"""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from litestar import Response

from adapters.sandbox.database import SandboxDatabase
from adapters.sandbox.zoom import answers

# A Pro account's requests a second.
PRO = {"Light": 30, "Medium": 20, "Heavy": 10}
_PER_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."
_COUNT = """
insert into zoom_counts values ((now() at time zone 'utc')::date, %(bucket)s, 1)
on conflict (day, bucket) do update set count = zoom_counts.count + 1 returning count
"""


@dataclass
class RateLimits:
    """How many requests are let through; None stands for any number."""

    per_second: dict[str, int] | None = field(default_factory=lambda: dict(PRO))
    meetings_a_day: int | None = 100
    registrations_a_day: int | None = 3
    _window: int = 0
    _seen: Counter[str] = field(default_factory=Counter)

    @classmethod
    def none(cls) -> "RateLimits":
        return cls(per_second=None, meetings_a_day=None, registrations_a_day=None)

    def hit(self, label: str) -> tuple[Response[bytes] | None, dict[str, str]]:
        """Count a request; return its refusal, if any, and the headers that tell the state."""
        headers = {"X-RateLimit-Category": label}
        limit = (self.per_second or {}).get(label)
        if limit is None:
            return None, headers
        if self._window != (second := int(time.time())):
            self._window, self._seen = second, Counter()
        self._seen[label] += 1
        left = limit - self._seen[label]
        headers |= {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(max(left, 0))}
        return (None if left >= 0 else too_many(_PER_SECOND, {**headers, "X-RateLimit-Type": "QPS"})), headers

    async def another_meeting(self, database: SandboxDatabase, host_id: str) -> Response[bytes] | None:
        """Count a creation or change by a host; return the refusal beyond the day's limit."""
        limit = self.meetings_a_day
        message = (
            f"You have exceeded the daily rate limit ({limit}) of Meeting Create/Update API requests permitted for this "
            "particular user. You may resume these requests at GMT 00:00:00."
        )
        return await _daily(database, f"meetings:{host_id}", limit, message)

    async def another_registration(
        self, database: SandboxDatabase, meeting_id: int, email: str
    ) -> Response[bytes] | None:
        """Count an addition of one person to one meeting; return the refusal beyond the day's limit."""
        limit = self.registrations_a_day
        message = (
            f"You have exceeded the daily rate limit of ({limit}) for Add meeting registrant API requests for the "
            f"registrant ({email}). You can resume these API requests at GMT 00:00:00."
        )
        return await _daily(database, f"registrations:{meeting_id}:{email.lower()}", limit, message)


async def _daily(database: SandboxDatabase, bucket: str, limit: int | None, message: str) -> Response[bytes] | None:
    if limit is None:
        return None
    count = (await database.row(_COUNT, bucket=bucket)).count
    if count <= limit:
        return None
    midnight = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    headers = {
        "X-RateLimit-Type": "Daily-limit",
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": "0",
        "Retry-After": midnight.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return too_many(message, headers)


def too_many(message: str = _PER_SECOND, headers: dict[str, str] | None = None) -> Response[bytes]:
    return answers.as_json({"code": 429, "message": message}, 429, headers or {"X-RateLimit-Type": "QPS"})
