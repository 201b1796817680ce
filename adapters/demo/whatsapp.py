"""The logs of the demo's WhatsApp messages: what was said, and how far it came, as the provider would have told."""

from datetime import timedelta

from adapters.demo.story import Record, Story
from domain.messaging.whatsapp.defaults import DEFAULTS

READ, DELIVERED, FAILED = "read", "delivered", "failed"
AFTER = {"sent": timedelta(seconds=1), "delivered": timedelta(seconds=4), "read": timedelta(minutes=3)}
WAY = {READ: ("sent", "delivered", "read"), DELIVERED: ("sent", "delivered"), FAILED: ("sent",)}
RANKS = {READ: 50, DELIVERED: 40, FAILED: 30}
FAULT = ("later", 131000, "WhatsApp has a fault at the moment.")


def log_whatsapp(story: Story, message: Record, reached: str = READ) -> None:
    """Log a template message that was sent and came as far as ``reached``; nobody reads anything after the present."""
    template, params = DEFAULTS[message["template"]], message["params"]["params"]
    sent_at = message["sent_at"]
    if reached == READ and sent_at + AFTER["read"] > story.now:
        reached = DELIVERED
    told = {name: sent_at + AFTER[name] for name in WAY[reached]}
    if reached == FAILED:
        told["failed"] = sent_at + AFTER["delivered"]
    fault, code, reason = FAULT if reached == FAILED else ("", None, "")
    body = template.body
    for number, value in enumerate(params, 1):
        body = body.replace(f"{{{{{number}}}}}", str(value))
    story.add(
        "whatsapp_logs",
        delivery_id=message["id"],
        person_id=message["person_id"],
        to_phone=message["to_address"],
        campaign=message["template"],
        params=params,
        body=body,
        price_paise=float(template.price_paise),
        submitted_id=f"demo-{message['id']}",
        message_id=f"wamid.demo.{message['id'].hex[:20]}",
        state=reached,
        rank=RANKS[reached],
        fault=fault,
        code=code,
        reason=reason,
        history=[{"event": name, "at": at.isoformat()} for name, at in told.items()],
        submitted_at=sent_at,
        sent_at=told["sent"],
        delivered_at=told.get("delivered"),
        read_at=told.get("read"),
        failed_at=told.get("failed"),
        created_at=message["created_at"],
        updated_at=max(told.values()),
    )
