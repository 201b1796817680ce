"""Which column of a file holds which field of a lead: found by header, by content, and adjustable by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from domain.errors import DomainError
from domain.language import _
from domain.leads.cells import cell_text
from domain.leads.emails import fast_email, read_emails
from domain.leads.headers import CONTACTS, FIELDS, field_of_header
from domain.leads.phones import fast_phone, read_phones
from domain.leads.unreadable import NoUsableColumn

ATTRIBUTE = ""
IGNORE = "-"
MOST_OF = 0.6
ColumnMapping = dict[int, str]


class UnknownField(DomainError):
    """A mapping names a field that leads do not have."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file as the mapping page shows it."""

    index: int
    header: str
    field: str
    samples: list[str]


def suggest_mapping(header: Sequence[str], sample_rows: Sequence[Sequence[str]]) -> ColumnMapping:
    """Return the field of each column, by its header or else by what most of its cells are."""
    mapping: ColumnMapping = {}
    for index, name in enumerate(header):
        field = field_of_header(name)
        taken = field in mapping.values() and field not in CONTACTS and field != IGNORE
        mapping[index] = ATTRIBUTE if taken else field
    values = column_values(header, sample_rows)
    for field, is_one in (("email", _is_email), ("phone", _is_phone)):
        if field not in mapping.values():
            _map_by_content(mapping, field, {i: _share(cells, is_one) for i, cells in values.items()})
    return mapping


def describe_columns(
    header: Sequence[str], sample_rows: Sequence[Sequence[str]], mapping: ColumnMapping, samples: int = 5
) -> list[Column]:
    """Return each column with its field and its first different values."""
    values = column_values(header, sample_rows)
    return [
        Column(i, name, mapping.get(i, ATTRIBUTE), list(dict.fromkeys(cell_text(v, 80) for v in values[i]))[:samples])
        for i, name in enumerate(header)
    ]


def check_mapping(mapping: ColumnMapping) -> None:
    """Raise ``NoUsableColumn`` when no column can give a contact, ``UnknownField`` for a field leads do not have."""
    for field in mapping.values():
        if field not in FIELDS and field not in (ATTRIBUTE, IGNORE):
            raise UnknownField(_("A lead has no field named {field}.", field=field))
    if not CONTACTS & set(mapping.values()):
        raise NoUsableColumn


def mapping_to_json(mapping: ColumnMapping) -> dict[str, str]:
    """Return the mapping with text keys, as JSON has them."""
    return {str(index): field for index, field in mapping.items()}


def mapping_from_json(stored: Mapping[str, str]) -> ColumnMapping:
    """Return the mapping that ``mapping_to_json`` stored."""
    return {int(index): field for index, field in stored.items()}


def column_values(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[int, list[str]]:
    """Return the cells of each named column that are not blank."""
    columns = list(zip_longest(*rows, fillvalue=""))
    return {i: [c for c in columns[i] if c.strip()] if i < len(columns) else [] for i in range(len(header))}


def _map_by_content(mapping: ColumnMapping, field: str, shares: Mapping[int, float]) -> None:
    free = {i: share for i, share in shares.items() if mapping[i] == ATTRIBUTE and share >= MOST_OF}
    if free:
        mapping[max(free, key=lambda i: (free[i], -i))] = field


def _share(cells: Sequence[str], is_one: Callable[[str], bool]) -> float:
    return sum(map(is_one, cells)) / len(cells) if cells else 0.0


def _is_email(cell: str) -> bool:
    return bool(fast_email(cell) or ("@" in cell and read_emails(cell)[0]))


def _is_phone(cell: str) -> bool:
    # Ids are digits, too: without an international prefix only Indian mobile numbers are taken for phones.
    marked = cell.lstrip("'\"= ").lower().startswith(("+", "p:", "00"))
    return fast_phone(cell.strip()) is not None or (marked and bool(read_phones(cell)[0]))
