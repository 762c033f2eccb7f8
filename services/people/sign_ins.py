"""Signing in and out: revocable sessions, and delays against guessing.

A session is a row. A browser holds its opaque token, a program a JWT that names it, so that
revoking the row ends both, in every process and across restarts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from desk import clock, passwords
from desk.addresses import network_of
from desk.errors import DeskError, NotSignedInError
from desk.tokens import hashed, new_token
from models import Agent, AgentRole, AuditAction, SignInSession
from models.session import MAX_USER_AGENT_CHARS
from services.people import agent_queries
from services.people import sign_in_queries as queries
from services.people.attempts import ACCOUNT_BACKOFF, SOURCE_BACKOFF, Attempts, Source
from services.people.devices import Devices
from services.people.second_factors import SecondFactors
from services.people.second_step import CodeNeededError, PendingSignIns
from services.people.sessions import end_sessions, record_session
from services.people.states import go_offline
from services.work.unit_of_work import UnitsOfWork

ALGORITHM = 'HS256'
MAX_USERNAME_CHARS = 50  # agents.username
KEEP_SESSIONS = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A signed-in person."""

    agent: Agent
    """The row as it was read; open pages and programs keep it current (``staff_watch``)."""
    session_id: UUID
    expires_at: datetime
    lacks_second_factor: bool = False
    """Whether they must set up a second factor before anything else."""
    is_provided: bool = False
    """Whether the single sign-on provider vouches for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOrigin:
    """Where a session is begun from, as its owner sees it later."""

    address: str = ''
    user_agent: str = ''


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSession:
    """What the single sign-on provider said of a session."""

    name: str
    """The hash of its id; empty if it has none."""
    token: str
    """Its tokens, encrypted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """An account that a local desk's login page offers."""

    username: str
    name: str
    role: AgentRole
    department: str


class SignIns:
    """Sessions of signed-in people."""

    def __init__(
        self,
        units: UnitsOfWork,
        factors: SecondFactors,
        *,
        jwt_secret: str,
        session_hours: int,
        passwords_for: Collection[AgentRole] = tuple(AgentRole),
    ) -> None:
        """Keep the secrets. ``passwords_for``: the roles that may sign in with a password."""
        self._units = units
        self._db = units.db
        self._factors = factors
        self._key = OctKey.import_key(jwt_secret)
        self._devices = Devices(self._key)
        self._pending = PendingSignIns(jwt_secret)
        self._attempts = Attempts(units.db)
        self._lifetime = timedelta(hours=session_hours)
        self.passwords_for = frozenset(passwords_for)

    async def sign_in(
        self,
        username: str,
        password: str,
        *,
        address: str,
        device: str | None = None,
        user_agent: str = '',
    ) -> tuple[Staff, str]:
        """Begin a session; return it and the token for the browser's cookie, which is shown only once.

        Args:
            username: the sign-in name.
            password: the password.
            address: the network address of the request.
            device: the token that ``device_after`` gave this browser earlier, if any.
            user_agent: what the browser or program calls itself.

        Raises:
            CodeNeededError: the password is right, and the person has a second factor: ``finish`` goes on.
            NotSignedInError: unknown person or wrong password: the two look and take the same. With the right
                password: the account is inactive or blocked, or its role signs in at the provider.
            TooManyError: too many failures before; carries the seconds to wait. The password was not checked.
        """
        username = _storable(username)
        async with self._db.reading() as session:
            agent = await agent_queries.by_username(session, username)
        source = Source.of(address, self._known_device(device, agent))
        attempt_id = await self._attempts.begin(username, source)
        known_hash = agent.password_hash or None if agent else None
        is_right = await passwords.matches(password, known_hash)
        if agent is None or not is_right:
            await self._attempts.fail(attempt_id, source)
            raise NotSignedInError('sign_in.wrong')
        await self._hash_anew(agent, password)
        if await self._factors.has(agent.id):
            raise CodeNeededError(self._pending.token(agent))
        return await self._begin(
            agent, SessionOrigin(address=address, user_agent=user_agent), source
        )

    async def finish(
        self,
        pending: str | None,
        code: str,
        *,
        address: str,
        device: str | None = None,
        user_agent: str = '',
    ) -> tuple[Staff, str]:
        """Begin the session of a sign-in that waited for its code.

        Raises:
            NotSignedInError: the code is wrong or was used; ``sign_in.step_over``: begin with the password again.
            TooManyError: too many failures before; carries the seconds to wait. The code was not checked.
        """
        agent_id = self._pending.agent_id(pending)
        async with self._db.reading() as session:
            agent = await agent_queries.by_id(session, agent_id)
        if agent is None or pending is None:
            raise NotSignedInError('sign_in.step_over')
        self._pending.check(pending, agent)
        source = Source.of(address, self._known_device(device, agent))
        attempt_id = await self._attempts.begin(agent.username, source)
        try:
            await self._factors.accept(agent.id, code)
        except DeskError:
            await self._attempts.fail(attempt_id, source)
            raise
        return await self._begin(
            agent, SessionOrigin(address=address, user_agent=user_agent), source
        )

    async def begin_at_provider(
        self, agent: Agent, provided: ProviderSession, origin: SessionOrigin
    ) -> tuple[Staff, str]:
        """Begin the session of somebody whom the single sign-on provider vouches for.

        Raises ``NotSignedInError`` when the account is inactive.
        """
        return await self._begin(agent, origin, None, provided)

    def device_after(self, staff: Staff, device: str | None) -> str:
        """Return the device token for a browser that has just signed in: see ``devices``."""
        return self._devices.token(self._devices.device(device), staff.agent.id)

    async def staff_by_token(self, token: str) -> Staff:
        """Return the person of a cookie's token. Raises ``NotSignedInError``."""
        async with self._db.reading() as session:
            found = await queries.by_token(session, hashed(token))
        return await self._admitted(found)

    async def staff_by_bearer(self, bearer: str) -> Staff:
        """Return the person of a JWT. Raises ``NotSignedInError``."""
        return await self.staff(self._session_named_by(bearer))

    def bearer(self, staff: Staff) -> str:
        """Return a JWT that names the session and expires with it."""
        claims = {
            'sub': staff.agent.username,
            'sid': str(staff.session_id),
            'iat': int(clock.now().timestamp()),
            'exp': int(staff.expires_at.timestamp()),
        }
        return jwt.encode({'alg': ALGORITHM}, claims, self._key)

    async def staff(self, session_id: UUID) -> Staff:
        """Return the person of a session, read from the database.

        Raises ``NotSignedInError`` when it is not valid.
        """
        async with self._db.reading() as session:
            found = await queries.by_id(session, session_id)
        return await self._admitted(found)

    async def sign_out(self, staff: Staff) -> None:
        """End one session everywhere; its open pages close.

        Without another session its agent goes offline.
        """
        async with self._units.begin() as work:
            await end_sessions(work, staff.agent.id, by=staff.agent, only=staff.session_id)

    async def sign_out_everywhere(self, staff: Staff) -> int:
        """End all of one's own sessions, including this one; return how many ended."""
        async with self._units.begin() as work:
            return await end_sessions(work, staff.agent.id, by=staff.agent)

    async def demo_accounts(self) -> list[DemoAccount]:
        """Return all who may sign in with a password, by sign-in name, for the login page of a local desk."""
        async with self._db.reading() as session:
            people = await agent_queries.everyone(session)
        return [
            DemoAccount(
                username=one.username, name=one.name, role=one.role, department=one.department
            )
            for one in people
            if one.is_active and one.role in self.passwords_for
        ]

    async def tidy(self) -> int:
        """Set people without a valid session offline, delete old rows; return how many went offline."""
        now = clock.now()
        async with self._db.reading() as session:
            gone = await queries.left_by_everyone(session, now)
        count = [await self._put_offline(agent_id) for agent_id in gone].count(True)
        async with self._db.transaction() as session:
            await queries.forget(
                session,
                attempts_before=now - max(SOURCE_BACKOFF.window, ACCOUNT_BACKOFF.window),
                sessions_before=now - KEEP_SESSIONS,
            )
        return count

    async def _put_offline(self, agent_id: UUID) -> bool:
        """Set a person offline, unless they have signed in since they were found without a session."""
        async with self._units.begin() as work:
            agent = await agent_queries.by_id(work.session, agent_id, lock=True)
            if agent is None or await queries.valid_of(work.session, agent_id, clock.now()):
                return False
            await go_offline(work, agent_id)
        return True

    async def _hash_anew(self, agent: Agent, password: str) -> None:
        """Hash a right password again if that was done with other parameters; a password that changed meanwhile stays."""
        before = agent.password_hash
        if not passwords.is_outdated(before):
            return
        after = await passwords.hashed(password)
        async with self._db.transaction() as session:
            if await queries.replace_hash(session, agent.id, before=before, after=after):
                agent.password_hash = after

    def _known_device(self, token: str | None, agent: Agent | None) -> UUID | None:
        device = self._devices.device(token)
        return device.id if device and agent and device.knows(agent.id) else None

    async def _begin(
        self,
        agent: Agent,
        origin: SessionOrigin,
        source: Source | None,
        provided: ProviderSession | None = None,
    ) -> tuple[Staff, str]:
        token = new_token()
        row = SignInSession(
            id=uuid4(),
            agent_id=agent.id,
            token_hash=hashed(token),
            expires_at=clock.now() + self._lifetime,
            user_agent=_storable(origin.user_agent, most=MAX_USER_AGENT_CHARS),
            address=network_of(origin.address) if origin.address else '',
            seen_at=clock.now(),
        )
        if provided is not None:
            row.sso_session, row.sso_token = provided.name, provided.token
            row.sso_checked_at = clock.now()
        async with self._units.begin() as work:
            found = await agent_queries.by_id(work.session, agent.id, lock=True)
            if found is None:
                raise NotSignedInError('sign_in.wrong')
            if not found.may_sign_in:  # they know the password, so this tells strangers nothing
                raise NotSignedInError('sign_in.inactive')
            if provided is None and found.role not in self.passwords_for:
                raise NotSignedInError('sign_in.at_provider')
            work.session.add(row)
            record_session(work, AuditAction.SIGNED_IN, row, by=agent.id)
            if source is not None:
                await queries.forgive(work.session, agent.username, source.name)
        return Staff(agent=found, session_id=row.id, expires_at=row.expires_at), token

    async def _admitted(self, found: queries.Admission | None) -> Staff:
        if found is None or not found[0].is_valid or not found[1].may_sign_in:
            raise NotSignedInError('sign_in.ended')
        row, agent, lacks_second_factor = found
        await self._touch(row)
        return Staff(
            agent=agent, session_id=row.id, expires_at=row.expires_at,
            lacks_second_factor=lacks_second_factor, is_provided=row.sso_session is not None,
        )  # fmt: skip

    async def _touch(self, row: SignInSession) -> None:
        """Remember that a session is used, once a minute. That it cannot be stored keeps nobody out."""
        now = clock.now()
        if row.seen_at is not None and row.seen_at > now - SEEN_EVERY:
            return
        try:
            await queries.touch(self._db.statements, row.id, now, before=now - SEEN_EVERY)
        except DeskError:
            log.warning('session_not_touched', session_id=str(row.id))

    def _session_named_by(self, bearer: str) -> UUID:
        try:
            claims = jwt.decode(bearer, self._key, algorithms=[ALGORITHM]).claims
            now = int(clock.now().timestamp())
            jwt.JWTClaimsRegistry(
                now=now, exp={'essential': True}, sid={'essential': True}
            ).validate(claims)
            return UUID(claims['sid'])
        except (JoseError, ValueError, TypeError, AttributeError) as error:
            raise NotSignedInError('sign_in.ended') from error


def _storable(given: str, *, most: int = MAX_USERNAME_CHARS) -> str:
    """Return a text of a client that PostgreSQL can store; an unstorable name becomes one that nobody has."""
    held = given.strip().encode('utf-8', 'replace').decode().replace('\x00', '\ufffd')
    return held[:most]
