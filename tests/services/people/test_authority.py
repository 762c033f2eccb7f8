"""Who may do what: administrators decide it, it is written down, told, and one administrator always stays."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from desk.db import Database
from desk.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
)
from desk.settings import Settings
from models import Agent, AgentRole, AgentStatus, AuditAction, SubjectKind
from services.audit import queries as audit_queries
from services.audit.chain import SealedEntry
from services.people.events import AgentChanged, SessionRevoked, agent_topic
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import PASSWORD, Make
from tests.support.until import until

Change = Callable[[Services, Agent, Agent], Awaitable[object]]
CHANGES: dict[str, Change] = {
    'role': lambda desk, by, who: desk.authority.set_role(by, who.id, AgentRole.SUPERVISOR),
    'department': lambda desk, by, who: desk.authority.move(by, who.id, '환불'),
    'name': lambda desk, by, who: desk.authority.rename(
        by, who.id, first_name='하늘', last_name='정'
    ),
    'leaving': lambda desk, by, who: desk.authority.deactivate(by, who.id),
}


@pytest.fixture
async def admin(make: Make) -> Agent:
    return await make.agent(role=AgentRole.ADMIN, username='admin')


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The audit log's own way in."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


async def entries(db: Database) -> list[SealedEntry]:
    """The whole log, oldest first."""
    async with db.reading() as session:
        return list(await audit_queries.sealed_after(session, 0, limit=100))


async def test_administrator_gives_a_role_and_every_desk_hears_of_it(
    services: Services, another_desk: Services, admin: Agent, make: Make, db: Database
) -> None:
    agent = await make.agent()
    heard = listen(another_desk, agent_topic(agent.id))

    changed = await services.authority.set_role(admin, agent.id, AgentRole.SUPERVISOR)

    assert changed.role is (await services.agents.agent(agent.id)).role is AgentRole.SUPERVISOR
    await until(lambda: heard.events == [AgentChanged(agent_id=agent.id, fields=('role',))])
    [entry] = await entries(db)
    assert (entry.action, entry.agent_id) == (AuditAction.AGENT_CHANGED, admin.id)
    assert (entry.subject_kind, entry.subject_id) == (SubjectKind.AGENT, agent.id)
    assert entry.details == '{"role": "supervisor", "fields": ["role"]}'


async def test_department_and_name_change_alike(
    services: Services, admin: Agent, make: Make, db: Database
) -> None:
    agent = await make.agent()
    heard = listen(services, agent_topic(agent.id))

    moved = await services.authority.move(admin, agent.id, '  환불   지원 ')
    renamed = await services.authority.rename(admin, agent.id, first_name='하늘', last_name='김')

    assert (moved.department, renamed.name) == ('환불 지원', '김하늘')
    await until(lambda: len(heard.events) == 2)
    assert [event.fields for event in heard.of(AgentChanged)] == [('department',), ('first_name',)]
    first, second = await entries(db)
    assert first.details == '{"fields": ["department"], "department": "환불 지원"}'
    assert second.details == '{"fields": ["first_name"]}'  # names are nobody's to read there


async def test_what_is_so_already_tells_and_records_nothing(
    services: Services, admin: Agent, make: Make, db: Database
) -> None:
    agent = await make.agent()
    heard = listen(services, agent_topic(agent.id))

    await services.authority.set_role(admin, agent.id, AgentRole.AGENT)
    await services.authority.move(admin, agent.id, agent.department)
    await services.authority.reactivate(admin, agent.id)
    await services.authority.move(admin, agent.id, '환불')

    await until(lambda: len(heard.events) == 1)
    assert len(await entries(db)) == 1


async def test_who_is_let_go_is_signed_out_everywhere_and_cannot_come_back(
    services: Services, another_desk: Services, admin: Agent, make: Make, db: Database
) -> None:
    agent = await make.agent()
    staff, token = await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    bearer = another_desk.sign_ins.bearer(staff)
    heard = listen(another_desk, agent_topic(agent.id))

    await services.authority.deactivate(admin, agent.id)

    for refused in (
        another_desk.sign_ins.staff_by_token(token),
        another_desk.sign_ins.staff_by_bearer(bearer),
        services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1'),
    ):
        with pytest.raises(NotSignedInError):
            await refused
    await until(lambda: len(heard.of(SessionRevoked)) == 1 == len(heard.of(AgentChanged)))
    assert (await services.agents.agent(agent.id)).status is AgentStatus.OFFLINE
    *_, entry = await entries(db)
    assert (entry.action, entry.details) == (AuditAction.AGENT_DEACTIVATED, '{"sessions": 1}')

    await services.authority.reactivate(admin, agent.id)
    await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')


async def test_wrong_password_of_who_left_looks_like_any_other(
    services: Services, make: Make
) -> None:
    agent = await make.agent(is_active=False)

    with pytest.raises(NotSignedInError, match=r'sign_in\.wrong'):
        await services.sign_ins.sign_in(agent.username, 'a guess', address='127.0.0.1')
    with pytest.raises(NotSignedInError, match=r'sign_in\.inactive'):
        await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')


@pytest.mark.parametrize('change', CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize(
    'who', [AgentRole.AGENT, AgentRole.SUPERVISOR, None], ids=['agent', 'supervisor', 'who left']
)
async def test_nobody_else_may(
    services: Services, make: Make, db: Database, change: Change, who: AgentRole | None
) -> None:
    role, is_active = who or AgentRole.ADMIN, who is not None
    by, agent = await make.agent(role=role, is_active=is_active), await make.agent()

    with pytest.raises(NotAllowedError):
        await change(services, by, agent)

    assert (await services.agents.agent(agent.id)).model_dump() == agent.model_dump()
    assert await entries(db) == []


async def test_role_that_was_read_before_it_was_taken_decides_nothing(
    services: Services, admin: Agent, make: Make
) -> None:
    former = await make.agent(role=AgentRole.ADMIN)
    agent = await make.agent()

    await services.authority.set_role(admin, former.id, AgentRole.AGENT)

    assert former.role is AgentRole.ADMIN  # the row as it was read
    with pytest.raises(NotAllowedError):
        await services.authority.deactivate(former, agent.id)


@pytest.mark.parametrize('change', [CHANGES['role'], CHANGES['leaving']], ids=['role', 'leaving'])
async def test_last_administrator_stays(
    services: Services, admin: Agent, make: Make, change: Change
) -> None:
    await make.agent(role=AgentRole.ADMIN, is_active=False)

    with pytest.raises(ConflictError, match=r'agent\.last_admin'):
        await change(services, admin, admin)


async def test_administrators_who_take_each_other_away_leave_one(
    services: Services, another_desk: Services, make: Make
) -> None:
    admins = [await make.agent(role=AgentRole.ADMIN) for _ in range(6)]

    tries = [
        desk.authority.deactivate(by, who.id)
        for desk, by, who in zip(
            (services, another_desk) * 3, admins, [*admins[1:], admins[0]], strict=True
        )
    ]
    await asyncio.gather(*tries, return_exceptions=True)

    left = [await services.agents.agent(one.id) for one in admins]
    assert any(one.is_active for one in left)


async def test_nonsense_is_refused(services: Services, admin: Agent, make: Make) -> None:
    agent = await make.agent()

    for department in ('', ' ', 'x' * 101, 'a\x00b'):
        with pytest.raises(InvalidInputError):
            await services.authority.move(admin, agent.id, department)
    with pytest.raises(InvalidInputError):
        await services.authority.rename(admin, agent.id, first_name='', last_name='김')
    with pytest.raises(NotFoundError):
        await services.authority.deactivate(admin, (await make.chat()).id)
