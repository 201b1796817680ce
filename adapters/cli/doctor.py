"""The command that says what is right and wrong."""

import json
from dataclasses import asdict

import click


def add_to(group: click.Group) -> None:
    group.add_command(doctor)


@click.command()
@click.option("--ledger", is_flag=True, help="Compare messages, logs and, of sandboxes, what they have taken.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def doctor(context: click.Context, ledger: bool, as_json: bool) -> None:
    """Say in plain words what is right and what is wrong. Exit code 1 when something is wrong."""
    from adapters.doctor import compare, examine
    from adapters.settings_check import load_settings

    findings = compare(load_settings()) if ledger else examine(load_settings())
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{'right' if finding.ok else 'WRONG':<6} {finding.subject}: {finding.text}")
    if not all(finding.ok for finding in findings):
        context.exit(1)
