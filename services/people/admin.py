"""Creates the first administrator of a new desk, for ``make admin``."""

from dataclasses import dataclass

from desk import passwords
from desk.db import Database
from desk.errors import ConflictError, InvalidInputError
from models import Agent, AgentRole, AuditAction
from services.people import agent_queries, invitation_queries
from services.text.addresses import parse_email
from services.text.visible import parse_name
from services.work import recording as audit

MIN_PASSWORD_CHARS = 12
MAX_NAME_CHARS = 50
ADMINS_DEPARTMENT = '관리'
"""Where the first administrator works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAdmin:
    """The data of the first administrator."""

    username: str
    password: str
    email: str
    first_name: str
    last_name: str
    department: str = ADMINS_DEPARTMENT


async def make_first_admin(db: Database, new: NewAdmin) -> Agent:
    """Create an administrator on a desk that has none.

    Raises:
        ConflictError: there is an administrator, or the sign-in name is taken.
        InvalidInputError: the password is too short, or a name is missing or too long.
    """
    _check(new)
    agent = Agent(
        username=new.username,
        password_hash=await passwords.hashed(new.password),
        email=new.email,
        first_name=new.first_name,
        last_name=new.last_name,
        department=new.department,
        role=AgentRole.ADMIN,
    )
    async with db.transaction() as session:
        await invitation_queries.take_turns(session)
        people = await agent_queries.everyone(session)
        if any(one.role is AgentRole.ADMIN and one.is_active for one in people):
            raise ConflictError('admin.exists')
        if any(new.username == one.username or new.email == one.email for one in people):
            raise ConflictError('admin.name_taken')
        session.add(agent)
        await audit.write(session, [audit.entry(None, AuditAction.ADMIN_MADE, subject=agent)])
    return agent


def check_password(password: str) -> None:
    """Raise ``InvalidInputError`` for a password that is not acceptable."""
    if not MIN_PASSWORD_CHARS <= len(password) <= passwords.MAX_PASSWORD_CHARS:
        raise InvalidInputError('admin.password', least=MIN_PASSWORD_CHARS)


def _check(new: NewAdmin) -> None:
    check_password(new.password)
    names = (new.username, new.first_name, new.last_name)
    if any(
        parse_name(name, most=MAX_NAME_CHARS) is None or len(name) > MAX_NAME_CHARS
        for name in names
    ):
        raise InvalidInputError('admin.names', most=MAX_NAME_CHARS)
    if parse_email(new.email) is None:
        raise InvalidInputError('admin.email')
