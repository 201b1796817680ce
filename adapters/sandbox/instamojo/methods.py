"""The ways to pay that the payment page offers, and those of them that always fail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.sandbox.instamojo.paying import Instrument
from domain.language import _

_UPI_ID = re.compile(r"[A-Za-z0-9._-]{2,100}@[A-Za-z][A-Za-z0-9]{1,30}")
UPI = Instrument("UPI", "UPI")


@dataclass(frozen=True, slots=True)
class Choice:
    """A card or a bank to pay with."""

    key: str
    label: str
    instrument: Instrument
    failure: str = ""


# There is no field to type a card into: nobody should give this page a real one.
CARDS = (
    Choice(
        "debit",
        "4242 4242 4242 4242 · Visa, debit",
        Instrument("CARD", "Domestic Regular Debit Card (Visa/Mastercard)"),
    ),
    Choice(
        "credit",
        "5555 5555 5555 4444 · Mastercard, credit",
        Instrument("CARD", "Domestic Regular Credit Card (Visa/Mastercard)"),
    ),
    Choice(
        "abroad",
        "4000 0000 0000 3220 · Visa, from abroad",
        Instrument("CARD", "International Regular Credit Card (Visa/Mastercard)"),
    ),
    Choice(
        "declined",
        "4000 0000 0000 0002 · declined",
        Instrument("CARD", "Domestic Regular Debit Card (Visa/Mastercard)"),
        "declined",
    ),
)
_BANK = Instrument("NETBANKING", "Domestic Netbanking Regular")
BANKS = (
    Choice("sbi", "State Bank of India", _BANK),
    Choice("hdfc", "HDFC Bank", _BANK),
    Choice("icici", "ICICI Bank", _BANK),
    Choice("axis", "Axis Bank", _BANK),
    Choice("declining", "Bank of No · declined", _BANK, "declined"),
    Choice("sleeping", "Bank of Sleep · times out", _BANK, "timed-out"),
)
METHODS = ("upi", "card", "netbanking")


@dataclass(frozen=True, slots=True)
class Chosen:
    instrument: Instrument
    failure: str = ""


def chosen(form: Mapping[str, str], errors: dict[str, str]) -> Chosen:
    """Return what a form of the payment page pays with; what is wrong goes into ``errors``, by field."""
    method = form.get("method")
    if method == "upi":
        upi_id = form.get("upi_id", "").strip()
        if not _UPI_ID.fullmatch(upi_id):
            errors["upi_id"] = _("Enter a UPI ID like asha@upi.")
        return Chosen(UPI, "declined" if upi_id.lower().startswith("fail") else "")
    name, choices = ("card", CARDS) if method == "card" else ("bank", BANKS)
    for choice in choices:
        if form.get(name) == choice.key:
            return Chosen(choice.instrument, choice.failure)
    errors[name] = _("Choose one.")
    return Chosen(choices[0].instrument)
