"""The phones: what customers see in WhatsApp, and what they answer."""
