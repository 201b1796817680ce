"""The host who keeps to the plan: meetings start and end at their moments, and most of those registered come.

A class nobody opens never was held, with Zoom as here; this is who opens it, and can be told to stay away. Switched by
the delays at first: where things take their time, meetings do.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from adapters.sandbox.sendgrid.outcomes import Chance
from adapters.sandbox.zoom import life
from adapters.sandbox.zoom.account import Account
from adapters.sandbox.zoom.meetings import meeting_row

log = logging.getLogger(__name__)
POLL = 0.5
COMING = 0.8
MOST_COMING = 200
# Each date of a meeting, the dates of a recurring one among them.
STARTS = """
select m.id, s.start_time as at, m.duration from zoom_meetings m cross join lateral (
  select m.start_time where m.recurrence is null or jsonb_array_length(m.occurrences) = 0
  union all select (o ->> 'start_time')::timestamptz from jsonb_array_elements(m.occurrences) o
    where o ->> 'status' is distinct from 'deleted') s
where m.deleted_at is null and m.type in (2, 8) and s.start_time is not null
  and s.start_time > coalesce(m.hosted_for, '-infinity')
"""
# To be hosted still: begun by plan and not over. What was over before anybody looked is missed.
DUE = f"""
select id, at, at + make_interval(mins => duration) as ends_at from ({STARTS}) s
where at <= app_now() and at + make_interval(mins => duration) > app_now()
  and (select is_automatic from zoom_hosting)
"""
OVER = "select meeting_id as id from zoom_instances where ended_at is null and ends_at <= app_now()"
_HOSTED = "update zoom_meetings set hosted_for = %(at)s where id = %(id)s"
_ENDS = "update zoom_instances set ends_at = %(ends_at)s where meeting_id = %(id)s and ended_at is null"
_REGISTERED = """
select id, first_name, last_name from zoom_registrants where meeting_id = %(id)s and status = 'approved'
order by created_at, id limit %(most)s
"""


class Host:
    """Opens and ends meetings by the clock while it runs."""

    def __init__(self, zoom: Account, chance: Chance) -> None:
        self._zoom = zoom
        self._chance = chance
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Look again and again until cancelled. A database that is away for a moment is waited for."""
        while True:
            self._woken.clear()
            try:
                await self.look()
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("The sandbox's database does not answer: %s", type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._woken.wait()

    async def is_automatic(self) -> bool:
        return bool((await self._zoom.database.row("select is_automatic from zoom_hosting"))[0])

    async def change(self, is_automatic: bool) -> None:
        """Have the host keep to the plan from now on, or stay away."""
        await self._zoom.database.run("update zoom_hosting set is_automatic = %(on)s", on=is_automatic)

    async def look(self) -> None:
        """Open what is due, end what is over."""
        database = self._zoom.database
        await database.run(
            "update zoom_hosting set is_automatic = %(on)s where is_automatic is null", on=self._chance.delays
        )
        for row in await database.rows(OVER):
            if meeting := await meeting_row(database, str(row.id)):
                await life.end(self._zoom, meeting)
        for row in await database.rows(DUE):
            await self._open(row)

    async def _open(self, row: Any) -> None:
        database = self._zoom.database
        meeting = await meeting_row(database, str(row.id))
        if meeting is not None and not meeting.is_running:
            # A host who is in another meeting does not come: then nobody opens this one.
            with suppress(life.Impossible):
                await life.start(self._zoom, meeting)
                await database.run(_ENDS, id=row.id, ends_at=row.ends_at)
                await self._let_in(meeting)
        await database.run(_HOSTED, id=row.id, at=row.at)

    async def _let_in(self, meeting: Any) -> None:
        for person in await self._zoom.database.rows(_REGISTERED, id=meeting.id, most=MOST_COMING):
            name = f"{person.first_name} {person.last_name}".strip()
            if self._chance.share("comes", meeting.topic, name) < COMING:
                stay = await life.join(self._zoom, meeting, name, registrant_id=person.id)
                if stay.status == "in_waiting_room":
                    await life.admit(self._zoom, meeting, stay.id)
