"""What fills a rule's message at the last moment: links that name their delivery or carry a signature are kept nowhere."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from domain.automation.running import Ports
from domain.leads.tracking import tracking_token
from domain.payments.links import pay_path
from domain.sessions.feedback_links import feedback_path
from domain.work import Row

PATH, URL = "_path", "_url"
# Params that are signed into a path: the variable it fills, and how.
SIGNED: dict[str, tuple[str, Callable[[bytes, UUID], str]]] = {
    "payment_id": ("pay_url", pay_path),
    "feedback_id": ("feedback_url", feedback_path),
}


def late_values(row: Row, ports: Ports) -> dict[str, str]:
    """Return what fills the e-mail of one claimed delivery of a rule.

    Its params as they are; ``x_path`` becomes ``x_url`` with our address before it, ``payment_id`` the link to pay,
    ``feedback_id`` the way to say how a class was, and the link to apply says by which delivery somebody came.
    """
    values: dict[str, Any] = dict(row.params)
    filled = {name: str(value) for name, value in values.items() if not name.endswith((PATH, "_id"))}
    for name, value in values.items():
        if name.endswith(PATH) and value:
            filled[name.removesuffix(PATH) + URL] = f"{ports.base_url}{value}"
    if values.get("apply_path"):
        filled["apply_url"] += f"?t={tracking_token(ports.secret, row.id)}"
    for name, (variable, path_of) in SIGNED.items():
        if values.get(name):
            filled[variable] = f"{ports.base_url}{path_of(ports.secret, UUID(values[name]))}"
    return filled


def with_late_links(row: Row, ports: Ports) -> Row:
    """Return a claimed WhatsApp delivery of a rule with the links of its buttons, where they are signed."""
    buttons = [_signed(str(one), ports) for one in row.params.get("buttons", ())]
    changed: Row = row._replace(params=row.params | {"buttons": buttons}) if buttons else row
    return changed


def _signed(button: str, ports: Ports) -> str:
    name, _colon, value = button.partition(":")
    return SIGNED[name][1](ports.secret, UUID(value)).lstrip("/") if name in SIGNED else button
