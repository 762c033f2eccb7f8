"""Invitations: an administrator makes a link, and the invited person sets their own password with it.

The desk sends no mail: the link is shown once to the administrator, who hands it over. Only its
token's hash is stored. It ends when it is used, after ``VALID_FOR``, and when a newer one is made
for the same person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from desk import clock, passwords
from desk.errors import (
    ConflictError,
    DeskError,
    FieldsRefusedError,
    InvalidInputError,
    NotFoundError,
)
from desk.tokens import hashed, new_token
from models import Agent, AgentRole, AuditAction, Invitation, SubjectKind
from services.people import agent_queries
from services.people import invitation_queries as queries
from services.people.admin import MAX_NAME_CHARS, check_password
from services.people.authority import MAX_DEPARTMENT_CHARS, require_admin, tell_changed
from services.people.events import SettingPart, SettingsChanged
from services.text.addresses import parse_email
from services.text.visible import parse_name
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

VALID_FOR = timedelta(days=7)
MAX_EMAIL_CHARS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """The person to invite, as typed."""

    last_name: str
    first_name: str
    email: str
    username: str
    department: str
    role: AgentRole = AgentRole.AGENT


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its link's token, which is shown only once."""

    invitation: Invitation
    token: str


class Invitations:
    """Invites people, and makes their accounts."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def waiting(self, by: Agent) -> Sequence[Invitation]:
        """Return the unused invitations, newest first. Raises ``NotAllowedError``."""
        async with self._db.reading() as session:
            await require_admin(session, by)
            return await queries.waiting(session)

    async def invite(self, by: Agent, invitee: Invitee) -> Invited:
        """Make a link for a person; an earlier one for the same sign-in name or e-mail ends.

        Raises:
            NotAllowedError: ``by`` is not an administrator.
            FieldsRefusedError: values that cannot be used or are taken, by field.
        """
        names = checked_names(invitee)
        async with self._units.begin() as work:
            await require_admin(work.session, by)
            await queries.take_turns(work.session)
            return await invite_in(work, by, names, invitee.role)

    async def renew(self, by: Agent, invitation_id: UUID) -> Invited:
        """Make a new link in place of a lost or expired one. Also raises ``NotFoundError``."""
        async with self._units.begin() as work:
            await require_admin(work.session, by)
            await queries.take_turns(work.session)
            earlier = await _waiting(work, invitation_id)
            names = {name: getattr(earlier, name) for name in _NAMES}
            return await invite_in(work, by, names, earlier.role)

    async def withdraw(self, by: Agent, invitation_id: UUID) -> None:
        """Withdraw a link. Raises ``NotAllowedError``, ``NotFoundError``."""
        async with self._units.begin() as work:
            await require_admin(work.session, by)
            await queries.take_turns(work.session)
            invitation = await _waiting(work, invitation_id)
            invitation.ended_at = clock.now()
            work.session.add(invitation)
            work.record(by, AuditAction.INVITATION_WITHDRAWN, subject=_subject(invitation))
            work.tell(SettingsChanged(part=SettingPart.INVITATIONS))

    async def invitation(self, token: str) -> Invitation:
        """Return the invitation with this token.

        Raises ``NotFoundError`` for one that is not valid (any more).
        """
        async with self._db.reading() as session:
            found = await queries.by_token(session, hashed(token))
        if found is None or not found.is_open:
            raise NotFoundError('invite.over')
        return found

    async def accept(self, token: str, password: str, repeated: str) -> Agent:
        """Make the invited person an agent, who signs in with ``password``.

        Raises:
            NotFoundError: the token is not valid (any more).
            FieldsRefusedError: the password is not acceptable, or was not repeated.
            ConflictError: the sign-in name or e-mail is taken by now.
        """
        await self.invitation(token)  # before the costly password hash
        _check_passwords(password, repeated)
        password_hash = await passwords.hashed(password)
        try:
            async with self._units.begin() as work:
                return await _join(work, token, password_hash)
        except IntegrityError as error:
            raise ConflictError('invite.taken') from error


TAKEN = {
    'username': ConflictError('invite.username_taken'),
    'email': ConflictError('invite.email_taken'),
}
_NAMES = ('last_name', 'first_name', 'email', 'username', 'department')


def checked_names(invitee: Invitee) -> dict[str, str]:
    """Return the names as they are stored. Raises ``FieldsRefusedError``."""
    kept = {
        'last_name': parse_name(invitee.last_name, most=MAX_NAME_CHARS),
        'first_name': parse_name(invitee.first_name, most=MAX_NAME_CHARS),
        'email': parse_email(invitee.email),
        'username': parse_name(invitee.username, most=MAX_NAME_CHARS),
        'department': parse_name(invitee.department, most=MAX_DEPARTMENT_CHARS),
    }
    if len(kept['email'] or '') > MAX_EMAIL_CHARS:
        kept['email'] = None
    faults: dict[str, DeskError] = {
        name: _fault(name) for name, value in kept.items() if value is None
    }
    if faults:
        raise FieldsRefusedError(faults)
    return {name: value for name, value in kept.items() if value is not None}


def _fault(name: str) -> InvalidInputError:
    match name:
        case 'email':
            return InvalidInputError('admin.email')
        case 'department':
            return InvalidInputError('agent.department', most=MAX_DEPARTMENT_CHARS)
        case _:
            return InvalidInputError('invite.name', most=MAX_NAME_CHARS)


def _check_passwords(password: str, repeated: str) -> None:
    try:
        check_password(password)
    except InvalidInputError as error:
        raise FieldsRefusedError({'password': error}) from error
    if password != repeated:
        raise FieldsRefusedError({'repeated': InvalidInputError('invite.repeated')})


async def invite_in(
    work: UnitOfWork, by: Agent, names: Mapping[str, Any], role: AgentRole
) -> Invited:
    """Make a link in a unit of work that has taken its turn; ``names`` are checked. Raises ``FieldsRefusedError``."""
    username, email = names['username'], names['email']
    if taken := await agent_queries.taken_names(work.session, username, email):
        raise FieldsRefusedError({name: TAKEN[name] for name in sorted(taken)})
    now = clock.now()
    for earlier in await queries.waiting_of(work.session, username, email):
        earlier.ended_at = now
        work.session.add(earlier)
    token = new_token()
    invitation = Invitation(
        **names, role=role, token_hash=hashed(token), expires_at=now + VALID_FOR,
        invited_by_id=by.id, created_at=now,
    )  # fmt: skip
    work.session.add(invitation)
    details = {'role': role.value, 'department': invitation.department}
    work.record(by, AuditAction.AGENT_INVITED, subject=_subject(invitation), details=details)
    work.tell(SettingsChanged(part=SettingPart.INVITATIONS))
    return Invited(invitation, token)


async def _join(work: UnitOfWork, token: str, password_hash: str) -> Agent:
    await queries.take_turns(work.session)
    invitation = await queries.by_token(work.session, hashed(token))
    if invitation is None or not invitation.is_open:
        raise NotFoundError('invite.over')
    if await agent_queries.taken_names(work.session, invitation.username, invitation.email):
        raise ConflictError('invite.taken')
    names = {name: getattr(invitation, name) for name in _NAMES}
    agent = Agent(id=invitation.id, **names, role=invitation.role, password_hash=password_hash)
    invitation.used_at = clock.now()
    work.session.add(invitation)
    tell_changed(work, agent, ['is_active'])
    work.record(agent, AuditAction.AGENT_JOINED, subject=agent)
    work.tell(SettingsChanged(part=SettingPart.INVITATIONS))
    return agent


async def _waiting(work: UnitOfWork, invitation_id: UUID) -> Invitation:
    found = await queries.by_id(work.session, invitation_id)
    if found is None or found.used_at or found.ended_at:
        raise NotFoundError('invite.over')
    return found


def _subject(invitation: Invitation) -> tuple[SubjectKind, UUID]:
    """In the audit log an invited person has the invitation's id, also as an agent."""
    return SubjectKind.AGENT, invitation.id
