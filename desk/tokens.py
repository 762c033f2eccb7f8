"""Secret tokens that a person or a browser holds: random, and stored only as a hash."""

import base64
import binascii
import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
SEAL_BYTES = 16
"""128 bits of HMAC-SHA-256 (RFC 2104 §5 asks for half of its 256 at least)."""

SEALED_CHARS = (TOKEN_BYTES + SEAL_BYTES) * 4 // 3
"""The length in base64 without padding: three bytes become four characters, with no remainder."""


def new_token() -> str:
    """Return a token for one chat: 256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> str:
    """Return the stored form of a token: SHA-256 in hex. Tokens are long and random, so they need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


class TokenSeal:
    """Tokens that the desk recognises without storing them: 256 random bits and their HMAC."""

    def __init__(self, secret: str, purpose: str) -> None:
        """Derive the key; a token made for one purpose is invalid for another."""
        self._key = hmac.digest(secret.encode(), purpose.encode(), 'sha256')

    def new(self) -> str:
        """Return a token, in URL-safe base64."""
        return self.sealed(secrets.token_bytes(TOKEN_BYTES))

    def sealed(self, bits: bytes) -> str:
        """Return the token for these ``TOKEN_BYTES`` bytes: always the same, for callers that need it again."""
        return base64.urlsafe_b64encode(bits + self._seal(bits)).decode()

    def is_genuine(self, token: str) -> bool:
        """Whether the desk made this token, in the one spelling it uses."""
        if len(token) != SEALED_CHARS:
            return False
        try:
            whole = base64.b64decode(token.encode('ascii'), altchars=b'-_', validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return False
        bits, seal = whole[:TOKEN_BYTES], whole[TOKEN_BYTES:]
        return hmac.compare_digest(seal, self._seal(bits))

    def _seal(self, bits: bytes) -> bytes:
        return hmac.digest(self._key, bits, 'sha256')[:SEAL_BYTES]
