"""Importing leads: rows a second against loops that only parse and validate, and the memory it takes."""

import asyncio
import csv
import json
import resource
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
    """Return rows a second and peak memory; each import runs in a process of its own."""
    rows: list[Row] = []
    with ground() as settings:
        path = write_lead_file(settings.data_dir / "leads.csv", ROWS)
        bare, own = _rate(bare_loop, path), _rate(parse_and_validate, path)
        small = _in_a_process(settings.data_dir, path)
    with ground() as settings:
        large = _in_a_process(settings.data_dir, write_lead_file(settings.data_dir / "many.csv", MANY))
    rows.append(
        row("import of 100,000 rows ÷ csv, phonenumbers and email-validator alone", small["rate"], "rows/s", bare)
    )
    rows.append(row("import of 100,000 rows ÷ our own reading alone", small["rate"], "rows/s", own))
    rows.append(row("import of 500,000 rows ÷ the rate at 100,000", large["rate"], "rows/s", small["rate"]))
    rows.append(row("peak memory, 100,000 rows", small["memory"], "MB"))
    rows.append(row("peak memory, 500,000 rows ÷ 100,000", large["memory"], "MB", small["memory"]))
    return rows


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
        async with services.database.work(SYSTEM) as work:
            await work.run("select sort_in_people()")  # the step's last act: it belongs to what an import takes
        seconds = time.perf_counter() - started
        async with services.database.work(SYSTEM) as work:
            rows = (await work.get(LeadImport, lead_import.id)).rows_done
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rate": rows / seconds, "memory": memory}))


async def _unguarded(_work: Work) -> None:
    """No other worker is there to take the run over."""


if __name__ == "__main__":
    asyncio.run(_import(Path(sys.argv[1]), Path(sys.argv[2])))
