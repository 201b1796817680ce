"""What can fail on purpose, and how the settings name it: ``instamojo/cut, sendgrid:message/bounce*3``."""

import re
from collections.abc import Mapping

# slow: answered late. cut: taken, and the line is cut before the answer. silent: taken, but never answered.
# lost: neither taken nor answered.
KINDS = ("401", "403", "413", "429", "500", "502", "503", "504", "slow", "cut", "silent", "lost")
# Of what a provider calls back about; planned for "<provider>:webhook".
WEBHOOK_KINDS = ("late", "twice", "out-of-order", "wrongly-signed", "never")
# What becomes of an e-mail; planned for "sendgrid:message".
MAIL_KINDS = ("bounce", "block", "drop", "defer", "spam")
# What becomes of a WhatsApp message; planned for "aisensy:message".
WHATSAPP_KINDS = ("invalid-number", "limited", "undelivered")
# What becomes of an attempt to pay; planned for "<provider>:payment".
PAYMENT_KINDS = ("declined", "timed-out")
# What becomes of a call; planned for "<provider>:call".
CALL_KINDS = ("no-answer", "busy", "failed", "voicemail", "balance-low", "speechless", "unfinished", "stuck", "error")
TARGETS: Mapping[str, tuple[str, ...]] = {
    "sendgrid": KINDS,
    "sendgrid:message": MAIL_KINDS,
    "sendgrid:webhook": WEBHOOK_KINDS,
    "aisensy": KINDS,
    "aisensy:message": WHATSAPP_KINDS,
    "aisensy:webhook": WEBHOOK_KINDS,
    "instamojo": KINDS,
    "instamojo:payment": PAYMENT_KINDS,
    "instamojo:webhook": WEBHOOK_KINDS,
    "bolna": KINDS,
    "bolna:call": CALL_KINDS,
    "bolna:webhook": WEBHOOK_KINDS,
    "zoom": KINDS,
    "zoom:token": KINDS,
    "zoom:download": KINDS,
    "zoom:webhook": WEBHOOK_KINDS,
}
MOST = 1_000
_NAMED = re.compile(r"([a-z]+(?::[a-z]+)?)/([a-z0-9-]+)(?:\*([1-9][0-9]{0,3}))?")


def read_faults(text: str) -> dict[tuple[str, str], int]:
    """Return how many of each kind a list like ``zoom/429, sendgrid:message/bounce*3`` names. Raises ValueError."""
    named: dict[tuple[str, str], int] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        found = _NAMED.fullmatch(part)
        if not found or found[2] not in TARGETS.get(found[1], ()):
            raise ValueError(
                f"there is no fault “{part[:60]}”; name them like instamojo/cut or sendgrid:message/bounce*3"
            )
        key = (found[1], found[2])
        named[key] = named.get(key, 0) + int(found[3] or 1)
        if named[key] > MOST:
            raise ValueError(f"of one fault at most {MOST} can be planned")
    return named
