"""Signing in and out: sessions that can be revoked, and a brake on guessing.

A session is a row. A browser holds an opaque token of it, a program a JWT that names it, so that revoking the
row ends both, in every process and across restarts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from desk import clock, passwords
from desk.errors import NotSignedInError, TooManyError
from models import (
    Agent,
    AgentRole,
    AgentStatus,
    AuditAction,
    SignInAttempt,
    SignInSession,
    SubjectKind,
)
from services import agent_queries
from services import sign_in_queries as queries
from services.agents import set_status
from services.chat_events import SessionRevoked
from services.visits import hashed, new_token
from services.work import Work, Workshop

ALGORITHM = 'HS256'
MAX_USERNAME_CHARS = 50  # agents.username
KEEP_SESSIONS = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """After ``limit`` failures within ``window`` the next try waits: ``first``, then twice that, up to ``most``."""

    limit: int
    window: timedelta
    first: timedelta
    most: timedelta

    def wait_seconds(self, failures: int, last_at: datetime | None) -> int:
        """Return how long the next try has to wait from now on; 0 when it may come at once."""
        if last_at is None or failures < self.limit:
            return 0
        doublings = min(failures - self.limit, 20)
        wait: timedelta = min(self.first * (1 << doublings), self.most)
        return max(0, ceil((last_at + wait - clock.now()).total_seconds()))


ACCOUNT_BRAKE = Brake(
    limit=5, window=timedelta(days=1), first=timedelta(seconds=30), most=timedelta(minutes=15)
)
"""Failures since the last success; a whole day of them, or the longest waits would outlast what they count."""

ADDRESS_BRAKE = Brake(
    limit=20, window=timedelta(minutes=15), first=timedelta(seconds=2), most=timedelta(seconds=60)
)
"""Different accounts that failed. Short waits: a whole centre shares one address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A signed-in person."""

    agent: Agent
    """The row as it was read."""
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """One of the accounts that a local desk offers to sign in with."""

    username: str
    name: str
    role: AgentRole
    department: str


class SignIns:
    """Who is signed in."""

    def __init__(self, workshop: Workshop, *, jwt_secret: str, session_hours: int) -> None:
        self._workshop = workshop
        self._db = workshop.db
        self._key = OctKey.import_key(jwt_secret)
        self._lifetime = timedelta(hours=session_hours)

    async def sign_in(self, username: str, password: str, *, address: str) -> tuple[Staff, str]:
        """Begin a session; returns it and the token for the browser's cookie, which is shown this once.

        Raises:
            NotSignedInError: no such person, or not their password: the two look and last the same.
            TooManyError: too many failures before; says how long to wait. The password was not looked at.
        """
        username = _storable(username)
        attempt_id = await self._attempt(username, address)
        async with self._db.reading() as session:
            agent = await agent_queries.by_username(session, username)
        if (
            not await passwords.matches(password, agent.password_hash if agent else None)
            or agent is None
        ):
            async with self._db.transaction() as session:
                await queries.blame(session, attempt_id, address)
            raise NotSignedInError('sign_in.wrong')
        return await self._begin(agent)

    async def staff_by_token(self, token: str) -> Staff:
        """Return whom a cookie's token admits. Raises ``NotSignedInError``."""
        async with self._db.reading() as session:
            return _admitted(await queries.by_token(session, hashed(token)))

    async def staff_by_bearer(self, bearer: str) -> Staff:
        """Return whom a JWT admits. Raises ``NotSignedInError``."""
        session_id = self._session_named_by(bearer)
        async with self._db.reading() as session:
            return _admitted(await queries.by_id(session, session_id))

    def bearer(self, staff: Staff) -> str:
        """Return a JWT that names the session and ends with it."""
        claims = {
            'sub': staff.agent.username,
            'sid': str(staff.session_id),
            'iat': int(clock.now().timestamp()),
            'exp': int(staff.expires_at.timestamp()),
        }
        return jwt.encode({'alg': ALGORITHM}, claims, self._key)

    async def is_valid(self, session_id: UUID) -> bool:
        """Whether a session still admits its agent."""
        async with self._db.reading() as session:
            found = await queries.by_id(session, session_id)
        return found is not None and found[0].is_valid

    async def sign_out(self, staff: Staff) -> None:
        """End one session everywhere; its open pages close. With the last one its agent goes offline."""
        await self._revoke(staff.agent.id, only=staff.session_id)

    async def sign_out_everywhere(self, agent_id: UUID) -> None:
        """End every session of a person."""
        await self._revoke(agent_id)

    async def demo_accounts(self) -> list[DemoAccount]:
        """Return the people of the desk by sign-in name, for the login page of a local desk."""
        async with self._db.reading() as session:
            people = await agent_queries.everyone(session)
        return [
            DemoAccount(
                username=one.username, name=one.name, role=one.role, department=one.department
            )
            for one in people
        ]

    async def tidy(self) -> int:
        """Put offline whose last session has expired, delete what is long over; returns how many went offline."""
        now = clock.now()
        async with self._workshop.work() as work:
            gone = await queries.left_by_everyone(work.session, now)
            for agent_id in gone:
                await set_status(work, agent_id, AgentStatus.OFFLINE)
            await queries.forget(
                work.session,
                attempts_before=now - ACCOUNT_BRAKE.window,
                sessions_before=now - KEEP_SESSIONS,
            )
        return len(gone)

    async def _attempt(self, username: str, address: str) -> UUID:
        """Count the attempt as a failure until it has succeeded, so that a hundred at once are counted too.

        The address is blamed only when it has failed: a centre's whole shift may be signing in at this moment.
        """
        attempt = SignInAttempt(username=username, address='')
        async with self._db.transaction() as session:
            await queries.take_turns(session, username)
            failures, last_at = await queries.failures_of(
                session, username, clock.now() - ACCOUNT_BRAKE.window
            )
            wait = ACCOUNT_BRAKE.wait_seconds(failures, last_at)
            accounts, last_at = await queries.accounts_failed_at(
                session, address, clock.now() - ADDRESS_BRAKE.window
            )
            wait = max(wait, ADDRESS_BRAKE.wait_seconds(accounts, last_at))
            if wait:
                raise TooManyError('sign_in.wait', wait_seconds=wait)
            session.add(attempt)
        return attempt.id

    async def _begin(self, agent: Agent) -> tuple[Staff, str]:
        token = new_token()
        row = SignInSession(
            id=uuid4(),
            agent_id=agent.id,
            token_hash=hashed(token),
            expires_at=clock.now() + self._lifetime,
        )
        async with self._workshop.work() as work:
            found = await agent_queries.by_id(work.session, agent.id, lock=True)
            if found is None:
                raise NotSignedInError('sign_in.wrong')
            work.session.add(row)
            _record(work, AuditAction.SIGNED_IN, row)
            await queries.forgive(work.session, agent.username)
            if found.status is AgentStatus.OFFLINE:
                await set_status(work, agent.id, AgentStatus.AVAILABLE)
        return Staff(agent=found, session_id=row.id, expires_at=row.expires_at), token

    async def _revoke(self, agent_id: UUID, *, only: UUID | None = None) -> None:
        async with self._workshop.work() as work:
            await agent_queries.by_id(
                work.session, agent_id, lock=True
            )  # sign-ins and sign-outs in turn
            valid = await queries.valid_of(work.session, agent_id, clock.now())
            ending = [row for row in valid if only in (None, row.id)]
            for row in ending:
                _end(work, row)
                _record(
                    work,
                    AuditAction.SIGNED_OUT if only else AuditAction.SIGNED_OUT_EVERYWHERE,
                    row,
                )
            if len(ending) == len(valid):
                await set_status(work, agent_id, AgentStatus.OFFLINE)

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


def _admitted(found: tuple[SignInSession, Agent] | None) -> Staff:
    if found is None or not found[0].is_valid:
        raise NotSignedInError('sign_in.ended')
    row, agent = found
    return Staff(agent=agent, session_id=row.id, expires_at=row.expires_at)


def _end(work: Work, row: SignInSession) -> None:
    row.revoked_at = clock.now()
    work.session.add(row)
    work.tell(SessionRevoked(agent_id=row.agent_id, session_id=row.id))


def _record(work: Work, action: AuditAction, row: SignInSession) -> None:
    """Write into the audit log whom a session admits, or no longer."""
    subject = (SubjectKind.AGENT, row.agent_id)
    work.record(row.agent_id, action, subject=subject, details={'session_id': str(row.id)})


def _storable(username: str) -> str:
    """Return a typed name as PostgreSQL can hold it; nobody has the name that what cannot be held becomes."""
    held = username.strip().encode('utf-8', 'replace').decode().replace('\x00', '\ufffd')
    return held[:MAX_USERNAME_CHARS]
