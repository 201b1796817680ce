"""What fills a rule's e-mail at the last moment: links that name their delivery or carry a signature are kept nowhere."""

from typing import Any
from uuid import UUID

from domain.automation.running import Ports
from domain.leads.tracking import tracking_token
from domain.payments.links import pay_path
from domain.work import Row

PATH, URL = "_path", "_url"


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
