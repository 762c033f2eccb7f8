"""Single sign-on: sign in at the provider, sign out at it, and be signed out by it.

State, nonce and PKCE's verifier travel in the browser's own encrypted cookie: an answer of the provider counts only in
the browser that asked for it, and nothing is stored before somebody is known.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from desk import clock
from desk.errors import DeskError, NotSignedInError
from desk.sealing import Sealer
from desk.tokens import hashed
from models import SignInSession
from services.identity import queries
from services.identity.groups import Groups
from services.identity.people import person_of, subject_of
from services.identity.provider import Provider, Tokens
from services.identity.tokens import SKEW_SECONDS, Audience, SignedTokens
from services.people.sessions import end_sessions
from services.people.sign_ins import ProviderSession, SessionOrigin, SignIns, Staff
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

SIGN_IN_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where a browser goes to sign in, and the ticket that it keeps meanwhile."""

    address: str
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who came back from the provider and is signed in."""

    staff: Staff
    token: str
    goal: str


class SingleSignOn:
    """Signing in and out at the provider."""

    def __init__(
        self,
        units: UnitsOfWork,
        sign_ins: SignIns,
        provider: Provider,
        groups: Groups,
        *,
        secret: str,
    ) -> None:
        self._units = units
        self._sign_ins = sign_ins
        self._provider = provider
        self._groups = groups
        self._signed = SignedTokens(provider)
        self._tickets = Sealer(secret, 'single sign-on that was begun')
        self.kept = KeptTokens(secret)

    async def close(self) -> None:
        """Close the connections to the provider."""
        await self._provider.close()

    async def depart(self, goal: str, *, callback: str) -> Departure:
        """Begin a sign-in. Raises ``UpstreamError`` while the provider is away."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        address = await self._provider.authorization_address(
            callback=callback, state=state, nonce=nonce, verifier=verifier
        )
        until = int((clock.now() + SIGN_IN_WITHIN).timestamp())
        asked = {'state': state, 'nonce': nonce, 'verifier': verifier, 'goal': goal, 'until': until}
        return Departure(address=address, ticket=self._tickets.sealed(json.dumps(asked)))

    async def arrive(
        self,
        ticket: str | None,
        answer: Mapping[str, str],
        *,
        callback: str,
        origin: SessionOrigin,
    ) -> Arrival:
        """Finish a sign-in with what the provider's redirect brought.

        Raises:
            NotSignedInError: this browser did not ask, the provider refused, its token is not right, the person is
                in none of our groups, or inactive here.
            UpstreamError: the provider is away.
        """
        asked = self._asked(ticket, answer.get('state', ''))
        self._check_answer(answer)
        tokens = await self._provider.exchange(
            answer['code'], callback=callback, verifier=asked['verifier']
        )
        claims = await self._signed.id_claims(
            tokens.id, self._audience, nonce=asked['nonce'], access_token=tokens.access
        )
        said = await self.everything_said(claims, tokens)
        meaning = self._groups.meaning_of(said)
        if meaning is None:
            raise NotSignedInError('sso.no_group')
        subject = subject_of(self._provider.place.issuer, claims)
        async with self._units.begin() as work:
            agent = await person_of(work, subject, said, meaning)
        sid = claims.get('sid')
        session = ProviderSession(
            name=hashed(sid) if isinstance(sid, str) else '',
            token=self.kept.sealed(tokens, subject),
        )
        staff, token = await self._sign_ins.begin_at_provider(agent, session, origin)
        return Arrival(staff=staff, token=token, goal=asked['goal'])

    async def farewell(self, staff: Staff, *, back: str) -> str | None:
        """Return where the browser ends the provider's session too; none for a local session or a provider away."""
        async with self._units.db.reading() as session:
            row = await queries.by_id(session, staff.session_id)
        if row is None or row.sso_session is None:
            return None
        tokens = self.kept.opened(row, staff.agent.sso_subject or '')
        try:
            return await self._provider.end_session_address(tokens.id if tokens else '', back=back)
        except DeskError:  # signed out here in any case
            return None

    async def told_to_leave(self, logout_token: str) -> int:
        """End the sessions that a back-channel logout names; return how many.

        Only sessions that began before the token was made: it cannot be used against a later one.

        Raises ``NotSignedInError`` for a token that is not right, ``UpstreamError`` when it cannot be checked.
        """
        claims = await self._signed.logout_claims(logout_token, self._audience)
        made_at = datetime.fromtimestamp(claims['iat'] + SKEW_SECONDS, UTC)
        sid, sub = claims.get('sid'), claims.get('sub')
        async with self._units.begin() as work:
            rows = await queries.sessions_of(
                work.session,
                name=hashed(sid) if isinstance(sid, str) else '',
                subject=subject_of(self._provider.place.issuer, claims) if sub else '',
                began_before=made_at,
            )
            ended = [await end_sessions(work, one.agent_id, by=None, only=one.id) for one in rows]
        log.info('provider_ended_sessions', sessions=sum(ended))
        return sum(ended)

    async def everything_said(self, claims: dict[str, Any], tokens: Tokens) -> dict[str, Any]:
        """Return an ID token's claims with those of userinfo, which many providers keep groups and names for.

        Raises ``NotSignedInError`` when userinfo is about somebody else (OpenID Connect Core §5.3.2).
        """
        if self._groups.claim in claims:
            return claims
        more = await self._provider.userinfo(tokens.access)
        if more and more.get('sub') != claims['sub']:
            raise NotSignedInError('sso.refused')
        return more | claims

    async def said_again(self, tokens: Tokens) -> dict[str, Any] | None:
        """Return what the provider says of a person after a refresh; none if it says nothing of their groups again.

        ``tokens.id`` is the ID token that came with the refresh, if one did. Raises as ``everything_said``.
        """
        said = await self._provider.userinfo(tokens.access)
        if self._groups.claim in said:
            return said
        if not tokens.id:
            return None
        claims = await self._signed.id_claims(tokens.id, self._audience, nonce=None)
        return claims if self._groups.claim in claims else None

    @property
    def _audience(self) -> Audience:
        place = self._provider.place
        return Audience(issuer=place.issuer, client_id=place.client_id)

    def _asked(self, ticket: str | None, state: str) -> dict[str, str]:
        text = self._tickets.opened(ticket) if ticket else None
        asked: dict[str, Any] = json.loads(text) if text else {}
        is_ours = bool(asked) and secrets.compare_digest(asked['state'].encode(), state.encode())
        if not is_ours or asked['until'] < clock.now().timestamp():
            raise NotSignedInError('sso.not_asked')
        return asked

    def _check_answer(self, answer: Mapping[str, str]) -> None:
        """Raise ``NotSignedInError`` for a refusal, and for another provider's answer (RFC 9207)."""
        if answer.get('error'):
            raise NotSignedInError('sso.denied')
        is_theirs = answer.get('iss', self._provider.place.issuer) == self._provider.place.issuer
        if not answer.get('code') or not is_theirs:
            raise NotSignedInError('sso.refused')


class KeptTokens:
    """The provider's tokens of a session, encrypted for its person."""

    def __init__(self, secret: str) -> None:
        self._sealer = Sealer(secret, 'tokens of the single sign-on provider')

    def sealed(self, tokens: Tokens, subject: str) -> str:
        """Return tokens as they are stored."""
        kept = {'access': tokens.access, 'refresh': tokens.refresh, 'id': tokens.id}
        return self._sealer.sealed(json.dumps(kept), subject)

    def opened(self, row: SignInSession, subject: str) -> Tokens | None:
        """Return the tokens of a session; none if they cannot be read (any more)."""
        text = self._sealer.opened(row.sso_token, subject) if row.sso_token else None
        return Tokens(**json.loads(text)) if text else None
