"""The desk's account of somebody whom the provider vouches for: found, linked or made, with what their groups give."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import structlog

from desk.errors import NotSignedInError
from desk.tokens import hashed
from models import Agent, AgentRole, AuditAction
from services.identity import queries
from services.identity.groups import GroupMeaning
from services.people import agent_queries, skill_queries
from services.people.admin import MAX_NAME_CHARS
from services.people.authority import AgentInWork, tell_changed
from services.people.invitation_queries import take_turns
from services.people.invitations import MAX_EMAIL_CHARS
from services.people.skills import change_levels
from services.text.addresses import parse_email
from services.text.visible import parse_name
from services.work.unit_of_work import UnitOfWork

log = structlog.get_logger()


def subject_of(issuer: str, claims: Mapping[str, Any]) -> str:
    """Return the stored form of a person's subject, which is unique at their provider only."""
    return hashed(f'{issuer} {claims["sub"]}')


async def person_of(
    work: UnitOfWork, subject: str, claims: Mapping[str, Any], meaning: GroupMeaning
) -> Agent:
    """Return the account of a subject, with the role and department of its groups.

    An account with the same e-mail address is linked if the provider has verified the address.

    Raises ``NotSignedInError`` when the sign-in name or address belongs to somebody else.
    """
    await take_turns(work.session)  # two first sign-ins at once make one account
    agent = await queries.by_subject(work.session, subject)
    agent = agent or await _linked(work, subject, claims)
    if agent is None:
        agent = await _made(work, subject, claims, meaning)
    await give(work, agent, meaning)
    return agent


async def give(work: UnitOfWork, agent: Agent, meaning: GroupMeaning) -> None:
    """Give a locked person what their groups mean; the last administrator stays one."""
    values: dict[str, object] = {'role': meaning.role, 'department': meaning.department}
    if agent.role is AgentRole.ADMIN and meaning.role is not AgentRole.ADMIN:
        admins = (await agent_queries.with_admins(work.session, (), lock=True)).values()
        if [one.id for one in admins if one.is_active] == [agent.id]:
            log.warning('last_admin_kept', agent_id=str(agent.id))
            del values['role']
    person = AgentInWork(work, None, agent)
    person.set(values)
    if meaning.skills is not None:
        await _give_skills(person, meaning.skills)


async def _give_skills(person: AgentInWork, wanted: Mapping[str, int]) -> None:
    """Give a person these skills and no others; a name that is none of the desk's skills gives nothing."""
    known = {one.name.lower(): one.id for one in await skill_queries.skills(person.work.session)}
    levels = dict.fromkeys(known.values(), 0)
    for name, level in wanted.items():
        if (skill_id := known.get(name.lower())) is not None:
            levels[skill_id] = level
        else:
            log.warning('group_skill_unknown', agent_id=str(person.agent.id))
    await change_levels(person, levels)


async def _linked(work: UnitOfWork, subject: str, claims: Mapping[str, Any]) -> Agent | None:
    email = parse_email(_text(claims, 'email'))
    if email is None:
        return None
    found = await queries.by_email(work.session, email)
    if found is None:
        return None
    if claims.get('email_verified') is not True or found.sso_subject is not None:
        raise NotSignedInError('sso.taken')
    found.sso_subject = subject
    tell_changed(work, found, ['sso_subject'])
    fields = ['sso_subject']
    work.record(found, AuditAction.AGENT_CHANGED, subject=found, fields=fields)
    return found


async def _made(
    work: UnitOfWork, subject: str, claims: Mapping[str, Any], meaning: GroupMeaning
) -> Agent:
    email = parse_email(_text(claims, 'email')) or ''
    username = _name(_text(claims, 'preferred_username'), email, subject[:12])
    if not email or len(email) > MAX_EMAIL_CHARS:
        email = f'{subject[:24]}@sso.invalid'  # RFC 2606: nobody's
    if await agent_queries.taken_names(work.session, username, email):
        raise NotSignedInError('sso.taken')
    agent = Agent(
        id=uuid4(),
        username=username,
        email=email,
        password_hash='',  # no password fits it (services.people.sign_ins)
        first_name=_name(_text(claims, 'given_name'), _text(claims, 'name'), username),
        last_name=_name(_text(claims, 'family_name')),
        role=meaning.role,
        department=meaning.department,
        sso_subject=subject,
    )
    tell_changed(work, agent, ['is_active'])
    await work.session.flush()
    work.record(agent, AuditAction.AGENT_JOINED, subject=agent, details={'sso': True})
    return agent


def _name(*offered: str) -> str:
    """Return the first of the names that can be stored; empty for none."""
    names = (parse_name(one[:MAX_NAME_CHARS], most=MAX_NAME_CHARS) for one in offered)
    return next((name for name in names if name), '')


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ''
