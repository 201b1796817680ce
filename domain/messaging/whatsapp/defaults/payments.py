"""What is sent about payments."""

from domain.messaging.whatsapp.defaults.common import UTILITY
from domain.messaging.whatsapp.facts import TemplateFacts

PAYMENTS = (
    TemplateFacts(
        campaign="payment_link",
        title="Payment link",
        category="utility",
        body="Hi {{1}}, please pay {{2}} for {{3}} by {{4}}. The link below is yours alone.",
        labels=("First name", "Amount", "What for", "Due"),
        buttons=(("link", "Pay now"), ("reply", "I need more time")),
        price_paise=UTILITY,
    ),
    TemplateFacts(
        campaign="payment_ahead",
        title="Payment coming up",
        category="utility",
        body="Hi {{1}}, your payment of {{2}} for {{3}} is due on {{4}}. You can pay behind the button.",
        labels=("First name", "Amount", "Purpose", "Due"),
        buttons=(("link", "Pay now"),),
        price_paise=UTILITY,
    ),
    TemplateFacts(
        campaign="payment_reminder",
        title="Payment reminder",
        category="utility",
        body="Hi {{1}}, your payment of {{2}} for {{3}} was due on {{4}}. You can pay behind the button.",
        labels=("First name", "Amount", "Purpose", "Due"),
        buttons=(("link", "Pay now"),),
        price_paise=UTILITY,
    ),
    TemplateFacts(
        campaign="unpaid_reminder",
        title="Payment after approval",
        category="utility",
        body="Hi {{1}}, your place in {{2}} is kept for you. {{3}} is still to be paid. You can pay behind the button.",
        labels=("First name", "Course title", "Amount"),
        buttons=(("link", "Pay now"),),
        price_paise=UTILITY,
    ),
    TemplateFacts(
        campaign="payment_received",
        title="Payment received",
        category="utility",
        body="Thank you, {{1}}. We have received {{2}} for {{3}}. Your receipt is below.",
        labels=("First name", "Amount", "What for"),
        buttons=(("link", "See the receipt"),),
        price_paise=UTILITY,
    ),
)
