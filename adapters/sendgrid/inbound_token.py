"""The secret in the address of the inbound parse.

SendGrid signs nothing there unless a security policy is attached to the setting, so the address itself is the secret:
https://our.host/webhooks/sendgrid/inbound/TOKEN.
"""

import hashlib
import hmac

from adapters.settings import Settings


def inbound_token(settings: Settings) -> str:
    """Return the token of the settings, or the one that follows from our secret key."""
    if settings.sendgrid_inbound_token:
        return settings.sendgrid_inbound_token.get_secret_value()
    return hmac.new(settings.secret, b"sendgrid inbound parse", hashlib.sha256).hexdigest()[:40]


def inbound_path(settings: Settings) -> str:
    """Return the path that SendGrid is to post to."""
    return f"/webhooks/sendgrid/inbound/{inbound_token(settings)}"


def is_inbound_token(settings: Settings, given: str) -> bool:
    """Say whether the token in the address is ours. Takes as long for any guess."""
    return hmac.compare_digest(inbound_token(settings).encode(), given.encode("utf-8", "surrogatepass"))
