"""The WhatsApp templates a business starts with, as migrations have put them there. A real account is given the same."""

from collections.abc import Mapping

from domain.messaging.whatsapp.defaults.assignments import ASSIGNMENTS
from domain.messaging.whatsapp.defaults.classes import CLASSES
from domain.messaging.whatsapp.defaults.joining import JOINING
from domain.messaging.whatsapp.defaults.leads import LEADS
from domain.messaging.whatsapp.defaults.payments import PAYMENTS
from domain.messaging.whatsapp.facts import TemplateFacts

DEFAULTS: Mapping[str, TemplateFacts] = {
    facts.campaign: facts for facts in (*LEADS, *JOINING, *PAYMENTS, *CLASSES, *ASSIGNMENTS)
}
