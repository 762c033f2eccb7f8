"""One's own account: where one is signed in, and one's password."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from desk import clock, passwords
from desk.errors import FieldsRefusedError, InvalidInputError, NotFoundError
from models import Agent, AuditAction
from services.people import agent_queries
from services.people import sign_in_queries as queries
from services.people.admin import check_password
from services.people.attempts import Attempts, Source
from services.people.sessions import end_sessions
from services.people.sign_ins import SignIns, Staff
from services.work.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """One of a person's valid sessions."""

    id: UUID
    user_agent: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


class OwnAccount:
    """What people do with their own account."""

    def __init__(self, units: UnitsOfWork, sign_ins: SignIns) -> None:
        self._units = units
        self._sign_ins = sign_ins
        self._attempts = Attempts(units.db)

    def has_password(self, agent: Agent) -> bool:
        """Whether a person signs in with a password of this desk."""
        return bool(agent.password_hash) and agent.role in self._sign_ins.passwords_for

    async def sessions(self, staff: Staff) -> Sequence[OwnSession]:
        """Return one's valid sessions, the one that asks first, then the last used first."""
        async with self._units.db.reading() as session:
            rows = await queries.valid_of(session, staff.agent.id, clock.now())
        found = [
            OwnSession(
                id=row.id, user_agent=row.user_agent, address=row.address,
                began_at=row.created_at, seen_at=row.seen_at or row.created_at,
                is_this=row.id == staff.session_id,
            )
            for row in rows
        ]  # fmt: skip
        return sorted(found, key=lambda one: (not one.is_this, -one.seen_at.timestamp()))

    async def end_session(self, staff: Staff, session_id: UUID) -> None:
        """End one of one's own sessions. Raises ``NotFoundError`` for any other, and for one that ended."""
        async with self._units.begin() as work:
            if not await end_sessions(work, staff.agent.id, by=staff.agent, only=session_id):
                raise NotFoundError('account.session_gone')

    async def end_others(self, staff: Staff) -> int:
        """End all of one's sessions but the one that asks; return how many ended."""
        async with self._units.begin() as work:
            return await end_sessions(work, staff.agent.id, by=staff.agent, but=staff.session_id)

    async def change_password(
        self, staff: Staff, current: str, wanted: str, repeated: str, *, address: str
    ) -> None:
        """Set a new password, and end one's other sessions.

        Raises:
            NotFoundError: the person has no password here.
            FieldsRefusedError: the current password is wrong, or the new one is not acceptable.
            TooManyError: too many wrong passwords before.
        """
        if not self.has_password(staff.agent):
            raise NotFoundError('account.no_password')
        check_new(wanted, repeated)
        source = Source.of(address, staff.session_id)
        attempt_id = await self._attempts.begin(staff.agent.username, source)
        if not await passwords.matches(current, staff.agent.password_hash):
            await self._attempts.fail(attempt_id, source)
            raise FieldsRefusedError({'current': InvalidInputError('account.wrong_password')})
        password_hash = await passwords.hashed(wanted)
        async with self._units.begin() as work:
            person = await agent_queries.by_id(work.session, staff.agent.id, lock=True)
            if person is None or person.password_hash != staff.agent.password_hash:
                raise FieldsRefusedError({'current': InvalidInputError('account.wrong_password')})
            person.password_hash = password_hash
            work.session.add(person)
            ended = await end_sessions(work, person.id, by=person, but=staff.session_id)
            details = {'sessions': ended}
            work.record(person, AuditAction.PASSWORD_CHANGED, subject=person, details=details)
            await queries.forgive(work.session, person.username, source.name)


def check_new(password: str, repeated: str) -> None:
    """Raise ``FieldsRefusedError`` for a password that is not acceptable, or was not repeated."""
    try:
        check_password(password)
    except InvalidInputError as error:
        raise FieldsRefusedError({'password': error}) from error
    if password != repeated:
        raise FieldsRefusedError({'repeated': InvalidInputError('invite.repeated')})
