"""Importing leads: rows a second against loops that only parse and validate, and the memory it takes."""

import asyncio
import csv
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from adapters.bootstrap import open_services
from adapters.settings import Settings
from bench.ground import Row, ground, row
from bench.import_parse import parse_and_validate
from bench.lead_files import write_lead_file
from domain.leads.importing import ImportRun
from domain.leads.imports import LeadImport, add_import
from domain.work import SYSTEM, Work

ROWS = 100_000
MANY = 500_000
ROUNDS = 3


def bare_loop(path: Path) -> int:
    """Parse with the csv module and validate with the two libraries, as one would write it in ten minutes."""
    good = 0
    with path.open(encoding="utf-8", newline="") as stream:
        for cells in csv.DictReader(stream):
            good += _is_email(cells["email"]) or _is_phone(cells["phone_number"])
    return good


def _is_email(text: str) -> bool:
    try:
        return bool(validate_email(text, check_deliverability=False))
    except EmailNotValidError:
        return False


def _is_phone(text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "IN"))
    except phonenumbers.NumberParseException:
        return False


def measure() -> list[Row]:
    """Return rows a second and peak memory; each import runs in a process of its own.

    Loops and imports take turns, so that whatever else the machine does falls on both.
    """
    rounds = [_round() for _number in range(ROUNDS)]
    bare, own, rate, whole, memory = (statistics.median(values) for values in zip(*rounds, strict=True))
    with ground() as settings:
        large = _in_a_process(settings.data_dir, write_lead_file(settings.data_dir / "many.csv", MANY))
    return [
        row("import of 100,000 rows ÷ csv, phonenumbers and email-validator alone", rate, "rows/s", bare),
        row("the same with the search index sorted afterwards ÷ the same loop", whole, "rows/s", bare),
        row("import of 100,000 rows ÷ our own reading alone", rate, "rows/s", own),
        row("import of 500,000 rows ÷ the rate at 100,000", large["rate"], "rows/s", rate),
        row("peak memory, 100,000 rows", memory, "MB"),
        row("peak memory, 500,000 rows ÷ 100,000", large["memory"], "MB", memory),
    ]


def _round() -> tuple[float, float, float, float, float]:
    """Return the rates of both loops, before and after an import into a fresh database, and the import's."""
    with ground() as settings:
        path = write_lead_file(settings.data_dir / "leads.csv", ROWS)
        before = _rate(bare_loop, path)
        own = _rate(parse_and_validate, path)
        small = _in_a_process(settings.data_dir, path)
        bare = (before + _rate(bare_loop, path)) / 2
    return bare, own, small["rate"], small["whole_rate"], small["memory"]


def _rate(loop: object, path: Path) -> float:
    started = time.perf_counter()
    loop(path)  # type: ignore[operator]
    return ROWS / (time.perf_counter() - started)


def _in_a_process(data_dir: Path, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.importing", str(data_dir), str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(answer.stdout)
    return result


async def _import(data_dir: Path, path: Path) -> None:
    """Store the file as a worker does, and print what it took."""
    settings = Settings(_env_file=None, data_dir=data_dir)  # type: ignore[call-arg]
    async with open_services(settings) as services:
        async with services.database.work(SYSTEM) as work:
            lead_import = await add_import(work, path, path.name, "bench")
            lead_import.state = "running"
        started = time.perf_counter()
        await ImportRun(lead_import.id, path, lambda: services.database.work(SYSTEM), _unguarded).store()
        seconds = time.perf_counter() - started
        async with services.database.work(SYSTEM) as work:
            await work.run("select sort_in_people()")  # what the step does once the import is done
        sorted_in = time.perf_counter() - started
        async with services.database.work(SYSTEM) as work:
            rows = (await work.get(LeadImport, lead_import.id)).rows_done
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rate": rows / seconds, "whole_rate": rows / sorted_in, "memory": memory}))


async def _unguarded(_work: Work) -> None:
    """No other worker is there to take the run over."""


if __name__ == "__main__":
    asyncio.run(_import(Path(sys.argv[1]), Path(sys.argv[2])))
