"""Commands about what is in the database."""

import json
from pathlib import Path
from typing import Any

import click


def add_to(group: click.Group) -> None:
    for command in (migrate, demo, import_leads):
        group.add_command(command)


@click.command(short_help="Bring the database to a version, mostly the newest.")
@click.argument("revision", default="head")
def migrate(revision: str) -> None:
    """Bring the database to REVISION, up or down; without one, to the newest."""
    from adapters.embedded.running import servers_running
    from adapters.postgres.migrate import migrate as run
    from adapters.settings_check import load_settings

    settings = load_settings()
    with servers_running(settings):
        run(settings, revision)
    click.echo(f"The database is at {'the newest version' if revision == 'head' else revision}.")


@click.command(short_help="Load the made-up business, or remove it.")
@click.option("--remove", is_flag=True, help="Remove the demo data again, and nothing else.")
def demo(remove: bool) -> None:
    """Fill the database with a believable course business to look around in."""
    from adapters import demo as business
    from adapters.embedded.running import servers_running
    from adapters.postgres.migrate import migrate as bring_up_to_date
    from adapters.settings_check import load_settings

    settings = load_settings()
    with servers_running(settings):
        bring_up_to_date(settings)
        done = business.remove(settings) if remove else business.load(settings)
    if remove:
        click.echo("The demo data is removed." if done else "There is no demo data.")
    else:
        click.echo("The demo data is loaded." if done else "The demo data is there already.")


@click.command("import", short_help="Import leads from a file, as the page does.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what the import would do.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def import_leads(context: click.Context, file: Path, dry_run: bool, as_json: bool) -> None:
    """Import leads from a CSV, TSV or XLSX FILE, as the import page does."""
    from adapters.embedded.running import servers_running
    from adapters.imports import run_file
    from adapters.postgres.migrate import migrate as bring_up_to_date
    from adapters.settings_check import load_settings

    settings = load_settings()
    with servers_running(settings):
        bring_up_to_date(settings)
        result = run_file(settings, file, dry_run)
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else _in_words(result, dry_run))
    if "error" in result:
        context.exit(1)


def _in_words(result: dict[str, Any], dry_run: bool) -> str:
    if "error" in result:
        return f"Nothing was imported: {result['error']}"
    would = "would be " if dry_run else ""
    lines = [
        f"{result['rows']} rows: {result['new']} {would}new, {result['updated']} {would}updated, "
        f"{result['duplicates']} twice in the file, {result['rejected']} rejected."
    ]
    lines += [f"  row {reject['row']} rejected: {reject['reason']}" for reject in result["rejects"]]
    lines += [
        f"  row {warning['row']} kept, but: {warning['reason']}" if warning["row"] else f"  {warning['reason']}"
        for warning in result["warnings"]
    ]
    return "\n".join(lines)
