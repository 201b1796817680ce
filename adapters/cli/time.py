"""The command about business time."""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from adapters.settings import Settings


def add_to(group: click.Group) -> None:
    group.add_command(clock)


@click.group(invoke_without_command=True)
@click.pass_context
def clock(context: click.Context) -> None:
    """Show the business clock, or move it on."""
    if context.invoked_subcommand is None:
        _on_the_clock(None)


@clock.command()
@click.argument("time")
def advance(time: str) -> None:
    """Move on by 45m, 6h, 3d or 2w, to the next thing due, or to a moment like 2027-01-05T09:00.

    Everything due on the way happens, each at its own moment. The clock moves only while every provider is in sandbox
    mode, and needs Gurudesk running to do what is due.
    """
    _on_the_clock(time)


def _on_the_clock(time: str | None) -> None:
    from adapters.embedded.running import servers_running
    from adapters.settings_check import load_settings

    settings = load_settings()
    with servers_running(settings):
        asyncio.run(_read(settings, time))


async def _read(settings: "Settings", time: str | None) -> None:
    from adapters.errors import CannotStart
    from adapters.postgres.addresses import sandbox_url
    from adapters.sandbox.clock.moving import Clock
    from adapters.sandbox.database import SandboxDatabase

    database = SandboxDatabase(sandbox_url(settings))
    try:
        clock = Clock(database, settings)
        if time is not None:
            if not await clock.begin(time, _tell):
                raise CannotStart("The clock is being moved already: wait until that is done.")
            await clock.finish()
        reading = await clock.read()
    finally:
        await database.close()
    seconds = round(reading.ahead.total_seconds())
    ahead = f", {timedelta(seconds=seconds)} ahead of the machine" if seconds else ", the same as the machine's"
    click.echo(f"Business time is {reading.now:%Y-%m-%d %H:%M:%S} UTC{ahead}.")


def _tell(moment: datetime) -> None:
    click.echo(f"  {moment:%Y-%m-%d %H:%M:%S} UTC")
