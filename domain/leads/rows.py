"""One row of a lead file: turned into a clean lead, or refused with the reason."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.language import _
from domain.leads.cells import cell_paragraphs, cell_text, is_nothing
from domain.leads.columns import IGNORE, ColumnMapping
from domain.leads.emails import fast_email, read_emails
from domain.leads.headers import CONTACTS
from domain.leads.moments import read_moment
from domain.leads.phones import fast_phone, read_phones

MAX_NAME, MAX_SHORT, MAX_NOTES = 120, 120, 5_000
MAX_TAGS, MAX_TAG = 20, 50
MAX_ATTRIBUTES, MAX_KEY, MAX_VALUE, MAX_OTHERS = 60, 80, 1_000, 10
EVERY = CONTACTS | {IGNORE}  # the fields of which every column counts; of the others, the first
OTHER_PHONES, OTHER_EMAILS = "Other phones", "Other e-mails"
SHORT_FIELDS = ("name", "first_name", "last_name", "city", "state", "source", "campaign")
_YES = frozenset(
    {"yes", "y", "true", "1", "on", "agree", "agreed", "i agree", "opted in", "opt in", "subscribed", "haan", "हाँ"}
)
_NO = frozenset({"no", "n", "false", "0", "off", "disagree", "opted out", "opt out", "unsubscribed", "nahi", "नहीं"})
# Form builders put the whole option into the cell: “Yes, send me messages”.
_BEGINS_YES, _BEGINS_NO = re.compile(r"(yes|i agree|agreed)\b").match, re.compile(r"(no|not|don't|do not)\b").match
_TAG_SEPARATORS = re.compile(r"[,;|]")


@dataclass(slots=True)
class CleanLead:
    """What a row says about one person. ``email`` is in lower case, ``phone`` and ``whatsapp`` in E.164."""

    name: str = ""
    email: str | None = None
    phone: str | None = None
    whatsapp: str | None = None
    city: str = ""
    state: str = ""
    source: str = ""
    campaign: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    created_at: datetime | None = None
    consent: bool | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class RejectedRow:
    """Why a row is no lead."""

    reason: str


Fast = Callable[[str], str | None]
Thorough = Callable[[str], tuple[list[str], list[str]]]


class RowCleaner:
    """Clean the rows of one file by its header and mapping; call it with the cells of a row."""

    def __init__(self, header: Sequence[str], mapping: ColumnMapping) -> None:
        columns: dict[str, list[int]] = {}
        for index, name in mapping.items():
            columns.setdefault(name, []).append(index)
        self._width = max([len(header), *(index + 1 for index in mapping)])
        self._emails, self._phones, self._whatsapps = (columns.get(f, []) for f in ("email", "phone", "whatsapp"))
        self._short = [(columns[name][0], name) for name in SHORT_FIELDS if name in columns]
        self._notes, self._tags, self._created, self._consent = (
            columns.get(name, [None])[0] for name in ("notes", "tags", "created_at", "consent")
        )
        used = {i for name, found in columns.items() if name for i in (found if name in EVERY else found[:1])}
        self._keys = _attribute_keys(header, self._width)
        self._attributes = [(i, key) for i, key in enumerate(self._keys) if i not in used]

    def __call__(self, cells: Sequence[str]) -> CleanLead | RejectedRow:
        """Return the lead of a row, its unusable parts listed as warnings, or why there is none."""
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        problems: list[str] = []
        lead = CleanLead()
        lead.email = _contact(cells, self._emails, fast_email, read_emails, lead, OTHER_EMAILS, problems)
        lead.phone = _contact(cells, self._phones, fast_phone, read_phones, lead, OTHER_PHONES, problems)
        if self._whatsapps:
            lead.whatsapp = _contact(cells, self._whatsapps, fast_phone, read_phones, lead, OTHER_PHONES, problems)
            lead.phone = lead.phone or lead.whatsapp
        if lead.email is None and lead.phone is None:
            return RejectedRow(" ".join(problems) or _("There is no e-mail and no phone."))
        self._fill(lead, cells, problems)
        if problems:
            lead.warnings = tuple(problems)
        return lead

    def _fill(self, lead: CleanLead, cells: Sequence[str], problems: list[str]) -> None:
        first = last = ""
        for index, name in self._short:
            if raw := cells[index]:
                text = cell_text(raw, MAX_SHORT)
                if is_nothing(text):
                    continue
                if len(raw) > MAX_SHORT:
                    self._note_cut(index, raw, MAX_SHORT, problems)
                if name == "first_name":
                    first = text
                elif name == "last_name":
                    last = text
                else:
                    setattr(lead, name, text)
        if not lead.name and (first or last):
            lead.name = f"{first} {last}".strip()
            if len(lead.name) > MAX_NAME:
                lead.name = lead.name[:MAX_NAME].rstrip()
                problems.append(_("The name was cut off after {limit} characters.", limit=MAX_NAME))
        if self._notes is not None:
            lead.notes = _notes(cells[self._notes], problems)
        if self._tags is not None:
            lead.tags = _tags(cells[self._tags], problems)
        self._fill_attributes(lead, cells, problems)

    def _fill_attributes(self, lead: CleanLead, cells: Sequence[str], problems: list[str]) -> None:
        kept = lead.attributes
        if self._created is not None and (text := cell_text(cells[self._created], MAX_VALUE)):
            lead.created_at = read_moment(text)
            if lead.created_at is None:
                kept[self._keys[self._created]] = text
        if self._consent is not None and (text := cell_text(cells[self._consent], MAX_VALUE)):
            lead.consent = _agreement(text.lower())
            if not lead.consent:  # a clear no is worth keeping, and what is neither yes nor no
                kept[self._keys[self._consent]] = text
        for index, key in self._attributes:
            if (raw := cells[index]) and (text := cell_text(raw, MAX_VALUE)):
                kept[key] = text
                if len(raw) > MAX_VALUE:
                    self._note_cut(index, raw, MAX_VALUE, problems)
        if len(cells) > self._width:
            for index in range(self._width, len(cells)):
                if text := cell_text(cells[index], MAX_VALUE):
                    kept[_numbered(index)] = text
                    if len(cells[index]) > MAX_VALUE:
                        self._note_cut(index, cells[index], MAX_VALUE, problems)
        if len(kept) > MAX_ATTRIBUTES:
            lead.attributes = dict(list(kept.items())[:MAX_ATTRIBUTES])
            problems.append(
                _("Only the first {limit} extras were kept of {count}.", limit=MAX_ATTRIBUTES, count=len(kept))
            )

    def _note_cut(self, index: int, raw: str, limit: int, problems: list[str]) -> None:
        """Say that a cell was cut off, unless what made it long was nothing to keep."""
        if len(cell_text(raw, len(raw))) > limit:
            name = self._keys[index] if index < self._width else _numbered(index)
            problems.append(_("“{column}” was cut off after {limit:,} characters.", column=name, limit=limit))


def clean_row(cells: Sequence[str], mapping: ColumnMapping, header: Sequence[str] = ()) -> CleanLead | RejectedRow:
    """Clean a single row; for many rows of a file make one ``RowCleaner``."""
    return RowCleaner(header, mapping)(cells)


def _contact(
    cells: Sequence[str],
    columns: Sequence[int],
    fast: Fast,
    thorough: Thorough,
    lead: CleanLead,
    others: str,
    problems: list[str],
) -> str | None:
    """Return the first good contact of the columns; further ones become an attribute, unusable ones problems."""
    first: str | None = None
    for index in columns:
        raw = cells[index]
        if not raw:
            continue
        found = fast(raw)
        if found is not None and first is None:
            first = found
            continue
        good, bad = ([found], []) if found is not None else thorough(raw)
        problems += bad
        if first is None and good:
            first, *good = good
        for other in good:
            if other != first and not _keep_other(lead.attributes, others, other):
                problems.append(_("Of the further contacts {limit} were kept, and no more.", limit=MAX_OTHERS))
                break
    return first


def _agreement(text: str) -> bool | None:
    if text in _NO or _BEGINS_NO(text):
        return False
    return True if text in _YES or _BEGINS_YES(text) else None


def _keep_other(attributes: dict[str, str], key: str, value: str) -> bool:
    """Keep a further contact; return False when there are too many."""
    kept = attributes.get(key, "").split(", ") if key in attributes else []
    if value not in kept:
        if len(kept) >= MAX_OTHERS:
            return False
        attributes[key] = ", ".join([*kept, value])
    return True


def _notes(raw: str, problems: list[str]) -> str:
    text = cell_paragraphs(raw, MAX_NOTES + 1)
    if len(text) <= MAX_NOTES:
        return text
    problems.append(_("The notes were cut off after {limit:,} characters.", limit=MAX_NOTES))
    return text[:MAX_NOTES].rstrip()


def _tags(raw: str, problems: list[str]) -> tuple[str, ...]:
    if not raw:
        return ()
    tags = (cell_text(part, MAX_TAG) for part in _TAG_SEPARATORS.split(raw))
    found = tuple(dict.fromkeys(tag for tag in tags if not is_nothing(tag)))
    if len(raw) > MAX_TAG and any(len(cell_text(part, len(part))) > MAX_TAG for part in _TAG_SEPARATORS.split(raw)):
        problems.append(_("A tag was cut off after {limit} characters.", limit=MAX_TAG))
    if len(found) > MAX_TAGS:
        problems.append(_("Only the first {limit} tags were kept of {count}.", limit=MAX_TAGS, count=len(found)))
    return found[:MAX_TAGS]


def _attribute_keys(header: Sequence[str], width: int) -> list[str]:
    """Return a name for each column, unlike every other."""
    keys: list[str] = []
    for index in range(width):
        name = cell_text(header[index], MAX_KEY) if index < len(header) else ""
        name = name or _numbered(index)
        keys.append(f"{name} ({index + 1})" if name in keys else name)
    return keys


def _numbered(index: int) -> str:
    return f"Column {index + 1}"
