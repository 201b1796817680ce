"""How an entry reads: what it is, why, where it stands, and where there is more of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.audit_words import sentence
from domain.broadcasts.audience import reason_names
from domain.dashboard.kinds import email_name, step_name
from domain.language import _
from domain.payments.money import rupees
from domain.sessions.attending import state_names
from domain.timeline.whys import why_held, why_sent

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """An entry in words. ``why`` is what caused it, where no automation did.

    ``state`` and ``tone`` are its badge, unless it is of a delivery, whose badge says ``sent_state``. ``transcript`` is what was
    said in a call, a line each: who, a colon, and the words.
    """

    icon: str
    title: str
    text: str = ""
    href: str = ""
    state: str = ""
    tone: str = "grey"
    reason: str = ""
    why: str = ""
    sent_state: tuple[str, str | None] | None = None
    transcript: str = ""


def words_of(what: str, facts: Facts, id_: UUID, *, is_ahead: bool) -> Words:
    """Return how an entry reads."""
    return (AHEAD if is_ahead else PAST)[what](facts, id_)


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _by(facts: Facts) -> str:
    return _("by {name}", name=facts["by"]) if facts.get("by") else ""


def _lead(facts: Facts, id_: UUID) -> Words:
    origin = _joined(facts["source"], facts["campaign"])
    href = f"/admin/leads/{id_}"
    if facts["import"]:
        row = _("row {row} of {file}", row=facts["row"] or "–", file=facts["file"] or _("a file"))
        return Words("file-up", _("Came in with an import"), _joined(row, origin), f"/admin/imports/{facts['import']}")
    return Words("user-plus", _("Added as a lead"), _joined(_by(facts), origin), href)


def _found_again(facts: Facts, _id: UUID) -> Words:
    return Words("file-up", _("Found again by an import"), str(facts["file"]), f"/admin/imports/{facts['import']}")


ICONS = {"email": "mail", "whatsapp": "message-circle", "call": "phone"}


def _delivery(facts: Facts, id_: UUID) -> Words:
    name = _("Call") if facts["channel"] == "call" and facts["kind"] == "single" else email_name(facts["kind"])
    talked = ""
    if facts["seconds"]:
        minutes, seconds = divmod(round(float(facts["seconds"])), 60)
        talked = _("{minutes} min {seconds} s talked", minutes=minutes, seconds=seconds)
    clicks = _("{count} clicks", count=facts["clicks"]) if (facts["clicks"] or 0) > 1 else ""
    about = dict.fromkeys(word for word in (facts["subject"], facts["campaign"]) if word != name)
    return Words(
        ICONS[facts["channel"]],
        name,
        _joined(*about, talked, clicks),
        f"/admin/deliveries/{id_}",
        reason=why_held(facts.get("held") or "") or facts["reason"],
        why=why_sent(facts),
        sent_state=(facts["state"], facts["log_state"]),
        transcript=facts["transcript"] or "",
    )


def _message(facts: Facts, id_: UUID) -> Words:
    title = _("Wrote on WhatsApp") if facts["channel"] == "whatsapp" else _("Wrote an e-mail")
    if facts["is_automatic"]:
        title = _("Automatic answer")
    text = _joined(
        facts["subject"], " ".join((facts["body"] or "").split())[:160], _("with files") if facts["has_files"] else ""
    )
    return Words("inbox", title, text, f"/admin/messages/{id_}")


def _left_out(facts: Facts, id_: UUID) -> Words:
    title, why = _("Left out of a broadcast"), reason_names().get(facts["reason"], str(facts["reason"]))
    return Words(
        ICONS[facts["channel"]],
        title,
        facts["name"],
        f"/admin/broadcasts/{id_}",
        reason=why[:1].upper() + why[1:] + ".",
    )


def _unsubscribed(facts: Facts, _id: UUID) -> Words:
    titles = {
        "unsubscribed": _("Unsubscribed from e-mail"),
        "bounced": _("E-mail to them bounced"),
        "spam": _("Marked an e-mail as spam"),
        "invalid": _("The address does not exist"),
    }
    href = f"/admin/deliveries/{facts['delivery']}" if facts["delivery"] else ""
    return Words("mail-x", titles.get(facts["reason"], str(facts["reason"])), _("No campaign e-mail goes there."), href)


def _opted_out(facts: Facts, _id: UUID) -> Words:
    title = _("Opted out of messages") if facts["reason"] == "opted_out" else _("The number takes no marketing")
    return Words("ban", title, facts["detail"] or "")


def _applied(facts: Facts, id_: UUID) -> Words:
    campaign = _("after the campaign {name}", name=facts["campaign"]) if facts["campaign"] else ""
    text = _joined(facts["course"], facts["batch"], campaign)
    return Words("clipboard-check", _("Applied"), text, f"/admin/applications/{id_}")


def _decided(facts: Facts, id_: UUID) -> Words:
    is_approved = facts["state"] == "approved"
    return Words(
        "graduation-cap" if is_approved else "user-x",
        _("Application approved") if is_approved else _("Application rejected"),
        _joined(facts["course"], facts["batch"] if is_approved else "", _by(facts)),
        f"/admin/applications/{id_}",
        reason=facts["reason"],
    )


def _enrolled(facts: Facts, id_: UUID) -> Words:
    states = {"completed": (_("Completed"), "sky"), "withdrawn": (_("Withdrawn"), "grey")}
    state, tone = states.get(facts["state"], ("", "grey"))
    hand = _("by hand") if facts["by_hand"] else ""
    text = _joined(facts["course"], facts["batch"], rupees(facts["paise"]) if facts["paise"] else "", hand)
    return Words("graduation-cap", _("Enrolled"), text, f"/admin/enrolments/{id_}", state, tone)


PAYMENT_STATES = {
    "due": ("Due", "amber"),
    "part_paid": ("Part paid", "amber"),
    "paid": ("Paid", "emerald"),
    "part_refunded": ("Part refunded", "grey"),
    "refunded": ("Refunded", "grey"),
    "cancelled": ("Cancelled", "grey"),
}


def _asked(facts: Facts, id_: UUID) -> Words:
    state, tone = PAYMENT_STATES.get(facts["state"], (facts["state"], "grey"))
    title = _("Asked for {amount}", amount=rupees(facts["paise"]))
    text = _joined(facts["purpose"], _("no. {number}", number=facts["number"]), _by(facts))
    return Words("indian-rupee", title, text, f"/admin/payments/{id_}", _(state), tone)


def _received(facts: Facts, _id: UUID) -> Words:
    title = _("Paid {amount}", amount=rupees(facts["paise"]))
    return Words(
        "indian-rupee", title, facts["purpose"], f"/admin/payments/{facts['payment']}", reason=facts["problem"]
    )


def _refund(facts: Facts, _id: UUID) -> Words:
    amount = rupees(facts["paise"])
    titles = {
        "asked": _("{amount} given back", amount=amount),
        "failed": _("Refund of {amount} refused", amount=amount),
    }
    title = titles.get(facts["state"], _("{amount} is being given back", amount=amount))
    text = _joined(facts["purpose"], _by(facts))
    return Words("indian-rupee", title, text, f"/admin/payments/{facts['payment']}", reason=facts["reason"])


ATTENDANCE_TONES = {"present": "emerald", "late": "amber", "absent": "rose", "watched": "sky", "ahead": "sky"}


def _class(facts: Facts, id_: UUID) -> Words:
    state = str(facts["state"])
    word = _("Running") if state == "ahead" else state_names()[state]
    minutes = _("{count} min there", count=round(facts["seconds"] / 60)) if facts["seconds"] else ""
    marked = _("marked by {name}", name=facts["by"]) if facts["by"] else ""
    text = _joined(facts["batch"], minutes, marked)
    title = _("Class: {title}", title=facts["title"])
    return Words("video", title, text, f"/admin/sessions/{id_}/attendance", word, ATTENDANCE_TONES[state])


def _watched(facts: Facts, id_: UUID) -> Words:
    title = _("Watched the recording of {title}", title=facts["title"])
    percent = _("{percent} % of it", percent=facts["percent"])
    return Words("clapperboard", title, _joined(facts["part"], percent), f"/admin/session-recordings/{id_}")


def _handed_in(facts: Facts, id_: UUID) -> Words:
    title = _("Handed in {title}", title=facts["title"])
    state = (_("Late"), "amber") if facts["is_late"] else ("", "grey")
    return Words("notebook-pen", title, "", f"/admin/assignments/{facts['assignment']}/submissions/{id_}", *state)


def _marked(facts: Facts, id_: UUID) -> Words:
    href = f"/admin/assignments/{facts['assignment']}/submissions/{id_}"
    if facts["score"] is None or facts["state"] == "returned":
        title = _("{title}: returned to be done again", title=facts["title"])
        return Words("undo-2", title, _by(facts), href, reason=facts["comment"])
    title = _("{title}: graded", title=facts["title"])
    score = _("{score} of {points} points", score=f"{facts['score']:g}", points=facts["points"])
    return Words("notebook-pen", title, _joined(score, _by(facts)), href, reason=facts["comment"])


def _extended(facts: Facts, id_: UUID) -> Words:
    title = _("Given more time for {title}", title=facts["title"])
    return Words("notebook-pen", title, _by(facts), f"/admin/assignments/{id_}", reason=facts["reason"])


STEP_STATES = {
    "skipped": ("Skipped", "grey"),
    "cancelled": ("Cancelled", "grey"),
    "failed": ("Failed", "rose"),
    "done": ("Done", "emerald"),
    "planned": ("Planned", "sky"),
    "running": ("Running", "sky"),
}


def _step(facts: Facts, _id: UUID) -> Words:
    state, tone = STEP_STATES[facts["state"]]
    name = step_name(facts["rule"] or facts["kind"])
    icon, about = "workflow" if facts["rule"] else "settings", facts["about"] or ""
    if held := why_held(facts.get("held") or ""):
        return Words(icon, name, about, "", _("Paused"), "amber", held)
    return Words(icon, name, about, "", _(state), tone, facts["reason"])


NOUN_PLACES = {
    "application": "/admin/applications/{}",
    "lead": "/admin/leads/{}",
    "payment": "/admin/payments/{}",
    "student": "/admin/students/{}",
}


def _audit(facts: Facts, _id: UUID) -> Words:
    details = facts["details"]
    told = [
        str(details[name])
        for name in ("amount", "course", "before", "after", "batch", "what", "channel")
        if details.get(name)
    ]
    place = NOUN_PLACES.get(facts["noun"], "").format(facts["subject"])
    text = _joined(" → ".join(told) if "after" in details else ", ".join(told), _by(facts))
    return Words("shield-check", sentence(facts["action"]), text, place, reason=str(details.get("reason") or ""))


def _next_class(facts: Facts, id_: UUID) -> Words:
    return Words("video", _("Class: {title}", title=facts["title"]), facts["batch"], f"/admin/sessions/{id_}")


def _deadline(facts: Facts, id_: UUID) -> Words:
    longer = _("with more time") if facts["is_longer"] else ""
    title = _("To hand in: {title}", title=facts["title"])
    return Words("notebook-pen", title, _joined(facts["batch"], longer), f"/admin/assignments/{id_}")


def _next_payment(facts: Facts, _id: UUID) -> Words:
    title = _("To pay: {amount}", amount=rupees(facts["paise"]))
    state = (_("Overdue"), "rose") if facts["is_overdue"] else ("", "grey")
    day = "" if facts["due_on"] else _("no day was set")
    text = _joined(facts["purpose"], day)
    return Words("indian-rupee", title, text, f"/admin/payments/{facts['payment']}", *state, reason=facts["reason"])


PAST: dict[str, Callable[[Facts, UUID], Words]] = {
    "lead": _lead,
    "found_again": _found_again,
    "delivery": _delivery,
    "message": _message,
    "left_out": _left_out,
    "unsubscribed": _unsubscribed,
    "opted_out": _opted_out,
    "applied": _applied,
    "decided": _decided,
    "enrolled": _enrolled,
    "asked": _asked,
    "received": _received,
    "refund": _refund,
    "class": _class,
    "watched": _watched,
    "handed_in": _handed_in,
    "marked": _marked,
    "extended": _extended,
    "step": _step,
    "audit": _audit,
}
AHEAD: dict[str, Callable[[Facts, UUID], Words]] = {
    "step": _step,
    "delivery": _delivery,
    "class": _next_class,
    "deadline": _deadline,
    "payment": _next_payment,
}
