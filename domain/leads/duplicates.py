"""Whether the same person was already seen in a file."""

from array import array

from domain.leads.rows import CleanLead

_MASK = (1 << 64) - 1


class SeenContacts:
    """The contacts of the rows read so far, each with the row it first stood in.

    An open-addressed table of 8-byte hashes and 4-byte row numbers: a million contacts take 24 MB where a set of
    strings takes over 150. Two different contacts share a hash once in some ten million such files.
    """

    def __init__(self, expected: int = 0) -> None:
        """Make room for the contacts of ``expected`` rows at once: growing holds the old table beside the new one."""
        self._size = 1 << max(12, (expected * 10 // 3).bit_length())
        self._used = 0
        self._hashes = array("Q", bytes(8 * self._size))
        self._rows = array("I", bytes(4 * self._size))

    @property
    def size_in_bytes(self) -> int:
        """The memory the table takes."""
        return self._hashes.itemsize * len(self._hashes) + self._rows.itemsize * len(self._rows)

    def first_row(self, lead: CleanLead, row: int) -> int | None:
        """Return the earlier row with the same e-mail or phone, if any, and remember this lead's contacts."""
        first, added = 0, []
        for contact in (lead.email, lead.phone):
            if contact is None:
                continue
            key = hash(contact) & _MASK or 1
            slot = self._find(key)
            if self._hashes[slot]:
                first = min(first or row, self._rows[slot])
            else:
                self._hashes[slot], self._rows[slot] = key, row
                added.append(slot)
        if first:
            for slot in added:
                self._rows[slot] = first
        self._used += len(added)
        if self._used * 5 > self._size * 3:
            self._grow()
        return first or None

    def _find(self, key: int) -> int:
        hashes, last = self._hashes, self._size - 1
        slot = key & last
        while hashes[slot] and hashes[slot] != key:
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        hashes, rows = self._hashes, self._rows
        self._size *= 2
        self._hashes = array("Q", bytes(8 * self._size))
        self._rows = array("I", bytes(4 * self._size))
        for key, row in zip(hashes, rows, strict=True):
            if key:
                slot = self._find(key)
                self._hashes[slot], self._rows[slot] = key, row
