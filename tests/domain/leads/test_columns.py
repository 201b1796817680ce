"""Which column holds what."""

import json

import pytest

from domain.leads.columns import (
    UnknownField,
    check_mapping,
    describe_columns,
    mapping_from_json,
    mapping_to_json,
    suggest_mapping,
)
from domain.leads.headers import field_of_header
from domain.leads.unreadable import NoUsableColumn

HEADERS = {
    "name": ["Name", "FULL NAME", "full_name", "Student's Name", "What is your name?", "Your full name *", "नाम"],
    "first_name": ["First Name", "firstName", "FIRST_NAME", "Given-Name"],
    "last_name": ["Last Name", "Surname", "family name"],
    "email": ["Email", "E-mail", "e_mail", "EMAIL ADDRESS", "Email Address", "Email ID", "Mail id", "Your e-mail?",
              "Work Email", "E-Mail 1 - Value", "ईमेल"],
    "phone": ["Phone", "phone_number", "Mobile No.", "Mobile", "Contact Number", "Contact no", "Cell phone", "Ph. No.",
              "Phone Number (10 digits)", "Enter your mobile number", "मोबाइल नंबर", "Phone 1 - Value"],
    "whatsapp": ["WhatsApp", "What is your WhatsApp number?", "Whats app no", "WhatsApp Number (with country code)"],
    "city": ["City", "Town", "Which city do you live in?", "Mailing City"],
    "state": ["State", "State/Region", "Province"],
    "source": ["Lead Source", "platform", "utm_source", "How did you hear about us?", "Original Source"],
    "campaign": ["campaign_name", "Campaign", "utm_campaign"],
    "notes": ["Notes", "Remarks", "Comments", "Description"],
    "tags": ["Tags", "Labels"],
    "created_at": ["created_time", "Timestamp", "Create Date", "Created Time", "Submitted At", "Connected On"],
    "consent": ["Consent", "I agree to receive messages on WhatsApp", "Opt-in"],
    "": ["ad_name", "form_name", "adset_name", "campaign_id", "Company Name", "Email Status", "Email opened", "id",
         "Phone verified", "WhatsApp opt-in date", "Father's Name", "Contact", "Qualification", "", "Last email date"],
    "-": ["Reason for rejection"],
}  # fmt: skip


@pytest.mark.parametrize(("field", "header"), [(field, header) for field, found in HEADERS.items() for header in found])
def test_a_known_header_means_its_field(field: str, header: str) -> None:
    assert field_of_header(header) == field


def test_unknown_headers_are_told_by_what_the_cells_are() -> None:
    rows = [
        ["1234567890", "Asha", "asha@example.com", "p:+919876543210"],
        ["1234567891", "Ben", "b@x.in", "8765432109"],
    ]
    assert suggest_mapping(["Ref", "Wer", "Wohin", "Contact"], rows) == {0: "", 1: "", 2: "email", 3: "phone"}


def test_a_column_with_a_few_addresses_is_not_the_e_mail_column() -> None:
    rows = [["call me"], ["write to a@b.in"], ["a@b.in"], ["later"]]
    assert suggest_mapping(["Wish"], rows) == {0: ""}


def test_a_single_field_is_taken_once_and_contacts_as_often_as_they_come() -> None:
    header = ["City", "Town", "Email", "Work email", "Phone", "Mobile"]
    assert suggest_mapping(header, []) == {0: "city", 1: "", 2: "email", 3: "email", 4: "phone", 5: "phone"}


def test_the_mapping_page_sees_each_column_with_different_values() -> None:
    rows = [["a@b.in", "Pune"], ["c@d.in", "Pune"], ["", "Thane"], ["e@f.in"]]
    email, city = describe_columns(["Email", "Where"], rows, {0: "email", 1: ""}, samples=2)
    assert (email.index, email.header, email.field, email.samples) == (0, "Email", "email", ["a@b.in", "c@d.in"])
    assert (city.field, city.samples) == ("", ["Pune", "Thane"])


def test_a_mapping_survives_json() -> None:
    mapping = {0: "email", 1: "", 2: "-"}
    assert mapping_from_json(json.loads(json.dumps(mapping_to_json(mapping)))) == mapping


def test_a_mapping_without_a_contact_or_with_a_strange_field_is_refused() -> None:
    check_mapping({0: "whatsapp", 1: "-"})
    with pytest.raises(NoUsableColumn):
        check_mapping({0: "name", 1: ""})
    with pytest.raises(UnknownField, match="no field named password"):
        check_mapping({0: "email", 1: "password"})
