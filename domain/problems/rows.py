"""How a row of the board reads, and what mends it: mostly one button; a link where there is something to choose."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.dashboard.kinds import email_name, place_of_step, step_name
from domain.integrations.states import TITLES
from domain.language import _, ngettext
from domain.payments.money import HOME_ZONE, rupees

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mend:
    """A button: ``act`` is what `mend_problem` is asked for, and ``confirm`` a question that is asked first."""

    act: str
    text: str
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A link to where it is mended."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One thing to mend. ``title`` leads to ``href``; ``person_id`` is whose page tells more, empty for nobody's."""

    id: str
    since: datetime
    title: str
    href: str
    text: str
    reason: str
    person_id: str
    mends: Sequence[Mend | Place]


def row_of(problem: str, row: Mapping[str, Any]) -> ProblemRow:
    """Return a row in words."""
    facts: Facts = row["facts"]
    title, href, text, mends = WORDS[problem](facts, row["id"])
    since, person = datetime.fromisoformat(row["since"]), str(facts.get("person") or "")
    return ProblemRow(row["id"], since, title, href, text, _reason(problem, facts), person, mends)


def problem_names() -> dict[str, tuple[str, str]]:
    """Return what each problem is called, and what it means."""
    return {
        "failed": (_("Messages that failed"), _("In the last 7 days, and not sent again since.")),
        "unknown": (_("Messages with an unknown end"), _("The connection broke: nobody knows whether they left.")),
        "not_enrolled": (
            _("Paid, but not enrolled"),
            _("Money was kept, and the person is in no batch of what it was for."),
        ),
        "flagged": (_("Payments that do not fit"), _("What came in is not what was asked for.")),
        "unpaid": (
            _("Enrolled, but unpaid"),
            _("Enrolled for more than 7 days, nothing was paid, and nobody has asked or reminded them lately."),
        ),
        "overdue": (_("Overdue payments"), _("The day by which they were to be paid is over.")),
        "meetings": (_("Classes without their meeting"), _("Zoom does not have them as it should.")),
        "recordings": (_("Classes without a recording"), _("Zoom has none, or could not tell.")),
        "unmatched": (_("Participants nobody could name"), _("Say who they were, so that their attendance counts.")),
        "steps": (_("Steps that failed or are stuck"), _("Failed in the last 7 days, or tried more than twice.")),
        "imports": (_("Imports that failed"), _("In the last 7 days.")),
        "waiting": (
            _("Applications that wait"),
            _("Sent in more than 2 days ago. To decide: approve into a batch, or turn down."),
        ),
        "rejected": (_("Webhooks turned away"), _("In the last day. They changed nothing.")),
    }


def _reason(problem: str, facts: Facts) -> str:
    if problem == "rejected":
        reasons = {
            "unsigned": _("Not signed with our secret, or too long ago."),
            "malformed": _("Signed, but not readable."),
        }
        return reasons.get(facts["reason"], str(facts["reason"]))
    return str(facts.get("reason") or "")


Said = tuple[str, str, str, Sequence[Mend | Place]]
CHANNELS = {"email": "E-mail", "whatsapp": "WhatsApp", "call": "Call"}


def _about(facts: Facts) -> str:
    about = f"{_(CHANNELS[facts['channel']])}: {email_name(facts['kind'])}"
    return f"{about} · {_('by the automation “{name}”', name=step_name(facts['rule']))}" if facts["rule"] else about


def _failed(facts: Facts, id_: str) -> Said:
    again = _("Call again") if facts["channel"] == "call" else _("Send again")
    return facts["name"], f"/admin/deliveries/{id_}", _about(facts), [Mend("retry", again)]


def _unknown(facts: Facts, id_: str) -> Said:
    arrived = Mend("arrived", _("It arrived"))
    if facts["channel"] == "whatsapp":  # cannot be asked about
        again = Mend("another", _("Send again"), _("They may get this message twice. Send it anyway?"))
        mends = [again, arrived]
    else:
        mends = [Mend("lookup", _("Look it up")), arrived]
    return facts["name"], f"/admin/deliveries/{id_}", _about(facts), mends


def _not_enrolled(facts: Facts, id_: str) -> Said:
    href = f"/admin/payments/{id_}"
    text = f"{rupees(facts['paise'])} · {facts['purpose']}"
    return facts["name"], href, text, [_enrolling(facts, href)]


def _enrolling(facts: Facts, href: str) -> Mend | Place:
    withdrawn, application = facts["withdrawn"], facts["application"]
    if withdrawn:
        return Mend("restore", _("Enrol again in {batch}", batch=withdrawn["batch"]))
    if application and application["status"] == "new":
        if application["batch"]:
            return Mend("approve", _("Approve into {batch}", batch=application["batch"]))
        return Place(f"/admin/applications/{application['id']}", _("Choose a batch"))
    if facts["is_student"]:
        return Place(f"/admin/students/{facts['person']}/enrolments/new", _("Choose a batch"))
    return Place(href, _("Look at the payment"))


def _flagged(facts: Facts, _id: str) -> Said:
    href = f"/admin/payments/{facts['payment']}" if facts["payment"] else "/admin/payments/flagged"
    text = facts["name"] or _("Nobody's we know")
    noted = Mend("resolve", _("Note as dealt with"), _("Is this payment dealt with?"))
    return rupees(facts["paise"]), href, text, [Place("/admin/payments/flagged", _("Look at it")), noted]


def _unpaid(facts: Facts, _id: str) -> Said:
    asked, href = facts["asked"], f"/admin/people/{facts['person']}"
    amount = rupees(facts["paise"])
    text = f"{amount} · {facts['batch']}"
    if asked is None:
        question = _("Ask {name} for {amount}? They get the payment link.", name=facts["name"], amount=amount)
        return facts["name"], href, text, [Mend("ask", _("Ask for {amount}", amount=amount), question)]
    return facts["name"], href, text, [_asking_again(asked, f"/admin/payments/{asked['id']}")]


def _asking_again(asked: Facts, href: str) -> Mend | Place:
    if asked["is_open"]:
        return Mend("link", _("Send a reminder"))
    if asked["lacks_link"]:
        return Mend("make", _("Make the link and send it"))
    return Place(href, _("The link is being made: look at it"))


def _overdue(facts: Facts, id_: str) -> Said:
    href = f"/admin/payments/{id_}"
    text = f"{rupees(facts['paise'])} · {facts['purpose']}"
    if facts["reminded_at"]:
        last = datetime.fromisoformat(facts["reminded_at"]).astimezone(HOME_ZONE)
        text = f"{text} · {_('link last sent on {day}', day=last.strftime('%-d %b %Y'))}"
    return facts["name"], href, text, [_asking_again(facts, href)]


def _meetings(facts: Facts, id_: str) -> Said:
    act = Mend("remake", _("Make it again")) if facts["zoom_state"] == "missing" else Mend("retry", _("Try again"))
    return facts["title"], f"/admin/sessions/{id_}", facts["batch"], [act]


def _recordings(facts: Facts, id_: str) -> Said:
    href = f"/admin/sessions/{id_}/recordings"
    sync = Mend("sync", _("Ask Zoom again")) if facts["has_meeting"] else Place(f"{href}/new", _("Add one"))
    return facts["title"], href, facts["batch"], [sync]


def _unmatched(facts: Facts, id_: str) -> Said:
    href = f"/admin/sessions/{id_}/attendance"
    choose = Place(href, _("Say who they were"))
    if not (plain := facts["plain"]):
        return facts["title"], href, facts["batch"], [choose]
    question = _("Was “{shown}” {name}? Their attendance counts then.", shown=plain["shown"], name=plain["name"])
    one = Mend(f"match.{plain['stay']}.{plain['person']}", _("It was {name}", name=plain["name"]), question)
    text = _("{batch} · “{shown}” was there", batch=facts["batch"], shown=plain["shown"])
    return facts["title"], href, text, [one, choose]


def _steps(facts: Facts, _id: str) -> Said:
    tries = ngettext("{count} try", "{count} tries", facts["attempt"]) if facts["attempt"] > 1 else ""
    href = f"/admin/people/{facts['person']}" if facts["rule"] else place_of_step(facts["kind"], facts["subject"])
    text = " · ".join(word for word in (facts["name"], tries) if word)
    act = Mend("retry", _("Try again")) if facts["state"] == "failed" else Mend("now", _("Try it now"))
    return step_name(facts["rule"] or facts["kind"]), href, text, [act]


def _imports(facts: Facts, id_: str) -> Said:
    href = f"/admin/imports/{id_}"
    return facts["file"], href, "", [Mend("check", _("Check it again")), Place(href, _("Open"))]


def _waiting(facts: Facts, id_: str) -> Said:
    href = f"/admin/applications/{id_}"
    return facts["name"], href, facts["course"], [Place(href, _("Decide"))]


def _rejected(facts: Facts, _id: str) -> Said:
    href = f"/admin/integrations/{facts['provider']}"
    text = ngettext("{count} webhook", "{count} webhooks", facts["count"])
    mends: list[Mend | Place] = [Place(href, _("Check its secret")), Mend("seen", _("Note as seen"))]
    return TITLES.get(facts["provider"], str(facts["provider"])), href, text, mends


WORDS: dict[str, Callable[[Facts, str], Said]] = {
    "failed": _failed,
    "unknown": _unknown,
    "not_enrolled": _not_enrolled,
    "flagged": _flagged,
    "unpaid": _unpaid,
    "overdue": _overdue,
    "meetings": _meetings,
    "recordings": _recordings,
    "unmatched": _unmatched,
    "steps": _steps,
    "imports": _imports,
    "waiting": _waiting,
    "rejected": _rejected,
}
