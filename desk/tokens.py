"""Secrets that a person or a browser holds: random, and stored only as a hash."""

import base64
import binascii
import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
SEAL_BYTES = 16
"""128 bits of HMAC-SHA-256 (RFC 2104 §5 asks for half of its 256 at least)."""

SEALED_CHARS = (TOKEN_BYTES + SEAL_BYTES) * 4 // 3
"""In base64, without padding: three bytes are four letters, and nothing is left over."""


def new_token() -> str:
    """Return a token for one chat: 256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> str:
    """Return what is stored of a token: SHA-256 as hex. Tokens are long and random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class TokenSeal:
    """Tokens that are known as ours, without being kept: 256 random bits and a seal that only the desk can make."""

    def __init__(self, secret: str, purpose: str) -> None:
        """Take note of the secret; tokens for one purpose are none for another."""
        self._key = hmac.digest(secret.encode(), purpose.encode(), 'sha256')

    def new(self) -> str:
        """Return a token, in URL-safe base64."""
        return self.sealed(secrets.token_bytes(TOKEN_BYTES))

    def sealed(self, bits: bytes) -> str:
        """Return the token of these ``TOKEN_BYTES`` bytes: the same at every try, for who must come back to it."""
        return base64.urlsafe_b64encode(bits + self._seal(bits)).decode()

    def made(self, token: str) -> bool:
        """Whether a token is one of ours, in the one spelling that we give it."""
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
