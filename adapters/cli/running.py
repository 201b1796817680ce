"""Commands that run something and stay: everything at once, or one part of it."""

import click


def add_to(group: click.Group) -> None:
    for command in (up, web, worker, sandbox):
        group.add_command(command)


@click.command(short_help="Start everything and stay; Ctrl-C stops it.")
def up() -> None:
    """Start everything and stay: database, Redis, web, worker and sandbox. Ctrl-C stops it all."""
    from adapters.settings_check import load_settings
    from adapters.up.supervisor import run

    run(load_settings())


def _log_plainly() -> None:
    """Print what happens with its time. Requests to others stay out: their addresses may hold tokens."""
    import logging

    from adapters.postgres.error_log import QuietTraces

    handler = logging.StreamHandler()
    handler.setFormatter(QuietTraces("[%(asctime)s] %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("httpx").setLevel(logging.WARNING)


# For `gurudesk up`, which starts these early and tells them when the database is there.
when_told = click.option("--when-told", is_flag=True, hidden=True)


@click.command()
@when_told
def web(when_told: bool) -> None:
    """Serve the pages (GURUDESK_HOST, GURUDESK_PORT)."""
    from adapters.serving import serve
    from adapters.settings_check import load_settings

    _log_plainly()
    settings = load_settings()
    serve("web.app", settings, settings.host, settings.port, "GURUDESK_PORT", workers=settings.workers, held=when_told)


@click.command(short_help="Do what happens later: e-mails, imports.")
@when_told
def worker(when_told: bool) -> None:
    """Do what happens later: steps that are due, e-mails to send, imports."""
    from adapters.arq.worker import run
    from adapters.settings_check import load_settings
    from adapters.up.gate import wait_until_told

    _log_plainly()
    settings = load_settings()
    if when_told:
        wait_until_told()
    run(settings)


@click.command(short_help="Play the providers, for trying everything out.")
@when_told
def sandbox(when_told: bool) -> None:
    """Serve the providers' side of the wire, for trying everything out (GURUDESK_SANDBOX_PORT)."""
    from adapters.errors import CannotStart
    from adapters.serving import serve
    from adapters.settings_check import load_settings

    _log_plainly()
    settings = load_settings()
    if not settings.has_sandbox:
        raise CannotStart(
            "The sandbox is for trying out: it does not start in production, nor while every provider is live."
        )
    serve("adapters.sandbox.app", settings, "127.0.0.1", settings.sandbox_port, "GURUDESK_SANDBOX_PORT", held=when_told)
