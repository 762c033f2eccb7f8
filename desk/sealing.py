"""Encrypts texts that the desk must be able to read again: secrets in a table, and state in a cookie.

Compact JWE with a direct 256-bit key and A256GCM (RFC 7516, RFC 7518 §4.5 and §5.3), by joserfc, which already makes
the desk's tokens. A key is derived from ``JWT_SECRET_KEY`` for one purpose and one owner: a text that is copied to
another row or used for another purpose cannot be opened there (decision 0036).
"""

import hmac

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEADER = {'alg': 'dir', 'enc': 'A256GCM'}


class Sealer:
    """Encrypts and marks texts for one purpose."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = hmac.digest(secret.encode(), f'sealing {purpose}'.encode(), 'sha256')

    def sealed(self, text: str, owner: str = '') -> str:
        """Return the text encrypted for its owner; each time another."""
        return jwe.encrypt_compact(dict(_HEADER), text.encode(), self._key_of(owner))

    def opened(self, sealed: str, owner: str = '') -> str | None:
        """Return the text; none for one that was changed, or sealed for another purpose or owner."""
        try:
            found = jwe.decrypt_compact(
                sealed, self._key_of(owner), algorithms=list(_HEADER.values())
            )
        except (JoseError, ValueError, TypeError):
            return None
        return found.plaintext.decode() if found.plaintext is not None else None

    def mark(self, text: str, owner: str = '') -> str:
        """Return the keyed hash of a text, in hex: for short secrets, which a plain hash would give away."""
        return hmac.digest(self._derived(f'mark {owner}'), text.encode(), 'sha256').hex()

    def _key_of(self, owner: str) -> OctKey:
        return OctKey.import_key(self._derived(f'owner {owner}'))

    def _derived(self, name: str) -> bytes:
        return hmac.digest(self._key, name.encode(), 'sha256')
