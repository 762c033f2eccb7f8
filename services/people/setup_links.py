"""The first administrator of a new desk, by a link that each process prints when it starts.

Only its own terminal or log shows the link: who reads that runs the desk. It is valid for ``VALID_FOR``, once, in every
process, and never on a desk that has or had an administrator; ``make admin`` is for those (``services.people.admin``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk import clock, passwords
from desk.errors import DeskError, FieldsRefusedError, NotFoundError
from desk.tokens import hashed, new_token
from models import Agent, AgentRole, AuditAction, SetupLink
from services.people import agent_queries, invitation_queries
from services.people import setup_link_queries as queries
from services.people.invitations import TAKEN, Invitee, checked_names
from services.people.own_account import check_new
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

VALID_FOR = timedelta(minutes=30)
KEEP = timedelta(days=1)
"""How long a link that is over is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link's token, which is shown only once."""

    token: str
    expires_at: datetime


class SetupLinks:
    """Makes the links, and the first administrator."""

    def __init__(self, units: UnitsOfWork, *, passwords_for: Collection[AgentRole]) -> None:
        """``passwords_for``: the roles that may sign in with a password."""
        self._units = units
        self._has_passwords = AgentRole.ADMIN in passwords_for

    async def make(self) -> NewLink | None:
        """Make a link; none on a desk with an administrator, and where the provider decides who is one."""
        token, now = new_token(), clock.now()
        if not self._has_passwords:
            return None
        async with self._units.begin() as work:
            if await agent_queries.has_admin(work.session):
                return None
            row = SetupLink(token_hash=hashed(token), expires_at=now + VALID_FOR)
            work.session.add(row)
        return NewLink(token=token, expires_at=row.expires_at)

    async def check(self, token: str) -> datetime:
        """Return until when a link is valid. Raises ``NotFoundError`` for one that is not (any more)."""
        async with self._units.db.reading() as session:
            row = await queries.by_token(session, hashed(token))
            has_admin = await agent_queries.has_admin(session)
        return _open(row, has_admin=has_admin).expires_at

    async def accept(self, token: str, new: Invitee, password: str, repeated: str) -> Agent:
        """Make the first administrator, who signs in with ``password``; the role of ``new`` does not count.

        Raises:
            NotFoundError: the token is not valid (any more).
            FieldsRefusedError: names or passwords that cannot be used, by field.
        """
        await self.check(token)  # before the costly password hash
        names = _checked(new, password, repeated)
        password_hash = await passwords.hashed(password)
        async with self._units.begin() as work:
            await invitation_queries.take_turns(work.session)
            row = await queries.by_token(work.session, hashed(token))
            link = _open(row, has_admin=await agent_queries.has_admin(work.session))
            link.used_at = clock.now()
            work.session.add(link)
            return await _join(work, names, password_hash)

    async def tidy(self) -> None:
        """Delete links that are over."""
        async with self._units.db.transaction() as session:
            await queries.forget(session, before=clock.now() - KEEP)


def _open(row: SetupLink | None, *, has_admin: bool) -> SetupLink:
    if row is None or not row.is_open or has_admin:
        raise NotFoundError('setup.over')
    return row


def _checked(new: Invitee, password: str, repeated: str) -> dict[str, str]:
    """Return the names as they are stored. Raises ``FieldsRefusedError`` with the faults of names and passwords."""
    faults: dict[str, DeskError] = {}
    names: dict[str, str] = {}
    try:
        names = checked_names(new)
    except FieldsRefusedError as error:
        faults |= error.faults
    try:
        check_new(password, repeated)
    except FieldsRefusedError as error:
        faults |= error.faults
    if faults:
        raise FieldsRefusedError(faults)
    return names


async def _join(work: UnitOfWork, names: dict[str, str], password_hash: str) -> Agent:
    taken = await agent_queries.taken_names(work.session, names['username'], names['email'])
    if taken:
        raise FieldsRefusedError({name: TAKEN[name] for name in sorted(taken)})
    wanted: Mapping[str, Any] = names
    agent = Agent(**wanted, role=AgentRole.ADMIN, password_hash=password_hash)
    work.session.add(agent)
    work.record(None, AuditAction.ADMIN_MADE, subject=agent, details={'by': 'link'})
    return agent
