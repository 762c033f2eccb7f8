"""``/agents``: list, invite and change the people of the desk, for administrators' programs."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field

from desk.errors import NotFoundError
from models import Agent, AgentRole, AgentStatus
from models.queue import MAX_CHATS, MAX_LEVEL
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Text, refusals, shown_as
from pages.web.principals import SignedIn
from services.people.authority import MAX_DEPARTMENT_CHARS, MAX_DEPARTMENTS, MAX_NAME_CHARS
from services.people.invitations import MAX_EMAIL_CHARS, Invited, Invitee
from services.registry import Services

SKILL = '7b1e5d2c-0c7a-4a55-8f0b-3e2a1d0c9b88'
SKILL_EXAMPLE: dict[str, Any] = {'id': SKILL, 'name': '영어', 'name_en': 'English'}
PERSON_EXAMPLE: dict[str, Any] = {
    'id': '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    'username': 'mina',
    'email': 'mina@example.com',
    'first_name': '미나',
    'last_name': '김',
    'role': 'agent',
    'department': '주문·배송',
    'departments': [],
    'chat_capacity': 3,
    'is_active': True,
    'status': 'available',
    'connect_user_id': None,
    'levels': {SKILL: 3},
}
INVITEE_EXAMPLE: dict[str, Any] = {
    'username': 'mina',
    'email': 'mina@example.com',
    'first_name': '미나',
    'last_name': '김',
    'department': '주문·배송',
    'role': 'agent',
}
INVITED_EXAMPLE: dict[str, Any] = {
    'id': '5a0e6a5e-3a0b-4f63-8f0e-5d8e7c1b2a11',
    'username': 'mina',
    'path': '/invite/3fS…',
    'expires_at': '2026-11-09T05:00:00Z',
}
Name = Annotated[Text, Field(min_length=1, max_length=MAX_NAME_CHARS)]
Department = Annotated[Text, Field(min_length=1, max_length=MAX_DEPARTMENT_CHARS)]


class Person(BaseModel):
    """Somebody who works at the desk; ``levels`` are those of their skills, by the skill's id.

    ``departments`` limit a supervisor to these; empty: all.

    ``connect_user_id`` is whom they are at Amazon Connect; empty: the user of the same username.
    """

    model_config = shown_as(PERSON_EXAMPLE)

    id: UUID
    username: str
    email: str
    first_name: str
    last_name: str
    role: AgentRole
    department: str
    departments: list[str]
    chat_capacity: int
    is_active: bool
    status: AgentStatus
    connect_user_id: str | None
    levels: dict[UUID, int]

    @classmethod
    def of(cls, agent: Agent, levels: dict[UUID, int]) -> Self:
        """Return a person as the API shows them."""
        fields = {name: getattr(agent, name) for name in cls.model_fields if name != 'levels'}
        return cls(**fields, levels=levels)


class People(BaseModel):
    """All people, by sign-in name."""

    model_config = shown_as({'items': [PERSON_EXAMPLE]})

    items: list[Person]


class SkillItem(BaseModel):
    """A skill that queues can require."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={'examples': [SKILL_EXAMPLE]})

    id: UUID
    name: str
    name_en: str


class SkillItems(BaseModel):
    """All skills, by name."""

    model_config = shown_as({'items': [SKILL_EXAMPLE]})

    items: list[SkillItem]


class NewPerson(BaseModel):
    """A person to invite."""

    model_config = shown_as(INVITEE_EXAMPLE)

    username: Annotated[Text, Field(min_length=1, max_length=MAX_NAME_CHARS)]
    email: Annotated[Text, Field(min_length=3, max_length=MAX_EMAIL_CHARS)]
    first_name: Name
    last_name: Name
    department: Department
    role: AgentRole = AgentRole.AGENT


class InvitedPerson(BaseModel):
    """The link at which an invited person sets a password; it is returned once and is valid until ``expires_at``."""

    model_config = shown_as(INVITED_EXAMPLE)

    id: UUID
    username: str
    path: str
    expires_at: datetime

    @classmethod
    def of(cls, invited: Invited) -> Self:
        """Return an invitation with its link."""
        invitation = invited.invitation
        return cls(
            id=invitation.id,
            username=invitation.username,
            path=f'/invite/{invited.token}',
            expires_at=invitation.expires_at,
        )


class PersonChange(BaseModel):
    """The fields to change; a field that is not given stays. ``levels``: 0 removes a skill.

    Each field is a change of its own, in this order. The first refused field ends the request; earlier fields stay changed.
    """

    model_config = shown_as({'chat_capacity': 4, 'levels': {SKILL: 2}})

    first_name: Name | None = None
    last_name: Name | None = None
    department: Department | None = None
    departments: Annotated[list[Department], Field(max_length=MAX_DEPARTMENTS)] | None = Field(
        default=None, description='of a supervisor: the only departments they see; empty: all'
    )
    chat_capacity: Annotated[int, Field(ge=1, le=MAX_CHATS)] | None = None
    levels: dict[UUID, Annotated[int, Field(ge=0, le=MAX_LEVEL)]] | None = None
    connect_user_id: Annotated[Text, Field(max_length=256)] | None = Field(
        default=None, description='empty: the user of the same username'
    )
    role: AgentRole | None = None
    is_active: bool | None = None


def router(services: Services) -> APIRouter:
    """Serve people to administrators."""
    api = APIRouter(
        prefix='/agents',
        tags=['agents'],
        dependencies=[rate_limit()],
        responses=refusals(401, 403, 429),
    )
    people = PeopleOperations(services)
    changed = refusals(409, 413, 422)
    api.add_api_route('', people.all, summary='Everybody at the desk')
    api.add_api_route('/skills', people.skills, summary='All skills (역량)')
    api.add_api_route(
        '/invitations',
        people.invite,
        methods=['POST'],
        status_code=status.HTTP_201_CREATED,
        summary='Invite somebody',
        responses=changed,
    )
    api.add_api_route(
        '/{agent_id}',
        people.change,
        methods=['PATCH'],
        summary='Change somebody',
        responses=changed | refusals(404),
    )
    return api


class PeopleOperations:
    """The operations on people, one method each."""

    def __init__(self, services: Services) -> None:
        self._authority = services.authority
        self._connect_users = services.connect_users
        self._departures = services.departures
        self._invitations = services.invitations
        self._skills = services.skills

    async def all(self, staff: SignedIn) -> People:
        """List all people, also blocked ones."""
        everybody = await self._authority.people(staff.agent)
        levels = await self._skills.levels(staff.agent)
        return People(items=[Person.of(one, levels.get(one.id, {})) for one in everybody])

    async def skills(self, staff: SignedIn) -> SkillItems:
        """List all skills."""
        found = await self._skills.all(staff.agent)
        return SkillItems(items=[SkillItem.model_validate(one) for one in found])

    async def invite(self, staff: SignedIn, new: NewPerson) -> InvitedPerson:
        """Create an invitation link; an earlier link for the same sign-in name or e-mail becomes invalid."""
        invited = await self._invitations.invite(staff.agent, Invitee(**new.model_dump()))
        return InvitedPerson.of(invited)

    async def change(self, staff: SignedIn, agent_id: UUID, change: PersonChange) -> Person:
        """Change a person; takes effect at once, also on the person's open pages."""
        by = staff.agent
        person = await self._person(by, agent_id)
        if change.first_name is not None or change.last_name is not None:
            await self._authority.rename(
                by,
                agent_id,
                first_name=change.first_name or person.first_name,
                last_name=change.last_name or person.last_name,
            )
        if change.department is not None:
            await self._authority.move(by, agent_id, change.department)
        if change.departments is not None:
            await self._authority.limit(by, agent_id, change.departments)
        if change.chat_capacity is not None:
            await self._skills.set_capacity(by, agent_id, change.chat_capacity)
        if change.connect_user_id is not None:
            await self._connect_users.set_user(by, agent_id, change.connect_user_id or None)
        if change.levels:
            await self._skills.set_levels(by, agent_id, change.levels)
        await self._change_rights(by, agent_id, change)
        return await self._person(by, agent_id)

    async def _person(self, by: Agent, agent_id: UUID) -> Person:
        found = next((one for one in await self._authority.people(by) if one.id == agent_id), None)
        if found is None:
            raise NotFoundError('agent.not_found')
        return Person.of(found, (await self._skills.levels(by)).get(agent_id, {}))

    async def _change_rights(self, by: Agent, agent_id: UUID, change: PersonChange) -> None:
        if change.role is not None:
            await self._authority.set_role(by, agent_id, change.role)
        if change.is_active is not None:
            if change.is_active:
                await self._authority.reactivate(by, agent_id)
            else:  # what they have open goes to its queues
                await self._departures.deactivate(by, agent_id)
