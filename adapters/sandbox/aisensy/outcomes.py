"""What becomes of a WhatsApp message: its statuses, when each happens, and in which disorder they are told.

The last four digits of some numbers decide; of the others a share fails, the same numbers for the same seed.
"""

from dataclasses import dataclass, replace

from adapters.sandbox.sendgrid.outcomes import Chance

FAILING = (131026, 131026, 131049, 130472, 131000)
QUIRK_RATE = 0.04


@dataclass(frozen=True, slots=True)
class Fate:
    """How messages to a number fare. ``status`` is an HTTP answer, ``code`` Meta's reason to fail afterwards."""

    status: int | None = None
    code: int | None = None
    is_silent: bool = False
    is_told: bool = True
    reaches: str = "READ"
    quirk: str = ""


MAGIC = {
    "1026": Fate(code=131026),
    "1021": Fate(code=131021),
    "1047": Fate(code=131047),
    "1048": Fate(code=131048),
    "1049": Fate(code=131049),
    "1050": Fate(code=131050),
    "1042": Fate(code=131042),
    "1031": Fate(code=131031),
    "1053": Fate(code=131053),
    "1056": Fate(code=131056),
    "1000": Fate(code=131000),
    "0472": Fate(code=130472),
    "0497": Fate(code=130497),
    "0401": Fate(status=401),
    "0402": Fate(status=402),
    "0403": Fate(status=403),
    "0400": Fate(status=400),
    "0429": Fate(status=429),
    "0500": Fate(status=500),
    "0503": Fate(status=503),
    "0504": Fate(status=504),
    "0408": Fate(is_silent=True),
    "0000": Fate(is_told=False),
    "0001": Fate(reaches="SENT"),
    "0002": Fate(reaches="DELIVERED"),
    "0011": Fate(quirk="swapped"),
    "0012": Fate(quirk="doubled"),
    "0013": Fate(quirk="undelivered"),
    "0014": Fate(quirk="unnamed"),
}
# What may be planned for the next message.
PLANNED = {
    "invalid-number": Fate(code=131026),
    "limited": Fate(code=131049),
    "undelivered": Fate(reaches="SENT"),
}
QUIRKS = ("swapped", "doubled", "undelivered", "unnamed")


def fate_of(phone: str, chance: Chance) -> Fate:
    """Return how messages to this number always fare."""
    if fate := MAGIC.get(phone[-4:]):
        return fate
    if chance.share("whatsapp fails", phone) < chance.failure_rate:
        return Fate(code=FAILING[int(chance.share("whatsapp how", phone) * len(FAILING))])
    return Fate()


def fate_of_message(phone: str, message_id: str, chance: Chance) -> Fate:
    """Return how this one message fares: now and then the telling of it is out of order, as with the real one."""
    fate = fate_of(phone, chance)
    if fate != Fate() or not chance.delays or chance.share("quirk", message_id) >= QUIRK_RATE:
        return fate
    return replace(fate, quirk=QUIRKS[int(chance.share("which quirk", message_id) * len(QUIRKS))])


@dataclass(frozen=True, slots=True)
class Step:
    """A status: seconds until it happens, and until it is told; ``is_named`` says whether with our id."""

    status: str
    after: float
    told_after: float | None
    is_named: bool = True


def course_of(fate: Fate, message_id: str, chance: Chance) -> list[Step]:
    """Return the statuses of a message that was taken, each 1 to 3 seconds after the one before."""
    names = ["FAILED"] if fate.code else ["SENT", "DELIVERED", "READ"]
    if not fate.code:
        names = names[: names.index(fate.reaches) + 1]
    steps, after = [], 0.0
    for name in names:
        after += 1 + 2 * chance.share(name, message_id) if chance.delays else 0
        steps.append(Step(name, after, after if fate.is_told else None, fate.quirk != "unnamed"))
    return _disordered(steps, fate.quirk)


def _disordered(steps: list[Step], quirk: str) -> list[Step]:
    if len(steps) < 3:
        return steps
    sent, delivered, read = steps
    if quirk == "swapped" and read.told_after is not None:
        return [sent, read, replace(delivered, told_after=read.told_after + 1)]
    if quirk == "doubled":
        return [sent, delivered, delivered, read]
    if quirk == "undelivered":
        return [sent, replace(delivered, told_after=None), read]
    return steps
