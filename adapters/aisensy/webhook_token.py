"""What proves a webhook of AiSensy's besides its signature: a secret in the address, and the handshake of Meta's.

Plans were seen whose dashboard offers no secret, and whose webhooks come unsigned: those post to an address that ends in
AISENSY_WEBHOOK_TOKEN. Without that setting nothing unsigned is believed.
"""

import hmac

from adapters.aisensy.client import webhook_secret
from adapters.aisensy.signature import is_signed
from adapters.settings import Settings


def webhook_token(settings: Settings) -> str:
    """Return the secret that may end the webhook's address; empty where unsigned webhooks are not taken."""
    return settings.credential("AISENSY_WEBHOOK_TOKEN", "aisensy")


def webhook_path(settings: Settings) -> str:
    """Return the path for webhooks that are not signed, its secret included: never to be logged. Empty without one."""
    token = webhook_token(settings)
    return f"/webhooks/aisensy/{token}" if token else ""


def is_genuine(settings: Settings, token: str, signature: str, body: bytes) -> bool:
    """Say whether a post is AiSensy's. A signature counts where there is one; the address alone where there is none.

    ``token`` is what ended the address, ``signature`` what the headers held; each may be empty.
    """
    secret = webhook_secret(settings)
    if token and not _same(webhook_token(settings), token):
        return False
    if token and (not signature or not secret):
        return True
    return is_signed(secret, signature, body)


def may_look(settings: Settings, token: str) -> bool:
    """Say whether this address is ours: it is asked for when it is saved, and nothing is proved by that."""
    return not token or _same(webhook_token(settings), token)


def knows_us(settings: Settings, verify_token: str) -> bool:
    """Say whether a handshake names what only we and the account know: the shared secret, or the address's token."""
    return _same(webhook_secret(settings), verify_token) or _same(webhook_token(settings), verify_token)


def _same(ours: str, given: str) -> bool:
    return bool(ours) and hmac.compare_digest(ours.encode(), given.encode("utf-8", "surrogatepass"))
