"""Fields that several forms share."""

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.accounts.logins import normal_email
from domain.language import _


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


OneLine = Annotated[str, AfterValidator(_one_line)]
Paragraphs = Annotated[str, AfterValidator(_readable)]
EmailAddress = Annotated[str, Field(min_length=1, max_length=254), AfterValidator(_email)]
PersonName = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_one_line)]
Password = Annotated[str, Field(min_length=1, max_length=1000)]
