"""The command that makes the first account."""

import click


def add_to(group: click.Group) -> None:
    group.add_command(create_admin)


@click.command("create-admin", short_help="Make an owner or admin, or set their password.")
@click.argument("email")
@click.option("--name", default="", help="The name shown to others.")
@click.option("--role", type=click.Choice(["super_admin", "admin"]), default="super_admin", show_default=True)
@click.password_option("--password", envvar=None, help="Asked for when not given.")
def create_admin(email: str, name: str, role: str, password: str) -> None:
    """Make an account that may run everything, or give an existing one a new password."""
    from adapters.accounts import create_admin as create
    from adapters.embedded.running import servers_running
    from adapters.postgres.migrate import migrate as bring_up_to_date
    from adapters.settings_check import load_settings

    settings = load_settings()
    with servers_running(settings):
        bring_up_to_date(settings)
        made = create(settings, email=email, name=name, role=role, password=password)
    click.echo(f"{email} can sign in now." if made else f"{email} has a new password.")
