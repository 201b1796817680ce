"""Fields that several forms share."""

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.accounts.logins import normal_email
from domain.language import _
from domain.leads.phones import read_phones


def _one_line(text: str) -> str:
    if any(character < " " for character in text):
        raise ValueError(_("Please write this on one line."))
    return text


def _readable(text: str) -> str:
    return "".join(character for character in text if character >= " " or character in "\n\t")


def _email(text: str) -> str:
    address = normal_email(text)
    if address is None:
        raise ValueError(_("This is not an e-mail address."))
    return address


def _email_or_none(text: str) -> str:
    return _email(text) if text else ""


def _phone(text: str) -> str:
    good, _problems = read_phones(text)
    if len(good) != 1:
        raise ValueError(
            _("This is not a complete phone number. From outside India, begin with + and the country code.")
        )
    return good[0]


def _phone_or_none(text: str) -> str:
    return _phone(text) if text else ""


OneLine = Annotated[str, AfterValidator(_one_line)]
Paragraphs = Annotated[str, AfterValidator(_readable)]
EmailAddress = Annotated[str, Field(min_length=1, max_length=254), AfterValidator(_email)]
OptionalEmail = Annotated[str, Field(max_length=254), AfterValidator(_email_or_none)]
Phone = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_phone)]
OptionalPhone = Annotated[str, Field(max_length=40), AfterValidator(_phone_or_none)]
PersonName = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_one_line)]
Password = Annotated[str, Field(min_length=1, max_length=1000)]
