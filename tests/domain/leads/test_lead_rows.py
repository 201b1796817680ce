"""What becomes of one row."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.leads.columns import mapping_from_json, mapping_to_json, suggest_mapping
from domain.leads.moments import read_moment
from domain.leads.rows import CleanLead, RejectedRow, RowCleaner, clean_row

HEADER = ["Name", "Email", "Phone", "City", "Notes", "Tags", "Qualification"]
MAPPING = suggest_mapping(HEADER, [])


def lead(*cells: str) -> CleanLead:
    cleaned = clean_row(cells, MAPPING, HEADER)
    assert isinstance(cleaned, CleanLead)
    return cleaned


def reason(*cells: str) -> str:
    cleaned = clean_row(cells, MAPPING, HEADER)
    assert isinstance(cleaned, RejectedRow)
    return cleaned.reason


def test_a_clean_row_becomes_a_lead() -> None:
    assert lead("Asha Patil", "Asha@Example.com", "98765 43210", "Pune", "call\nlater", "hot, webinar;hot", "MBA") == (
        CleanLead(
            name="Asha Patil",
            email="asha@example.com",
            phone="+919876543210",
            city="Pune",
            notes="call\nlater",
            tags=("hot", "webinar"),
            attributes={"Qualification": "MBA"},
        )
    )


def test_an_e_mail_alone_or_a_phone_alone_is_enough() -> None:
    assert lead("Asha", "asha@example.com").phone is None
    assert lead("Asha", "", "9876543210").email is None
    assert lead("Asha", "N/A", "9876543210").warnings == ()


def test_a_row_with_a_good_e_mail_and_a_destroyed_phone_is_kept_with_a_warning() -> None:
    kept = lead("Asha", "asha@example.com", "9.19877E+11")
    assert (kept.email, kept.phone) == ("asha@example.com", None)
    assert kept.warnings == ("The phone 9.19877E+11 was destroyed by Excel: the digits are lost.",)


def test_a_row_with_a_good_phone_and_a_bad_e_mail_is_kept_with_a_warning() -> None:
    kept = lead("Asha", "asha at example", "9876543210")
    assert kept.warnings == ("The e-mail asha at example is not a valid address.",)


def test_a_row_without_a_good_contact_is_rejected_with_every_reason() -> None:
    assert reason("Asha") == "There is no e-mail and no phone."
    assert reason("Asha", "-", "null") == "There is no e-mail and no phone."
    assert reason("Asha", "asha@", "9.19877E+11") == (
        "The e-mail asha@ is not a valid address. The phone 9.19877E+11 was destroyed by Excel: the digits are lost."
    )


def test_further_contacts_of_a_row_are_kept_as_attributes() -> None:
    kept = lead("Asha", "a@example.com, b@example.com", "98765 43210 / 91234 56789")
    assert (kept.email, kept.phone) == ("a@example.com", "+919876543210")
    assert kept.attributes == {"Other e-mails": "b@example.com", "Other phones": "+919123456789"}


def test_the_first_good_of_several_phone_columns_is_the_phone() -> None:
    header = ["Email", "Mobile", "Alternate phone", "WhatsApp"]
    clean = RowCleaner(header, suggest_mapping(header, []))
    cleaned = clean(["", "123", "9876543210", "9123456789"])
    assert isinstance(cleaned, CleanLead)
    assert (cleaned.phone, cleaned.whatsapp) == ("+919876543210", "+919123456789")
    assert cleaned.warnings == ("The phone 123 is not a valid number.",)


def test_a_whatsapp_number_is_a_phone_when_there_is_no_other() -> None:
    cleaned = clean_row(["9876543210"], {0: "whatsapp"})
    assert isinstance(cleaned, CleanLead)
    assert cleaned.phone == cleaned.whatsapp == "+919876543210"


def test_first_and_last_name_are_joined_unless_there_is_a_whole_name() -> None:
    header = ["First Name", "Last Name", "Full Name", "Email"]
    clean = RowCleaner(header, suggest_mapping(header, []))
    for cells, name in (
        (["Asha", " Patil ", "", "a@b.in"], "Asha Patil"),
        (["Asha", "", "", "a@b.in"], "Asha"),
        (["Asha", "Patil", "Asha R. Patil", "a@b.in"], "Asha R. Patil"),
    ):
        cleaned = clean(cells)
        assert isinstance(cleaned, CleanLead)
        assert cleaned.name == name


def test_invisible_characters_and_stray_spaces_leave_a_name() -> None:
    assert lead("\ufeff Asha\u00a0\u00a0\u200bPatil\t\x00 ", "a@b.in").name == "Asha Patil"
    assert lead("‮Asha‬", "a@b.in").name == "Asha"


def test_joiners_that_shape_indic_letters_stay() -> None:
    assert lead("शर\u094d\u200dमा", "a@b.in").name == "शर\u094d\u200dमा"


def test_a_formula_is_kept_as_its_text() -> None:
    kept = lead('=HYPERLINK("http://x")', "a@b.in", "", "@SUM(A1)", "'-2+3")
    assert (kept.name, kept.city, kept.notes) == ('=HYPERLINK("http://x")', "@SUM(A1)", "-2+3")


def test_what_is_cut_off_is_said() -> None:
    kept = lead("x" * 500, "a@b.in", "", "", "y" * 6_000, "t" * 90, "z" * 5_000)
    assert (len(kept.name), len(kept.notes), len(kept.tags[0])) == (120, 5_000, 50)
    assert len(kept.attributes["Qualification"]) == 1_000
    assert kept.warnings == (
        "“Name” was cut off after 120 characters.",
        "The notes were cut off after 5,000 characters.",
        "A tag was cut off after 50 characters.",
        "“Qualification” was cut off after 1,000 characters.",
    )


def test_spaces_that_go_are_nothing_that_was_cut_off() -> None:
    assert lead("Asha" + " " * 500, "a@b.in", "", "", "", "hot" + " " * 90, "MBA" + "\u200b" * 2_000).warnings == ()


def test_tags_and_extras_that_find_no_room_are_said() -> None:
    tags = ", ".join(f"t{number}" for number in range(23))
    kept = lead("Asha", "a@b.in", "", "", "", tags, *(f"x{number}" for number in range(65)))
    assert (len(kept.tags), len(kept.attributes)) == (20, 60)
    assert kept.warnings == ("Only the first 20 tags were kept of 23.", "Only the first 60 extras were kept of 65.")


def test_it_is_said_when_a_cell_has_more_phones_than_are_kept() -> None:
    phones = " / ".join(f"98765 432{number:02d}" for number in range(12))
    kept = lead("Asha", "", phones)
    assert len(kept.attributes["Other phones"].split(", ")) == 10
    assert kept.warnings == ("Of the further contacts 10 were kept, and no more.",)


def test_cells_beyond_the_header_are_kept_as_attributes() -> None:
    assert lead("Asha", "a@b.in", "", "", "", "", "MBA", "", "extra").attributes == {
        "Qualification": "MBA",
        "Column 9": "extra",
    }


def test_a_lead_has_at_most_sixty_attributes() -> None:
    header = ["Email", *(f"Question {i}" for i in range(150))]
    cleaned = RowCleaner(header, suggest_mapping(header, []))(["a@b.in", *["yes"] * 150])
    assert isinstance(cleaned, CleanLead)
    assert len(cleaned.attributes) == 60


def test_columns_of_the_same_name_do_not_overwrite_each_other() -> None:
    header = ["Email", "Answer", "Answer", ""]
    cleaned = RowCleaner(header, suggest_mapping(header, []))(["a@b.in", "one", "two", "three"])
    assert isinstance(cleaned, CleanLead)
    assert cleaned.attributes == {"Answer": "one", "Answer (3)": "two", "Column 4": "three"}


def test_an_ignored_column_is_left_out_and_a_field_named_twice_keeps_the_second_as_attribute() -> None:
    header = ["Email", "City", "Town", "Secret"]
    cleaned = clean_row(["a@b.in", "Pune", "Thane", "x"], {0: "email", 1: "city", 2: "city", 3: "-"}, header)
    assert isinstance(cleaned, CleanLead)
    assert (cleaned.city, cleaned.attributes) == ("Pune", {"Town": "Thane"})


@pytest.mark.parametrize(
    ("written", "consent"),
    [
        ("Yes", True),
        ("TRUE", True),
        ("Yes, send me messages", True),
        ("No, thanks", False),
        ("no", False),
        ("0", False),
        ("perhaps", None),
    ],
)
def test_consent_is_taken_and_anything_but_a_yes_is_kept_as_written(written: str, consent: bool | None) -> None:
    cleaned = clean_row(["a@b.in", written], {0: "email", 1: "consent"}, ["Email", "Consent"])
    assert isinstance(cleaned, CleanLead)
    assert cleaned.consent is consent
    assert cleaned.attributes == ({} if consent else {"Consent": written})


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-10-01T11:05:00+05:30", datetime(2026, 10, 1, 5, 35, tzinfo=UTC)),
        ("2026-10-01T05:35:00Z", datetime(2026, 10, 1, 5, 35, tzinfo=UTC)),
        ("2026-10-01", datetime(2026, 9, 30, 18, 30, tzinfo=UTC)),
        ("03/04/2026", datetime(2026, 4, 2, 18, 30, tzinfo=UTC)),
        ("10/25/2026 1:05:09 PM", datetime(2026, 10, 25, 7, 35, 9, tzinfo=UTC)),
        ("3-4-2026, 12:00 am", datetime(2026, 4, 2, 18, 30, tzinfo=UTC)),
        ("31/31/2026", None),
        ("soon", None),
        ("0001-01-01", None),
    ],
)
def test_a_moment_is_read_in_indian_time_unless_it_says_otherwise(written: str, moment: datetime | None) -> None:
    assert read_moment(written) == moment


def test_a_moment_that_cannot_be_read_is_kept_as_written() -> None:
    cleaned = clean_row(["a@b.in", "last week"], {0: "email", 1: "created_at"}, ["Email", "Date"])
    assert isinstance(cleaned, CleanLead)
    assert (cleaned.created_at, cleaned.attributes) == (None, {"Date": "last week"})


@given(st.lists(st.text(max_size=40), max_size=10))
def test_no_cells_break_the_cleaning_and_nothing_unstorable_comes_out(cells: list[str]) -> None:
    cleaned = clean_row(["a@b.in", *cells], mapping_from_json(mapping_to_json({0: "email", 1: "name", 2: "notes"})))
    assert isinstance(cleaned, CleanLead)
    texts = [cleaned.name, cleaned.notes, *cleaned.attributes.values(), *cleaned.attributes]
    for text in texts:
        assert "\0" not in text
        text.encode()
