"""The same person twice in one file."""

from hypothesis import given
from hypothesis import strategies as st

from domain.leads.duplicates import SeenContacts
from domain.leads.rows import CleanLead, clean_row


def person(email: str = "", phone: str = "") -> CleanLead:
    cleaned = clean_row([email, phone], {0: "email", 1: "phone"})
    assert isinstance(cleaned, CleanLead)
    return cleaned


def test_the_same_e_mail_in_other_case_is_the_same_person() -> None:
    seen = SeenContacts()
    assert seen.first_row(person("asha@example.com"), 2) is None
    assert seen.first_row(person("ASHA@Example.com", "9876543210"), 7) == 2


def test_the_same_phone_in_another_form_is_the_same_person() -> None:
    seen = SeenContacts()
    assert seen.first_row(person("a@b.in", "9876543210"), 2) is None
    assert seen.first_row(person("c@d.in", "+91 98765-43210"), 3) == 2
    assert seen.first_row(person("e@f.in", "9876543211"), 4) is None


def test_a_contact_learnt_from_a_duplicate_points_to_the_first_row() -> None:
    seen = SeenContacts()
    seen.first_row(person("a@b.in"), 2)
    seen.first_row(person("a@b.in", "9876543210"), 3)
    assert seen.first_row(person("", "9876543210"), 4) == 2


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_it_agrees_with_plain_dictionaries(pairs: list[tuple[int, int]]) -> None:
    seen, known = SeenContacts(), dict[str, int]()
    for row, (mail, phone) in enumerate(pairs, 1):
        lead = CleanLead(email=f"a{mail}@b.in", phone=f"+9198765432{phone:02}")
        contacts = [lead.email or "", lead.phone or ""]
        first = min((known[contact] for contact in contacts if contact in known), default=None)
        assert seen.first_row(lead, row) == first
        for contact in contacts:
            known.setdefault(contact, first or row)


def test_many_people_are_told_apart_in_little_memory() -> None:
    seen = SeenContacts()
    people = 40_000
    for row in range(1, people + 1):
        assert seen.first_row(CleanLead(email=f"a{row}@b.in", phone=f"+91{6_000_000_000 + row}"), row) is None
    assert seen.first_row(CleanLead(phone="+916000000077"), people + 1) == 77
    assert seen.size_in_bytes < people * 2 * 45
