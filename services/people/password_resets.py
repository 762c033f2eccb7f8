"""Password resets: an administrator makes a link, and the person sets a new password with it.

As with invitations the desk sends no mail, stores the token's hash only, and shows the link once. It ends when it
is used, after ``VALID_FOR``, and when a newer one is made. The second factor stays: who reads the link has one half.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from desk import clock, passwords
from desk.errors import NotFoundError
from desk.tokens import hashed, new_token
from models import Agent, AuditAction, PasswordReset
from services.people import agent_queries
from services.people import password_reset_queries as queries
from services.people.authority import require_admin
from services.people.own_account import check_new
from services.people.sessions import end_sessions
from services.work.unit_of_work import UnitsOfWork

VALID_FOR = timedelta(days=1)
KEEP = timedelta(days=1)
"""How long a link that is over is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetLink:
    """A link's token, which is shown only once."""

    person: Agent
    token: str
    expires_at: datetime


class PasswordResets:
    """Makes the links, and sets the passwords."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def make(self, by: Agent, agent_id: UUID) -> ResetLink:
        """Make a link for a person; an earlier one ends. Their password is valid until it is used.

        Raises ``NotAllowedError`` for all but administrators, ``NotFoundError`` for nobody or an inactive account.
        """
        token, now = new_token(), clock.now()
        async with self._units.begin() as work:
            await require_admin(work.session, by)
            person = await agent_queries.by_id(work.session, agent_id, lock=True)
            if person is None or not person.is_active:
                raise NotFoundError('agent.not_found')
            for earlier in await queries.waiting_of(work.session, agent_id):
                earlier.ended_at = now
                work.session.add(earlier)
            row = PasswordReset(
                agent_id=agent_id, made_by_id=by.id, token_hash=hashed(token),
                expires_at=now + VALID_FOR,
            )  # fmt: skip
            work.session.add(row)
            work.record(by, AuditAction.PASSWORD_LINK_MADE, subject=person)
        return ResetLink(person=person, token=token, expires_at=row.expires_at)

    async def person(self, token: str) -> Agent:
        """Return whose link it is. Raises ``NotFoundError`` for one that is not valid (any more)."""
        async with self._db.reading() as session:
            row = await queries.by_token(session, hashed(token))
            person = await agent_queries.by_id(session, row.agent_id) if row else None
        if row is None or not row.is_open or person is None or not person.is_active:
            raise NotFoundError('reset.over')
        return person

    async def accept(self, token: str, password: str, repeated: str) -> Agent:
        """Set the password and end the person's sessions.

        Raises:
            NotFoundError: the token is not valid (any more).
            FieldsRefusedError: the password is not acceptable, or was not repeated.
        """
        found = await self.person(token)  # before the costly password hash
        check_new(password, repeated)
        password_hash = await passwords.hashed(password)
        async with self._units.begin() as work:
            person = await agent_queries.by_id(work.session, found.id, lock=True)
            row = await queries.by_token(work.session, hashed(token), lock=True)
            if row is None or not row.is_open or person is None or not person.is_active:
                raise NotFoundError('reset.over')
            row.used_at = clock.now()
            person.password_hash = password_hash
            work.session.add_all([row, person])
            ended = await end_sessions(work, person.id, by=person)
            details = {'sessions': ended}
            work.record(person, AuditAction.PASSWORD_RESET, subject=person, details=details)
        return person

    async def tidy(self) -> None:
        """Delete links that are over."""
        async with self._db.transaction() as session:
            await queries.forget(session, before=clock.now() - KEEP)
