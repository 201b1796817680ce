"""The texts of a workbook, which its cells name by number: kept as one block of bytes."""

from array import array
from collections.abc import Iterable, Iterator
from typing import IO
from xml.etree.ElementTree import Element, iterparse

_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ITEM, _TEXT, _RUN = f"{_NAMESPACE}si", f"{_NAMESPACE}t", f"{_NAMESPACE}r"


class SharedTexts:
    """A read-only list of texts. A million of them take about 35 MB; as a list of ``str`` they take over 100."""

    def __init__(self, texts: Iterable[str]) -> None:
        block, ends = bytearray(), array("Q", [0])
        for text in texts:
            block += text.encode("utf-8", "replace")
            ends.append(len(block))
        self._block, self._ends = bytes(block), ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._block[self._ends[index] : self._ends[index + 1]].decode()


def read_shared_texts(source: IO[bytes]) -> Iterator[str]:
    """Yield each text of ``sharedStrings.xml``; its formatting and its reading aids are left out."""
    parsing = iterparse(source, ("start", "end"))
    _start, root = next(parsing)
    for event, element in parsing:
        if event == "end" and element.tag == _ITEM:
            yield _text_of(element)
            root.clear()


def _text_of(item: Element) -> str:
    plain = item.find(_TEXT)
    if plain is not None:
        return plain.text or ""
    return "".join(run.findtext(_TEXT) or "" for run in item.findall(_RUN))
