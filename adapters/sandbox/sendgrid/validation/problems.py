"""What SendGrid finds wrong with a request, in its own words and its own shape."""

from typing import Any

HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html"
_TYPES = {dict: "object", list: "array", str: "string", int: "integer", bool: "boolean", float: "number"}


class Problems:
    """Collects every error of one request; ``errors`` is what goes on the wire."""

    def __init__(self) -> None:
        self.errors: list[dict[str, str | None]] = []

    def add(self, field: str, message: str, anchor: str | None = None) -> None:
        """Add an error; the help page's anchor follows the field unless the reference gives another."""
        self.errors.append({"message": message, "field": field, "help": HELP + (anchor or _anchor(field))})

    def bad_request(self) -> None:
        """Add the bare error SendGrid gives where it does not say what is wrong."""
        self.errors.append({"message": "Bad Request", "field": None, "help": None})

    def is_a(self, value: Any, wanted: type, field: str) -> bool:
        """Say whether the value has the JSON type; add an error when not. True and false are no integers."""
        if type(value) is wanted:
            return True
        self.add(field, f"Invalid type. Expected: {_TYPES[wanted]}, given: {json_type(value)}.")
        return False

    def strings(self, value: Any, field: str) -> bool:
        """Say whether the value is an object of strings; add an error when not."""
        if not self.is_a(value, dict, field):
            return False
        wrong = [key for key, item in value.items() if type(item) is not str]
        for key in wrong:
            self.add(field, f"Invalid type. Expected: string, given: {json_type(value[key])}.")
        return not wrong


def json_type(value: Any) -> str:
    """Return JSON's name of the value's type."""
    return "null" if value is None else _TYPES.get(type(value), "object")


def _anchor(field: str) -> str:
    return "#message." + ".".join(part for part in field.split(".") if not part.isdigit())
