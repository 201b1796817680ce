"""The bare parse-and-validate loop: what an import costs before anything is stored."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.lead_files import write_lead_file
from domain.leads.columns import suggest_mapping
from domain.leads.duplicates import SeenContacts
from domain.leads.files import open_lead_file
from domain.leads.rows import CleanLead, RowCleaner


def parse_and_validate(path: Path) -> int:
    """Read and clean every row of the file; return how many leads it holds."""
    file = open_lead_file(path, path.name)
    clean = RowCleaner(file.header, suggest_mapping(file.header, file.samples()))
    return sum(isinstance(clean(cells), CleanLead) for _, cells in file.rows())


def parse_and_find_duplicates(path: Path) -> int:
    """Do the same and leave out the rows whose person was already seen; return how many people there are."""
    file = open_lead_file(path, path.name)
    clean = RowCleaner(file.header, suggest_mapping(file.header, file.samples()))
    seen = SeenContacts()
    leads = ((number, clean(cells)) for number, cells in file.rows())
    return sum(isinstance(lead, CleanLead) and seen.first_row(lead, number) is None for number, lead in leads)


def main(rows: int) -> None:
    """Print rows a second for both loops, and the peak memory of the process."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_lead_file(Path(folder) / "leads.csv", rows)
        for loop in (parse_and_validate, parse_and_find_duplicates):
            started = time.perf_counter()
            found = loop(path)
            print(f"{loop.__name__}: {rows / (time.perf_counter() - started):,.0f} rows/s, {found:,} of {rows:,}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
