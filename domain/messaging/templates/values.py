"""What fills the variables of a text: made of what a delivery holds, which is kept short and free of secrets."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.language import _, ngettext

Given = Mapping[str, Any]

# Pages of ours that everybody may be sent to.
PAGES = {
    "courses_url": "/",
    "sign_in_url": "/sign-in",
    "forgot_password_url": "/forgot-password",
    "schedule_url": "/student/schedule",
}
# What a delivery names as a path of ours.
PATHS = {"class_url": "class_path", "join_url": "join_path", "assignment_url": "path"}


def values_of(key: str, given: Given, base_url: str) -> dict[str, str]:
    """Return the values for the text of that key; what is given already under the variable's own name stays.

    What was tried out holds them as they are.
    """
    if "text_key" in given:
        return {name: _written(value) for name, value in given.items()}
    made = {name: f"{base_url}{path}" for name, path in PAGES.items()}
    made |= {name: f"{base_url}{given[path]}" for name, path in PATHS.items() if given.get(path)}
    made |= {"subject_name": _subject_name(given)}
    if key in MADE:
        made |= MADE[key](given)
    return made | {name: _written(value) for name, value in given.items() if name not in MADE_ANEW.get(key, ())}


def _written(value: object) -> str:
    return "" if value is None else str(value)


def _subject_name(given: Given) -> str:
    """Return the first name and a comma, as a subject begins with; nothing for who has no name."""
    name = str(given.get("first_name", ""))
    return "" if given.get("is_nameless") or not name or name == _("there") else f"{name}, "


def _welcome(given: Given) -> dict[str, str]:
    """Return what is said of the course and its classes ahead: nothing where none is known."""
    made, count = _classes_ahead(given), given.get("count", "")
    file = _("Ahead of you: {count}. Open the file that is attached to have it all in your calendar.", count=count)
    about = {"course_summary": "", "calendar": file if made["classes"] else ""}
    return about | {"classes": made["classes"], "more": made["more"]}


def _enrolled(given: Given) -> dict[str, str]:
    classes = _welcome(given)
    about = {"course_title": given["course_title"], "batch_name": given["batch_name"]}
    if given.get("by_hand"):
        return {"opening": _("You are enrolled in: {course_title}, {batch_name}.", **about)} | classes
    accepted = _("Good news: your application is accepted. You are in: {course_title}, {batch_name}.", **about)
    return {"opening": accepted} | classes


def _payment_link(given: Given) -> dict[str, str]:
    parts = int(given.get("parts") or 0)
    return {
        "pay_url": str(given.get("link", "")),
        "parts": ngettext("{count} part", "{count} parts", parts) if parts else "",
    }


def _payment_received(given: Given) -> dict[str, str]:
    return {
        "receipt_url": str(given.get("receipt_link", "")),
        "rest_url": str(given.get("link", "")) if given.get("left") else "",
    }


def _class_changed(given: Given) -> dict[str, str]:
    is_moved = bool(given.get("is_moved"))
    was = _("It was to be on {when}.", when=given["was"]) if is_moved and given.get("was") else ""
    return {"change": _("Moved") if is_moved else _("Changed"), "was": was}


def _classes_ahead(given: Given) -> dict[str, str]:
    classes: Sequence[tuple[str, str]] = given.get("classes", ())
    more = int(given.get("more") or 0)
    return {
        "course_title": str(given.get("course", "")),
        "classes": "\n".join(f"{title}: {at}" for title, at in classes),
        "more": _("And {count} more.", count=more) if more else "",
    }


def _submission_receipt(given: Given) -> dict[str, str]:
    return {"late": _("Marked as late") if given.get("late") else ""}


def _submission_marked(given: Given) -> dict[str, str]:
    about = {"title": given["title"], "course": given["course"]}
    if given.get("points"):
        return {"outcome": _("Graded"), "result": _("{title} ({course}) is graded.", **about)}
    return {"outcome": _("To be done again"), "result": _("Please do {title} ({course}) again.", **about)}


MADE: Mapping[str, Callable[[Given], dict[str, str]]] = {
    "welcome": _welcome,
    "enrolled": _enrolled,
    "payment_link": _payment_link,
    "payment_received": _payment_received,
    "class_changed": _class_changed,
    "classes_ahead": _classes_ahead,
    "classes_left": _classes_ahead,
    "submission_receipt": _submission_receipt,
    "submission_marked": _submission_marked,
}
# A delivery holds under these names what the text says in words.
MADE_ANEW: Mapping[str, Sequence[str]] = {
    "welcome": ("classes", "more"),
    "enrolled": ("classes", "more"),
    "payment_link": ("parts",),
    "class_changed": ("was",),
    "classes_ahead": ("classes", "more"),
    "classes_left": ("classes", "more"),
    "submission_receipt": ("late",),
}
