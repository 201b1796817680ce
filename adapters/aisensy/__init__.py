"""AiSensy: WhatsApp out over its campaign and project APIs, and what its webhook reports back."""

from adapters.aisensy.client import Account, account_of, client_for, harmless_request
from adapters.aisensy.whatsapp_sender import AiSensyWhatsAppSender

__all__ = ["Account", "AiSensyWhatsAppSender", "account_of", "client_for", "harmless_request"]
