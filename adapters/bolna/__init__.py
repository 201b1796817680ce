"""Bolna: voice calls by an agent that speaks, and what its webhook hints at."""

from adapters.bolna.client import client_for, webhook_path, webhook_token
from adapters.bolna.voice_caller import BolnaVoiceCaller

__all__ = ["BolnaVoiceCaller", "client_for", "webhook_path", "webhook_token"]
