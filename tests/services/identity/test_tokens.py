"""Signed tokens: what is refused, one fault at a time; and what a logout token ends."""

import base64
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from typing_extensions import override

from desk import clock
from desk.errors import NotSignedInError
from desk.settings import Settings
from desk.tokens import hashed
from models import AgentRole
from services.identity.groups import Groups
from services.identity.provider import Provider, ProviderPlace
from services.identity.setup import IdentitySetup
from services.identity.tokens import LOGOUT_EVENT, Audience, SignedTokens
from services.people.sign_ins import ProviderSession, SessionOrigin
from services.registry import Services
from tests.conftest import assembled
from tests.support.make import Make

ISSUER = 'https://login.example.com'
AUDIENCE = Audience(issuer=ISSUER, client_id='desk')
KEY = ECKey.generate_key('P-256', {'kid': 'one'})
LATER_KEY = ECKey.generate_key('P-256', {'kid': 'two'})
SHARED = OctKey.generate_key(256)
STRANGER = ECKey.generate_key('P-256', {'kid': 'one'})
NONCE = 'asked-for-by-this-browser'


class KnownKeys(Provider):
    """A provider whose keys are known; it has one more from the second time it is asked anew."""

    reads = 0

    @override
    async def keys(self, *, anew: bool = False) -> KeySet:
        self.reads += 1
        return KeySet([KEY, LATER_KEY] if anew else [KEY])


def provider() -> KnownKeys:
    return KnownKeys(ProviderPlace(issuer=ISSUER, client_id='desk', client_secret='secret'))


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a right ID token; ``None`` leaves one out."""
    now = int(time.time())
    right = {'iss': ISSUER, 'aud': 'desk', 'sub': 'mina', 'iat': now, 'exp': now + 300}
    right |= {'nonce': NONCE}
    return {name: value for name, value in (right | changes).items() if value is not None}


def signed(given: dict[str, Any], key: Any = KEY, alg: str = 'ES256', **header: Any) -> str:
    headers = {'alg': alg} | ({'kid': key.kid} if getattr(key, 'kid', None) else {}) | header
    return jwt.encode(headers, given, key, algorithms=[alg])


async def read(token: str, nonce: str | None = NONCE) -> dict[str, Any]:
    return await SignedTokens(provider()).id_claims(token, AUDIENCE, nonce=nonce)


async def test_right_token_is_read() -> None:
    assert (await read(signed(claims())))['sub'] == 'mina'
    assert (await read(signed(claims(aud=['desk'], azp='desk'))))['sub'] == 'mina'
    assert (await read(signed(claims(nonce=None)), nonce=None))['sub'] == 'mina'


NOW = int(time.time())
TOMORROW = NOW + 86_400
"""Still to come when the last test of a long run begins: the tests are collected at its start."""


@pytest.mark.parametrize(
    'wrong',
    [
        {'iss': 'https://evil.example'},
        {'iss': None},
        {'aud': 'another'},
        {'aud': ['another', 'third']},
        {'aud': None},
        {'aud': ['desk', 'another']},  # without saying whom it was made for
        {'azp': 'another'},
        {'exp': NOW - 61},
        {'exp': None},
        {'exp': 'tomorrow'},
        {'iat': TOMORROW},
        {'iat': None},
        {'nbf': TOMORROW},
        {'nonce': 'of another sign-in'},
        {'nonce': None},
        {'sub': None},
        {'sub': 7},
    ],
)
async def test_token_with_one_wrong_claim_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotSignedInError):
        await read(signed(claims(**wrong)))


async def test_clocks_may_differ_by_a_minute() -> None:
    await read(signed(claims(exp=int(time.time()) - 50)))
    await read(signed(claims(iat=int(time.time()) + 50)))


async def test_signature_has_to_be_the_providers_by_an_algorithm_of_ours() -> None:
    rsa = RSAKey.generate_key(2048, {'kid': 'one'})
    right = signed(claims())
    head, body, signature = right.split('.')
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"one"}').decode().rstrip('=')
    forged = [
        signed(claims(), STRANGER),
        signed(claims(), rsa, 'RS256'),
        signed(claims(), SHARED, 'HS256', kid='one'),
        f'{none}.{body}.',
        f'{head}.{body}.{signature[::-1]}',
        f'{head}.{body[:-2]}.{signature}',
        right[:-1],
        'nonsense',
        '',
    ]

    for token in forged:
        with pytest.raises(NotSignedInError):
            await read(token)


async def test_new_key_is_asked_for_once() -> None:
    keys = provider()

    await SignedTokens(keys).id_claims(signed(claims(), LATER_KEY), AUDIENCE, nonce=NONCE)
    reads = keys.reads
    with pytest.raises(NotSignedInError):
        await SignedTokens(keys).id_claims(signed(claims(), STRANGER), AUDIENCE, nonce=NONCE)

    assert (reads, keys.reads) == (2, 4)


# ---- back-channel logout


def farewell(**changes: Any) -> dict[str, Any]:
    """The claims of a right logout token."""
    now = int(time.time())
    right: dict[str, Any] = {'iss': ISSUER, 'aud': 'desk', 'iat': now, 'jti': 'one', 'sid': 'abc'}
    right |= {'events': {LOGOUT_EVENT: {}}}
    return {name: value for name, value in (right | changes).items() if value is not None}


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Services]:
    """A desk of the provider whose keys are known."""
    groups = Groups.of('{"desk-agents": {"role": "agent", "department": "주문"}}')
    setup = IdentitySetup(
        provider=provider(), groups=groups, passwords_for=frozenset({AgentRole.ADMIN})
    )
    async with assembled(settings, identity=setup) as services:
        yield services


async def sessions(desk: Services, make: Make) -> tuple[str, str]:
    """Two sessions of one person: ``abc`` and ``def``."""
    agent = await make.agent(sso_subject=hashed(f'{ISSUER} mina'))
    tokens = []
    for name in ('abc', 'def'):
        provided = ProviderSession(name=hashed(name), token='')
        _, token = await desk.sign_ins.begin_at_provider(agent, provided, SessionOrigin())
        tokens.append(token)
    return tokens[0], tokens[1]


async def valid(desk: Services, *tokens: str) -> list[bool]:
    found = []
    for token in tokens:
        try:
            await desk.sign_ins.staff_by_token(token)
        except NotSignedInError:
            found.append(False)
        else:
            found.append(True)
    return found


async def test_logout_ends_the_named_session_or_all_of_the_person(
    desk: Services, make: Make
) -> None:
    assert desk.single_sign_on
    tokens = await sessions(desk, make)

    one = await desk.single_sign_on.told_to_leave(signed(farewell()))
    after_one = await valid(desk, *tokens)
    rest = await desk.single_sign_on.told_to_leave(signed(farewell(sid=None, sub='mina')))

    assert (one, rest) == (1, 1)
    assert after_one == [False, True]
    assert await valid(desk, *tokens) == [False, False]


@pytest.mark.parametrize(
    'wrong',
    [
        {'iss': 'https://evil.example'},
        {'aud': 'another'},
        {'events': None},
        {'events': {}},
        {'events': {LOGOUT_EVENT: 'yes'}},
        {'sid': None},
        {'nonce': NONCE},
        {'iat': NOW - 600},
        {'iat': None},
        {'iat': 'now'},
        {'exp': NOW - 600},
    ],
)
async def test_wrong_logout_token_ends_nothing(
    desk: Services, make: Make, wrong: dict[str, Any]
) -> None:
    assert desk.single_sign_on
    tokens = await sessions(desk, make)

    with pytest.raises(NotSignedInError):
        await desk.single_sign_on.told_to_leave(signed(farewell(**wrong)))
    with pytest.raises(NotSignedInError):
        await desk.single_sign_on.told_to_leave(signed(claims(sid='abc')))

    assert await valid(desk, *tokens) == [True, True]


async def test_logout_ends_no_session_that_began_after_it(desk: Services, make: Make) -> None:
    assert desk.single_sign_on
    with clock.moved(timedelta(seconds=100)):
        tokens = await sessions(desk, make)
        ended = await desk.single_sign_on.told_to_leave(signed(farewell()))

        assert (ended, await valid(desk, *tokens)) == (0, [True, True])
