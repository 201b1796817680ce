"""The signature of Instamojo's webhook: HMAC-SHA1 over the values of its form, keyed with the account's private salt."""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

MAX_FIELDS = 100


def fields_of(body: bytes) -> dict[str, str]:
    """Return the form's fields as they stand in the body, empty ones too; nothing when it is no form of single fields.

    A field given twice has no one meaning, and the signature, which covers no names, would not notice.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}


def mac_of(fields: Mapping[str, str], salt: str) -> str:
    """Return the signature: the values in the order of their names, whatever the case, joined with bars."""
    return _mac(sorted(_signed(fields), key=lambda pair: pair[0].lower()), salt)


def is_signed(body: bytes, salt: str) -> bool:
    """Say whether the raw form carries the signature of its values. Garbage and an empty salt are simply not signed.

    There is no time in it, so a body may be replayed: what it says is only a reason to ask Instamojo.
    """
    fields = fields_of(body)
    claimed = fields.get("mac", "").encode()
    # PHP's sample sorts names without their case, the Java client with it: the same for all fields known today.
    macs = [mac_of(fields, salt), _mac(sorted(_signed(fields)), salt)]
    matches = [hmac.compare_digest(claimed, mac.encode()) for mac in macs]
    return bool(salt) and any(matches)


def _signed(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields.items() if name != "mac"]


def _mac(pairs: list[tuple[str, str]], salt: str) -> str:
    return hmac.new(salt.encode(), "|".join(value for _, value in pairs).encode(), "sha1").hexdigest()
