"""The command about business time."""

from datetime import timedelta

import click


def add_to(group: click.Group) -> None:
    group.add_command(clock)


@click.command()
@click.option(
    "--advance", "by", metavar="TIME", help="Move on by 45m, 6h, 3d or 2w: everything due on the way happens."
)
def clock(by: str | None) -> None:
    """Show the business clock, or move it on. It moves only while every provider is in sandbox mode."""
    from adapters.clock import advance, parse_span, read
    from adapters.embedded.running import servers_running
    from adapters.settings_check import load_settings

    settings = load_settings()
    span = parse_span(by) if by else None
    with servers_running(settings):
        if span:
            advance(settings, span, lambda moment: click.echo(f"  {moment:%Y-%m-%d %H:%M:%S} UTC"))
        reading = read(settings)
    seconds = round(reading.ahead.total_seconds())
    ahead = f", {timedelta(seconds=seconds)} ahead of the machine" if seconds else ", the same as the machine's"
    click.echo(f"Business time is {reading.now:%Y-%m-%d %H:%M:%S} UTC{ahead}.")
