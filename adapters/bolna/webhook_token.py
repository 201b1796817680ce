"""The secret in the webhook's address: all there is to tell Bolna's posts from others'."""

import hmac


def is_token(token: str, given: str) -> bool:
    """Say whether the token in the address is ours; without one of ours, none is. Takes as long for any guess."""
    return bool(token) and hmac.compare_digest(token.encode(), given.encode("utf-8", "surrogatepass"))
