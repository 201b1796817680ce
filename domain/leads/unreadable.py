"""Why a whole lead file is refused, each reason with its own message for the owner."""

from domain.errors import DomainError
from domain.language import _

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 200
MAX_CELL = 100_000


class UnreadableFile(DomainError):
    """The file as a whole cannot be imported."""


class EmptyFile(UnreadableFile):
    def __init__(self) -> None:
        super().__init__(_("This file is empty. Choose a file with a line of column names and one lead on each line."))


class HeaderOnly(UnreadableFile):
    def __init__(self) -> None:
        super().__init__(_("This file has a line of column names but no leads below it."))


class NoUsableColumn(UnreadableFile):
    def __init__(self) -> None:
        super().__init__(
            _("No column holds e-mail addresses or phone numbers, and a lead needs one of them. Choose such a column.")
        )


class BinaryFile(UnreadableFile):
    def __init__(self) -> None:
        super().__init__(
            _("This is not a text file or an Excel workbook. Export the leads as CSV or XLSX and try again.")
        )


class WrongExtension(UnreadableFile):
    """The name says one kind of file, the content is another, or neither is one we read."""


class UnknownExtension(WrongExtension):
    def __init__(self, name: str) -> None:
        super().__init__(_("{name} is not a kind of file we can import. Use CSV, TSV, TXT or XLSX.", name=name))


class ContentDiffers(WrongExtension):
    def __init__(self, name: str, content: str) -> None:
        super().__init__(
            _(
                "The name {name} does not fit the content: it is {content}. Save it as CSV or XLSX and try again.",
                name=name,
                content=content,
            )
        )


class FileTooLarge(UnreadableFile):
    def __init__(self) -> None:
        super().__init__(
            _("This file is larger than {limit} MB. Split it into smaller files.", limit=MAX_BYTES // 1024 // 1024)
        )


class TooManyRows(UnreadableFile):
    def __init__(self) -> None:
        super().__init__(_("This file has more than {limit:,} rows. Split it into smaller files.", limit=MAX_ROWS))


class TooManyColumns(UnreadableFile):
    def __init__(self, row: int, columns: int) -> None:
        super().__init__(
            _(
                "Row {row} has {columns:,} columns; at most {limit} are allowed. Remove those you do not need.",
                row=row,
                columns=columns,
                limit=MAX_COLUMNS,
            )
        )


class CellTooLarge(UnreadableFile):
    def __init__(self, row: int) -> None:
        super().__init__(
            _(
                "Row {row} has a cell longer than {limit:,} characters. Often a quotation mark is missing there.",
                row=row,
                limit=MAX_CELL,
            )
        )


class OpenQuotation(UnreadableFile):
    def __init__(self, row: int) -> None:
        super().__init__(
            _(
                "A quotation mark opened in row {row} is not closed there, so the rows after it cannot be told apart. "
                "Remove or close it.",
                row=row,
            )
        )


class NullByte(UnreadableFile):
    def __init__(self, line: int) -> None:
        super().__init__(
            _("Line {line} contains a null byte, so the file is damaged. Export it again.", line=line),
        )


class NotDecodable(UnreadableFile):
    def __init__(self, line: int) -> None:
        super().__init__(
            _("The letters in line {line} cannot be read. Save the file as “CSV UTF-8” and try again.", line=line)
        )


class BrokenWorkbook(UnreadableFile):
    def __init__(self) -> None:
        super().__init__(_("This Excel workbook is damaged and cannot be opened. Save it again, or export it as CSV."))


class WorkbookTooLarge(UnreadableFile):
    def __init__(self) -> None:
        super().__init__(_("This Excel workbook is too large when unpacked. Export it as CSV and try again."))


class FileChanged(UnreadableFile):
    def __init__(self) -> None:
        super().__init__(_("The file has changed since it was opened. Upload it again."))
