"""The sandbox's signature on its event webhook, with a key that everybody can derive."""

from base64 import b64encode
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.sendgrid.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER

_KEY = ec.derive_private_key(int.from_bytes(sha256(b"sandbox-vector-1").digest(), "big"), ec.SECP256R1())


def signed_headers(body: bytes, timestamp: int) -> dict[str, str]:
    """Return the two headers that sign these bytes at this moment, in Unix seconds of real time."""
    signature = _KEY.sign(str(timestamp).encode() + body, ec.ECDSA(hashes.SHA256()))
    return {SIGNATURE_HEADER: b64encode(signature).decode(), TIMESTAMP_HEADER: str(timestamp)}
