"""The provider's endpoints: discovery, keys, tokens, userinfo. Over HTTP, asynchronous, with time limits.

Authlib builds the requests (PKCE, client authentication) and reads the provider's description; httpx sends. A provider
that fails several times in a row is left alone for a while (``services.aws.breaker``), so that nobody waits for it.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import structlog
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]  # it has no stubs
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]  # it has no stubs
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url  # type: ignore[import-untyped]  # it has no stubs
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from desk.errors import ConflictError, NotSignedInError, UpstreamError
from services.aws.breaker import CircuitBreaker

log = structlog.get_logger()

CONNECT_SECONDS, READ_SECONDS = 2.0, 5.0
DEADLINE_SECONDS = 8.0
DESCRIPTION_SECONDS = 600.0
"""How long the provider's description and keys are used before they are read again."""
NEW_KEYS_SECONDS = 10.0
"""Forged tokens make the desk read the keys again no more often than this."""
SCOPES = 'openid profile email'
LOOPBACK = frozenset({'127.0.0.1', '::1', 'localhost'})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPlace:
    """The provider's address, and who the desk is to it."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str = SCOPES


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the token endpoint gave; each may be empty but the access token."""

    access: str
    refresh: str = ''
    id: str = ''


class Provider:
    """One provider. Opens nothing before the first request."""

    def __init__(self, place: ProviderPlace) -> None:
        self.place = place
        self._breaker = CircuitBreaker(key='sso.away')
        self._http: httpx.AsyncClient | None = None
        self._description: OpenIDProviderMetadata | None = None
        self._description_until = 0.0
        self._keys: KeySet | None = None
        self._keys_at = 0.0
        self._reading = asyncio.Lock()
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()

    async def description(self) -> OpenIDProviderMetadata:
        """Return the provider's description of itself. Raises ``UpstreamError``."""
        async with self._reading:
            if self._description is None or time.monotonic() > self._description_until:
                address = get_well_known_url(self.place.issuer, external=True)
                read = OpenIDProviderMetadata(await self._json('GET', address))
                self._check(read)
                self._description = read
                self._description_until = time.monotonic() + DESCRIPTION_SECONDS
            return self._description

    async def keys(self, *, anew: bool = False) -> KeySet:
        """Return the keys that the provider signs with. Raises ``UpstreamError``."""
        address = (await self.description())['jwks_uri']
        age = time.monotonic() - self._keys_at
        if self._keys is None or age > (NEW_KEYS_SECONDS if anew else DESCRIPTION_SECONDS):
            try:
                self._keys = KeySet.import_key_set(await self._json('GET', address))  # type: ignore[arg-type]  # checked by it
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise UpstreamError('sso.away') from error
            self._keys_at = time.monotonic()
        return self._keys

    async def probe(self) -> None:
        """Read the description and the keys anew, for who wants to know what is wrong; nothing that is kept changes.

        Raises:
            UpstreamError: the provider does not answer.
            NotSignedInError: it answers that there is no description, or are no keys.
            ConflictError: it describes another issuer, or its description or keys cannot be used.
        """
        address = get_well_known_url(self.place.issuer, external=True)
        try:
            read = OpenIDProviderMetadata(await self._json('GET', address))
        except UpstreamError as error:
            if isinstance(error.__cause__, ValueError):  # a page of some other server
                raise ConflictError('sso.refused') from error
            raise
        if not self._is_usable(read):
            raise ConflictError('sso.refused')
        found = await self._json('GET', read['jwks_uri'])
        try:
            KeySet.import_key_set(found)  # type: ignore[arg-type]  # checked by it
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ConflictError('sso.refused') from error

    async def authorization_address(
        self, *, callback: str, state: str, nonce: str, verifier: str
    ) -> str:
        """Return where the browser is sent to sign in. Raises ``UpstreamError``."""
        client = OAuth2Client(
            None, self.place.client_id, scope=self.place.scopes, redirect_uri=callback,
            code_challenge_method='S256',
        )  # fmt: skip
        address, _ = client.create_authorization_url(
            (await self.description())['authorization_endpoint'],
            state=state, code_verifier=verifier, nonce=nonce,
        )  # fmt: skip
        return str(address)

    async def exchange(self, code: str, *, callback: str, verifier: str) -> Tokens:
        """Return the tokens for a code. Raises ``NotSignedInError`` when it is refused, ``UpstreamError``."""
        return await self._tokens(
            {
                'grant_type': 'authorization_code',
                'code': code,
                'redirect_uri': callback,
                'code_verifier': verifier,
            }
        )

    async def refreshed(self, refresh_token: str) -> Tokens:
        """Return new tokens. Raises ``NotSignedInError`` when it is refused: the person is out. ``UpstreamError``."""
        return await self._tokens({'grant_type': 'refresh_token', 'refresh_token': refresh_token})

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        """Return what the provider says of a person now. Raises as ``refreshed``; empty if it has no such endpoint."""
        address = (await self.description()).get('userinfo_endpoint')
        if not address:
            return {}
        return await self._json('GET', address, headers={'Authorization': f'Bearer {access_token}'})

    async def end_session_address(self, id_token: str, *, back: str) -> str | None:
        """Return where the browser ends the provider's session (RP-Initiated Logout); none where it cannot."""
        address = (await self.description()).get('end_session_endpoint')
        if not address:
            return None
        query = {'client_id': self.place.client_id, 'post_logout_redirect_uri': back}
        if id_token:
            query['id_token_hint'] = id_token
        return f'{address}{"&" if "?" in address else "?"}{urlencode(query)}'

    async def _tokens(self, fields: dict[str, str]) -> Tokens:
        description = await self.description()
        supported = description.get('token_endpoint_auth_methods_supported') or []
        is_posted = 'client_secret_post' in supported and 'client_secret_basic' not in supported
        auth = ClientAuth(
            self.place.client_id, self.place.client_secret,
            'client_secret_post' if is_posted else 'client_secret_basic',
        )  # fmt: skip
        headers = {'Content-Type': 'application/x-www-form-urlencoded'}
        address, headers, body = auth.prepare(
            'POST', description['token_endpoint'], headers, urlencode(fields)
        )
        read = await self._json('POST', address, headers=headers, body=body)
        if not isinstance(read.get('access_token'), str):
            raise UpstreamError('sso.away')
        return Tokens(
            access=read['access_token'],
            refresh=_text(read.get('refresh_token')) or fields.get('refresh_token', ''),
            id=_text(read.get('id_token')),
        )

    async def _json(
        self, method: str, address: str, *, headers: dict[str, str] | None = None, body: str = ''
    ) -> dict[str, Any]:
        """Return an answer. Raises ``NotSignedInError`` for one that refuses (4xx), ``UpstreamError`` for none."""
        self._breaker.check()
        http = await self._client()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                answer = await http.request(
                    method, address, headers={'Accept': 'application/json'} | (headers or {}),
                    content=body.encode() if body else None,
                )  # fmt: skip
            read = answer.json() if answer.status_code < 500 else None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            self._failed(address, type(error).__name__)
            raise UpstreamError('sso.away') from error
        if answer.status_code == 429 or not isinstance(read, dict):
            self._failed(address, str(answer.status_code))
            raise UpstreamError('sso.away')
        self._breaker.succeeded()
        if answer.status_code >= 400:
            log.info('provider_refused', status=answer.status_code, error=_text(read.get('error')))
            raise NotSignedInError('sso.refused')
        return read

    def _failed(self, address: str, why: str) -> None:
        self._breaker.failed()
        log.warning('provider_away', path=urlsplit(address).path, why=why)

    async def _client(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._http is None:
                is_near = urlsplit(self.place.issuer).hostname in LOOPBACK
                self._http = await asyncio.to_thread(  # it reads certificates
                    httpx.AsyncClient,
                    timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                    trust_env=not is_near,
                )
            return self._http

    def _check(self, read: OpenIDProviderMetadata) -> None:
        """Raise ``UpstreamError`` for another issuer's description (Discovery §4.3), or one without HTTPS."""
        if not self._is_usable(read):
            log.error('provider_description_wrong', issuer=self.place.issuer)
            raise UpstreamError('sso.away')

    def _is_usable(self, read: OpenIDProviderMetadata) -> bool:
        is_near = urlsplit(self.place.issuer).hostname in LOOPBACK
        names = ('authorization_endpoint', 'token_endpoint', 'jwks_uri')
        is_safe = all(
            isinstance(read.get(name), str)
            and (
                read[name].startswith('https://') or (is_near and read[name].startswith('http://'))
            )
            for name in names
        )
        return bool(read.get('issuer') == self.place.issuer and is_safe)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ''
