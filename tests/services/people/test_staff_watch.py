"""A page or program knows its person as they are now, whichever way they changed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from desk.db import Database
from desk.events import Resync
from desk.settings import Settings
from models import Agent, AgentRole
from services.people.authority import tell_changed
from services.people.sign_ins import Staff
from services.people.staff_watch import StaffWatch
from services.registry import Services
from services.work.unit_of_work import UnitsOfWork
from tests.support.make import PASSWORD, Make
from tests.support.until import until


@dataclass
class Screen:
    """What is shown to somebody, as far as the watch knows."""

    changes: list[frozenset[str]] = field(default_factory=list)
    is_closed: bool = False

    def person_changed(self, fields: frozenset[str]) -> None:
        self.changes.append(fields)

    def sign_in_ended(self) -> None:
        self.is_closed = True


@asynccontextmanager
async def watching(services: Services, staff: Staff) -> AsyncIterator[Screen]:
    """Show something to a person while the block runs."""
    screen = Screen()
    watch = StaffWatch(services.sign_ins, services.topics, staff, screen)
    async with asyncio.TaskGroup() as group:
        group.create_task(watch.keep())
        yield screen
        watch.stop()


@pytest.fixture
async def agent(make: Make) -> Agent:
    return await make.agent()


@pytest.fixture
async def staff(services: Services, agent: Agent) -> Staff:
    """The agent, signed in."""
    staff, _ = await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    return staff


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The database past all services."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


async def sql(db: Database, statement: str) -> None:
    """Change rows past all services: nobody is told."""
    async with db.transaction() as session:
        await (await session.connection()).execute(text(statement))


async def test_change_made_by_another_desk_is_taken_over_in_place(
    services: Services, another_desk: Services, make: Make, staff: Staff
) -> None:
    admin, row = await make.agent(role=AgentRole.ADMIN), staff.agent
    async with watching(services, staff) as screen:
        await another_desk.authority.set_role(admin, row.id, AgentRole.SUPERVISOR)
        await until(lambda: row.role is AgentRole.SUPERVISOR, seconds=1)
        await another_desk.authority.move(admin, row.id, '환불')
        await until(lambda: row.department == '환불', seconds=1)

    assert staff.agent is row
    assert [fields & {'role', 'department'} for fields in screen.changes] == [
        {'role'}, {'department'},
    ]  # fmt: skip


async def test_what_changed_before_the_watch_began_is_seen_at_once(
    services: Services, db: Database, staff: Staff
) -> None:
    await sql(db, "UPDATE agents SET role = 'supervisor'")

    async with watching(services, staff) as screen:
        await until(lambda: screen.changes == [frozenset({'role'})])


async def test_change_past_all_services_is_seen_after_a_resync(
    services: Services, db: Database, staff: Staff
) -> None:
    async with watching(services, staff) as screen:
        await sql(db, "UPDATE agents SET department = '환불'")
        services.topics.publish(Resync())

        await until(lambda: screen.changes == [frozenset({'department'})], seconds=1)


@pytest.mark.parametrize(
    'statement',
    ['UPDATE agents SET is_active = false', 'UPDATE sessions SET revoked_at = now()'],
    ids=['let go', 'signed out'],
)
async def test_end_past_all_services_is_seen_after_a_resync(
    services: Services, db: Database, staff: Staff, statement: str
) -> None:
    async with watching(services, staff) as screen:
        await sql(db, statement)
        services.topics.publish(Resync())

        await until(lambda: screen.is_closed, seconds=1)


async def test_what_decides_in_other_tables_is_told_by_name(
    services: Services, agent: Agent, staff: Staff, db: Database
) -> None:
    units = UnitsOfWork(db, services.relay)
    async with watching(services, staff) as screen:
        async with units.begin() as work:
            tell_changed(work, agent, ['skills'])

        await until(lambda: any('skills' in fields for fields in screen.changes))


async def test_resync_without_a_change_says_nothing(services: Services, staff: Staff) -> None:
    async with watching(services, staff) as screen:
        for _ in range(3):
            services.topics.publish(Resync())
        await services.sign_ins.sign_out(staff)
        await until(lambda: screen.is_closed)

    assert [fields for fields in screen.changes if fields - {'status', 'status_since'}] == []
