"""The states of an e-mail as its provider reports them, by rank: events arrive late and twice, and never move one back."""

from typing import NamedTuple


class State(NamedTuple):
    name: str
    rank: int


SENDING = State("sending", 0)
SENT = State("sent", 10)

# The provider's event -> our state. Engagement ranks over delivery; trouble ranks over engagement.
BY_EVENT: dict[str, State] = {
    "processed": State("processed", 20),
    "deferred": State("deferred", 30),
    "delivered": State("delivered", 40),
    "open": State("opened", 50),
    "click": State("clicked", 60),
    "blocked": State("blocked", 70),
    "dropped": State("dropped", 75),
    "bounce": State("bounced", 75),
    "unsubscribe": State("unsubscribed", 80),
    "group_unsubscribe": State("unsubscribed", 80),
    "spamreport": State("spam", 90),
}

# The provider's event -> why nothing more of a campaign goes to that address.
SUPPRESSES = {
    "bounce": "bounced",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
    "spamreport": "spam",
}
# A dropped e-mail names the provider's own list; then ours must know, too.
DROPPED_FOR = {
    "Bounced Address": "bounced",
    "Unsubscribed Address": "unsubscribed",
    "Spam Reporting Address": "spam",
    "Invalid": "invalid",
}
