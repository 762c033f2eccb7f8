"""Known browsers: strangers who guess passwords do not slow down a browser that the person used before.

A browser keeps a token that the desk signed: an id of the browser, and the accounts that signed in
from it. The token grants no access; it only makes the browser's failures count separately.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from desk import clock

ALGORITHM = 'HS256'
KNOWN_FOR = timedelta(days=180)
MAX_ACCOUNTS = 20
"""The most people who share one computer; the least recent one is dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One browser, and the accounts that are known to it, latest first."""

    id: UUID
    accounts: tuple[UUID, ...]

    def knows(self, agent_id: UUID) -> bool:
        """Whether this account signed in from this browser before."""
        return agent_id in self.accounts


class Devices:
    """Signs and verifies the tokens of browsers."""

    def __init__(self, key: OctKey) -> None:
        self._key = key

    def device(self, token: str | None) -> Device | None:
        """Return the browser that a token names; ``None`` for a token that is forged or too old."""
        if not token:
            return None
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            now = int(clock.now().timestamp())
            jwt.JWTClaimsRegistry(
                now=now, exp={'essential': True}, device={'essential': True}
            ).validate(claims)
            accounts = tuple(UUID(one) for one in claims['accounts'])
            return Device(id=UUID(claims['device']), accounts=accounts)
        except (JoseError, ValueError, TypeError, AttributeError, KeyError):
            return None

    def token(self, device: Device | None, agent_id: UUID) -> str:
        """Return the token of a browser from which this account has just signed in."""
        others = [one for one in device.accounts if one != agent_id] if device else []
        claims = {
            'device': str(device.id if device else uuid4()),
            'accounts': _texts([agent_id, *others][:MAX_ACCOUNTS]),
            'exp': int((clock.now() + KNOWN_FOR).timestamp()),
        }
        return jwt.encode({'alg': ALGORITHM}, claims, self._key)


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(one) for one in ids]
