"""What fills a rule's message at the last moment: links that name their delivery or carry a signature are kept nowhere."""

from typing import Any
from uuid import UUID

from domain.automation.rules import RULES
from domain.automation.running import Ports
from domain.leads.tracking import tracking_token
from domain.payments.links import pay_path
from domain.work import Row

PATH, URL = "_path", "_url"


def late_links(row: Row, ports: Ports) -> list[str]:
    """Return the ends of the link buttons of a claimed WhatsApp message of a rule, in their order.

    Its delivery holds what `Rule.links` name: a path as it is, or the payment whose signed link is made here.
    """
    rule = RULES.get(row.rule_key)
    told = [str(one) for one in row.params.get("buttons", ())]
    names = rule.links if rule else ()
    return [_link(name, value, row, ports) for name, value in zip(names, told, strict=False)] or told


def _link(name: str, value: str, row: Row, ports: Ports) -> str:
    if name == "payment_id" and value:
        return pay_path(ports.secret, UUID(value)).removeprefix("/")
    if name == "apply_path" and value:
        return f"{value}?t={tracking_token(ports.secret, row.id)}".removeprefix("/")
    return value.removeprefix("/")


def late_values(row: Row, ports: Ports) -> dict[str, str]:
    """Return what fills the e-mail of one claimed delivery of a rule.

    Its params as they are; ``x_path`` becomes ``x_url`` with our address before it, ``payment_id`` the link to pay, and the
    link to apply says by which delivery somebody came.
    """
    values: dict[str, Any] = dict(row.params)
    filled = {name: str(value) for name, value in values.items() if not name.endswith((PATH, "_id"))}
    for name, value in values.items():
        if name.endswith(PATH) and value:
            filled[name.removesuffix(PATH) + URL] = f"{ports.base_url}{value}"
    if values.get("apply_path"):
        filled["apply_url"] += f"?t={tracking_token(ports.secret, row.id)}"
    if values.get("payment_id"):
        filled["pay_url"] = f"{ports.base_url}{pay_path(ports.secret, UUID(values['payment_id']))}"
    return filled
