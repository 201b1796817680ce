"""Meta's error codes, which AiSensy passes on: who is at fault, and our words for it. The code decides, never its text."""

from dataclasses import dataclass

from domain.language import _
from domain.ports.whatsapp import WhatsAppFault


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as the business understands it. ``reason`` is fit for an admin."""

    fault: WhatsAppFault
    reason: str


def failure_of(code: int | None, said: str = "") -> Failure:
    """Return what a code means; of an unknown one, what the provider ``said``."""
    fault = _FAULTS.get(code, "account" if code is not None and 200 <= code <= 299 else None)
    if fault is None:
        return Failure("setup", _unknown(code, said))
    return Failure(fault, _words(code) or _general(fault))


# Also as text of an error body, like “(#131047) Re-engagement message”.
_FAULTS: dict[int | None, WhatsAppFault] = {
    **dict.fromkeys((0, 3, 10, 190, 368, 131031, 131042, 133010), "account"),
    **dict.fromkeys((1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 131057, 135000), "later"),
    **dict.fromkeys((131021, 131026, 130497), "recipient"),
    **dict.fromkeys((131049, 130472), "withheld"),
    131050: "opt_out",
    # 470 is the same as 131047 on Meta's older API.
    **dict.fromkeys((470, 131047), "window"),
    **dict.fromkeys((100, 131008, 131009, 131030, 131051, 131052, 131053), "setup"),
    **dict.fromkeys((132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018), "setup"),
}


def _general(fault: WhatsAppFault) -> str:
    if fault == "account":
        return _("WhatsApp no longer accepts our account's access. Check the connection in AiSensy.")
    if fault == "later":
        return _("WhatsApp has a fault at the moment.")
    return _("WhatsApp could not read the message: something in its campaign does not fit.")


def _unknown(code: int | None, said: str) -> str:
    if said and code is not None:
        return _("WhatsApp refused it: {message} ({code})", message=said[:300], code=code)
    if said:
        return _("WhatsApp refused it: {message}", message=said[:300])
    if code is not None:
        return _("WhatsApp refused it and gave only the code {code}.", code=code)
    return _("WhatsApp refused it without saying why.")


def _words(code: int | None) -> str:
    return {
        368: _("WhatsApp has restricted our account for breaking its rules."),
        131031: _("WhatsApp has locked our account."),
        131042: _("WhatsApp could not charge us. Check the payment method of the WhatsApp account."),
        133010: _("Our own number is not registered with WhatsApp."),
        4: _("WhatsApp asks us to slow down."),
        80007: _("WhatsApp asks us to slow down."),
        130429: _("WhatsApp asks us to slow down."),
        131048: _("WhatsApp holds our messages back because too many people blocked or reported us."),
        131056: _("Too many messages to this person within a short time."),
        131021: _("This is our own number."),
        131026: _("The number is not on WhatsApp, or its app is too old to get this message."),
        130497: _("WhatsApp does not let us write to this country."),
        131049: _(
            "WhatsApp did not show it: this person gets too much marketing at the moment. Try again after a day."
        ),
        130472: _("WhatsApp keeps marketing from this person as part of a test. Reach them another way."),
        131050: _("This person has stopped marketing messages from us."),
        470: _("More than 24 hours since the customer last wrote. Send a template instead."),
        131047: _("More than 24 hours since the customer last wrote. Send a template instead."),
        131030: _("The number is not on the list of test numbers of the WhatsApp account."),
        131052: _("WhatsApp could not fetch the file the customer sent."),
        131053: _("WhatsApp could not use the picture or file: check its address, type and size."),
        132000: _("The number of parameters does not fit the template."),
        132001: _("The template does not exist in this language, or is not approved."),
        132005: _("The text with its parameters is too long for the template."),
        132007: _("The message breaks WhatsApp's rules for templates."),
        132012: _("A parameter does not have the form the template wants."),
        132015: _("WhatsApp has paused the template because people rated it badly."),
        132016: _("WhatsApp has switched the template off because people rated it badly."),
        132018: _("A parameter holds a line break, a tab, or more than four spaces in a row."),
    }.get(code or 0, "")
