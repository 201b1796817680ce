"""The states of a WhatsApp message by rank. A delivery proves a failure wrong that was reported before or after it."""

from domain.messaging.states import State

BY_STATUS = {
    "sent": State("sent", 20),
    "failed": State("failed", 30),
    "delivered": State("delivered", 40),
    "read": State("read", 50),
}
