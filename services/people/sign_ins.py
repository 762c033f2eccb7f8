"""Signing in and out: revocable sessions, and delays against guessing.

A session is a row. A browser holds its opaque token, a program a JWT that names it, so that
revoking the row ends both, in every process and across restarts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from desk import clock, passwords
from desk.errors import NotSignedInError
from desk.tokens import hashed, new_token
from models import Agent, AgentRole, AuditAction, SignInSession
from services.people import agent_queries
from services.people import sign_in_queries as queries
from services.people.attempts import ACCOUNT_BACKOFF, SOURCE_BACKOFF, Attempts, Source
from services.people.devices import Devices
from services.people.sessions import end_sessions, record_session
from services.people.states import go_offline
from services.work.unit_of_work import UnitsOfWork

ALGORITHM = 'HS256'
MAX_USERNAME_CHARS = 50  # agents.username
KEEP_SESSIONS = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A signed-in person."""

    agent: Agent
    """The row as it was read; open pages and programs keep it current (``staff_watch``)."""
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """An account that a local desk's login page offers."""

    username: str
    name: str
    role: AgentRole
    department: str


class SignIns:
    """Sessions of signed-in people."""

    def __init__(self, units: UnitsOfWork, *, jwt_secret: str, session_hours: int) -> None:
        self._units = units
        self._db = units.db
        self._key = OctKey.import_key(jwt_secret)
        self._devices = Devices(self._key)
        self._attempts = Attempts(units.db)
        self._lifetime = timedelta(hours=session_hours)

    async def sign_in(
        self, username: str, password: str, *, address: str, device: str | None = None
    ) -> tuple[Staff, str]:
        """Begin a session; return it and the token for the browser's cookie, which is shown only once.

        Args:
            username: the sign-in name.
            password: the password.
            address: the network address of the request.
            device: the token that ``device_after`` gave this browser earlier, if any.

        Raises:
            NotSignedInError: unknown person or wrong password: the two look and take the same. With the right
                password: the account is inactive or blocked.
            TooManyError: too many failures before; carries the seconds to wait. The password was not checked.
        """
        username = _storable(username)
        async with self._db.reading() as session:
            agent = await agent_queries.by_username(session, username)
        source = Source.of(address, self._known_device(device, agent))
        attempt_id = await self._attempts.begin(username, source)
        is_right = await passwords.matches(password, agent.password_hash if agent else None)
        if agent is None or not is_right:
            await self._attempts.fail(attempt_id, source)
            raise NotSignedInError('sign_in.wrong')
        return await self._begin(agent, source)

    def device_after(self, staff: Staff, device: str | None) -> str:
        """Return the device token for a browser that has just signed in: see ``devices``."""
        return self._devices.token(self._devices.device(device), staff.agent.id)

    async def staff_by_token(self, token: str) -> Staff:
        """Return the person of a cookie's token. Raises ``NotSignedInError``."""
        async with self._db.reading() as session:
            return _admitted(await queries.by_token(session, hashed(token)))

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
            return _admitted(await queries.by_id(session, session_id))

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
        """Return all people by sign-in name, for the login page of a local desk."""
        async with self._db.reading() as session:
            people = await agent_queries.everyone(session)
        return [
            DemoAccount(
                username=one.username, name=one.name, role=one.role, department=one.department
            )
            for one in people
            if one.is_active
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

    def _known_device(self, token: str | None, agent: Agent | None) -> UUID | None:
        device = self._devices.device(token)
        return device.id if device and agent and device.knows(agent.id) else None

    async def _begin(self, agent: Agent, source: Source) -> tuple[Staff, str]:
        token = new_token()
        row = SignInSession(
            id=uuid4(),
            agent_id=agent.id,
            token_hash=hashed(token),
            expires_at=clock.now() + self._lifetime,
        )
        async with self._units.begin() as work:
            found = await agent_queries.by_id(work.session, agent.id, lock=True)
            if found is None:
                raise NotSignedInError('sign_in.wrong')
            if not found.may_sign_in:  # they know the password, so this tells strangers nothing
                raise NotSignedInError('sign_in.inactive')
            work.session.add(row)
            record_session(work, AuditAction.SIGNED_IN, row, by=agent.id)
            await queries.forgive(work.session, agent.username, source.name)
        return Staff(agent=found, session_id=row.id, expires_at=row.expires_at), token

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
    if found is None or not found[0].is_valid or not found[1].may_sign_in:
        raise NotSignedInError('sign_in.ended')
    row, agent = found
    return Staff(agent=agent, session_id=row.id, expires_at=row.expires_at)


def _storable(username: str) -> str:
    """Return a typed name that PostgreSQL can store; an unstorable one becomes a name that nobody has."""
    held = username.strip().encode('utf-8', 'replace').decode().replace('\x00', '\ufffd')
    return held[:MAX_USERNAME_CHARS]
