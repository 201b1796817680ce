"""The command `gurudesk`: starts, fills, moves and checks a Gurudesk."""

import click

from adapters.cli.plain_words import PlainGroup


@click.group(cls=PlainGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Gurudesk runs a cohort-course business end to end, self-hosted."""


# Each module adds its commands to the group; what they need is imported when a command runs.
from adapters.cli import data, doctor, people, running, time  # noqa: E402

for module in (running, data, people, time, doctor):
    module.add_to(main)
