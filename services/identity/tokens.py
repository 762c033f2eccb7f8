"""Checks what the provider signs: ID tokens (OpenID Connect Core §3.1.3.7) and logout tokens (Back-Channel Logout §2.6).

The algorithms are a list of ours, whatever a token or the provider names; none of them takes a shared secret.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # it has no stubs
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from desk import clock
from desk.errors import NotSignedInError

ALGORITHMS = ('RS256', 'PS256', 'ES256', 'ES384', 'EdDSA')
SKEW_SECONDS = 60
"""How far the provider's clock may be from ours."""
LOGOUT_WITHIN_SECONDS = 120
"""How old a logout token may be that has no end of its own."""
LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'


class Keys(Protocol):
    """The provider's public keys."""

    async def keys(self, *, anew: bool = False) -> KeySet:
        """Return the keys; ``anew``: not those that were read before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom tokens have to come from, and whom they have to be for."""

    issuer: str
    client_id: str


class SignedTokens:
    """Reads signed tokens, with keys that the provider may change at any time."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def id_claims(
        self, token: str, audience: Audience, *, nonce: str | None, access_token: str | None = None
    ) -> dict[str, Any]:
        """Return the claims of an ID token.

        ``nonce`` is what this browser's sign-in asked for; none for a token that came with a refresh, which has none.

        Raises ``NotSignedInError`` for a token that is not right in every way.
        """
        header, claims = await self._verified(token)
        params = {'client_id': audience.client_id, 'nonce': nonce, 'access_token': access_token}
        try:
            checked = CodeIDToken(claims, header, options=_options(audience), params=params)
            checked.validate(now=int(clock.now().timestamp()), leeway=SKEW_SECONDS)
        except (JoseError, TypeError, ValueError) as error:
            raise NotSignedInError('sso.refused') from error
        return claims

    async def logout_claims(self, token: str, audience: Audience) -> dict[str, Any]:
        """Return the claims of a logout token. Raises ``NotSignedInError`` for one that is not right in every way."""
        _, claims = await self._verified(token)
        now = int(clock.now().timestamp())
        options: Any = _options(audience) | {'iat': {'essential': True}}
        options.pop('exp')
        try:
            jwt.JWTClaimsRegistry(now=now, leeway=SKEW_SECONDS, **options).validate(claims)
        except (JoseError, TypeError, ValueError) as error:
            raise NotSignedInError('sso.refused') from error
        events = claims.get('events')
        is_logout = isinstance(events, Mapping) and isinstance(events.get(LOGOUT_EVENT), Mapping)
        names_somebody = any(isinstance(claims.get(name), str) for name in ('sub', 'sid'))
        is_old = claims['iat'] < now - LOGOUT_WITHIN_SECONDS
        if not is_logout or not names_somebody or is_old or 'nonce' in claims:
            raise NotSignedInError('sso.refused')
        return claims

    async def _verified(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return header and claims of a token with a right signature; keys that changed are read again, once."""
        for anew in (False, True):
            found = _tried(token, (await self._keys.keys(anew=anew)).keys)
            if found is not None:
                return found
        raise NotSignedInError('sso.refused')


def _options(audience: Audience) -> dict[str, Any]:
    return {
        'iss': {'essential': True, 'value': audience.issuer},
        'aud': {'essential': True, 'value': audience.client_id},
        'exp': {'essential': True},
    }


def _tried(token: str, keys: Sequence[Key]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    try:
        header = dict(jws.extract_compact(token.encode()).headers())
    except (JoseError, ValueError, TypeError):
        return None
    wanted = header.get('kid')
    for key in keys:
        if wanted is not None and key.kid != wanted:
            continue
        try:
            read = jwt.decode(token, key, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, TypeError):
            continue
        return dict(read.header), dict(read.claims)
    return None
