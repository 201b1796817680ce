"""What fills a rule's message at the last moment: links that name their delivery or carry a signature are kept nowhere."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from domain.automation.rules import RULES
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


def late_links(row: Row, ports: Ports) -> list[str]:
    """Return the ends of the link buttons of a claimed WhatsApp message, in their order.

    Its delivery holds what they are made of: a path as it is, or what is signed into one here, as its ``links`` say or, of
    what a rule writes itself, `Rule.links`.
    """
    rule = RULES.get(row.rule_key) if row.rule_key else None
    told = [str(one) for one in row.params.get("buttons", ())]
    names = row.params.get("links") or (rule.links if rule else ())
    return [_link(name, value, row, ports) for name, value in zip(names, told, strict=False)] or told


def _link(name: str, value: str, row: Row, ports: Ports) -> str:
    if name in SIGNED and value:
        return SIGNED[name][1](ports.secret, UUID(value)).removeprefix("/")
    if name == "receipt_id" and value:
        return f"{pay_path(ports.secret, row.subject_id)}/receipts/{value}".removeprefix("/")
    if name == "apply_path" and value:
        return f"{value}?t={tracking_token(ports.secret, row.id)}".removeprefix("/")
    return value.removeprefix("/")


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
