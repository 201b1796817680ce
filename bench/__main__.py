"""`make bench`: measure everything, print a table, and keep it in bench/results.json and docs/benchmarks.md."""

import importlib
import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
MEASURES = (
    "leads_list",
    "importing",
    "cta_emails",
    "streams",
    "start",
    "adapters",
    "webhooks",
    "broadcast",
    "student_pages",
    "joining",
    "recording_views",
    "steps",
)


def main(wanted: list[str]) -> None:
    """Run the measures named, or all; a partial run prints and keeps nothing."""
    rows: list[dict[str, Any]] = []
    for name in wanted or MEASURES:
        print(f"measuring {name} …", file=sys.stderr)
        rows += importlib.import_module(f"bench.{name}").measure()
    print(table(rows))
    if not wanted:
        (ROOT / "bench" / "results.json").write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        (ROOT / "docs" / "benchmarks.md").write_text(page(rows))


def table(rows: list[dict[str, Any]]) -> str:
    lines = ["| what | value | unit | baseline | ratio |", "| --- | ---: | --- | ---: | ---: |"]
    lines += [
        f"| {r['name']} | {_number(r['value'])} | {r['unit']} | {_number(r['baseline'])} | {_number(r['ratio'])} |"
        for r in rows
    ]
    return "\n".join(lines)


def page(rows: list[dict[str, Any]]) -> str:
    machine = f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GB, Python {platform.python_version()}"
    moment = datetime.now(UTC).strftime("%-d %B %Y")
    return f"# Benchmarks\n\nMade by `make bench` on {moment}: {machine}, {platform.system()}.\n\n{table(rows)}\n"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    main(sys.argv[1:])
