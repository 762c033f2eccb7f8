"""The link that makes the first administrator: once, soon, and never on a desk that has one."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from desk import clock, passwords
from desk.db import Database
from desk.errors import FieldsRefusedError, NotFoundError
from models import Agent, AgentRole, AuditEntry, SetupLink
from services.people.invitations import Invitee
from services.people.setup_links import SetupLinks
from services.registry import Services
from tests.support.make import Make

PASSWORD = 'only-haneul-knows-it'
HANEUL = Invitee(
    last_name='정',
    first_name='하늘',
    email='jung@example.com',
    username='haneul',
    department='관리',
)


@pytest.fixture(autouse=True)
def cheap_passwords() -> None:
    passwords.use_cost(time_cost=1, memory_kib=8, parallelism=1)


async def token_of(services: Services) -> str:
    link = await services.setup_links.make()
    assert link is not None
    return link.token


async def accept(services: Services, token: str, **changes: str) -> Agent:
    new = replace(HANEUL, **changes)
    return await services.setup_links.accept(token, new, PASSWORD, PASSWORD)


async def admins(db: Database) -> int:
    async with db.reading() as session:
        is_admin = col(Agent.role) == AgentRole.ADMIN
        return (await session.exec(select(func.count()).where(is_admin))).one()


async def test_link_of_one_process_makes_the_administrator_at_another(
    services: Services, another_desk: Services, db: Database
) -> None:
    token = await token_of(services)

    agent = await accept(another_desk, token)
    staff, _ = await services.sign_ins.sign_in('haneul', PASSWORD, address='127.0.0.1')

    assert (staff.agent.id, staff.agent.role, staff.agent.name) == (
        agent.id,
        AgentRole.ADMIN,
        '정하늘',
    )
    async with db.reading() as session:
        entry = (
            await session.exec(select(AuditEntry).where(col(AuditEntry.action) == 'admin_made'))
        ).one()
        kept = (await session.exec(select(SetupLink))).one()
    assert (entry.agent_id, entry.subject_id, entry.details) == (None, agent.id, {'by': 'link'})
    assert token not in str(kept.model_dump())


async def test_all_links_end_with_the_first_administrator_for_good(
    services: Services, another_desk: Services, make: Make
) -> None:
    used, other = await token_of(services), await token_of(another_desk)
    agent = await accept(services, used)
    await services.accounts.block(None, agent.username)  # as the operator can

    for desk, token in ((services, used), (another_desk, other), (services, 'guessed')):
        with pytest.raises(NotFoundError, match=r'setup\.over'):
            await desk.setup_links.check(token)
        with pytest.raises(NotFoundError, match=r'setup\.over'):
            await accept(desk, token, username='intruder', email='intruder@example.com')
    assert await services.setup_links.make() is None


async def test_two_at_once_make_one_administrator(
    services: Services, another_desk: Services, db: Database
) -> None:
    links = [await token_of(services), await token_of(another_desk)]

    done = await asyncio.gather(
        accept(services, links[0]),
        accept(another_desk, links[1], username='second', email='second@example.com'),
        accept(another_desk, links[0], username='third', email='third@example.com'),
        return_exceptions=True,
    )

    assert sum(isinstance(one, Agent) for one in done) == 1
    assert {type(one) for one in done} == {Agent, NotFoundError}
    assert await admins(db) == 1


async def test_link_ends_after_half_an_hour_and_is_tidied(
    services: Services, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, now = await token_of(services), clock.now()

    monkeypatch.setattr(clock, 'now', lambda: now + timedelta(minutes=29))
    assert await services.setup_links.check(token)
    monkeypatch.setattr(clock, 'now', lambda: now + timedelta(minutes=31))
    with pytest.raises(NotFoundError):
        await accept(services, token)
    await services.setup_links.tidy()
    async with db.reading() as session:
        assert (await session.exec(select(func.count(col(SetupLink.id))))).one() == 1
    monkeypatch.setattr(clock, 'now', lambda: now + timedelta(days=2))
    await services.setup_links.tidy()

    async with db.reading() as session:
        assert (await session.exec(select(func.count(col(SetupLink.id))))).one() == 0
    assert await admins(db) == 0


async def test_every_fault_is_said_and_uses_nothing_up(services: Services, make: Make) -> None:
    await make.agent(username='haneul')
    token = await token_of(services)

    with pytest.raises(FieldsRefusedError) as wrong:
        await services.setup_links.accept(
            token, replace(HANEUL, email='nowhere', first_name=' '), 'short', 'other'
        )
    with pytest.raises(FieldsRefusedError) as taken:
        await accept(services, token)

    assert set(wrong.value.faults) == {'email', 'first_name', 'password'}
    assert set(taken.value.faults) == {'username'}
    assert await services.setup_links.check(token)


async def test_desk_whose_administrators_come_from_a_provider_has_no_link(
    services: Services,
) -> None:
    links = SetupLinks(services.setup_links._units, passwords_for=[AgentRole.AGENT])

    assert await links.make() is None
