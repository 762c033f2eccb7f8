"""The first administrator of a new desk."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from desk import passwords
from desk.db import Database
from desk.errors import ConflictError, InvalidInputError
from desk.settings import Settings
from models import AgentRole
from services.people.admin import NewAdmin, make_first_admin
from services.registry import Services
from tests.support.make import Make

BOSS = NewAdmin(
    username='boss',
    password='a-long-enough-password',
    email='boss@example.com',
    first_name='하늘',
    last_name='정',
)


@pytest.fixture(autouse=True)
def cheap_passwords() -> None:
    """Hash fast: what is under test is not the hash."""
    passwords.use_cost(time_cost=1, memory_kib=8, parallelism=1)


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The database of a new desk."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


async def test_first_administrator_can_sign_in(db: Database, services: Services) -> None:
    await make_first_admin(db, BOSS)

    staff, _ = await services.sign_ins.sign_in('boss', BOSS.password, address='127.0.0.1')

    assert staff.agent.role is AgentRole.ADMIN
    assert staff.agent.name == '정하늘'


async def test_there_is_one_first_administrator(db: Database) -> None:
    await make_first_admin(db, BOSS)

    with pytest.raises(ConflictError) as refused:
        await make_first_admin(db, replace(BOSS, username='boss2', email='boss2@example.com'))

    assert refused.value.key == 'admin.exists'


async def test_name_of_a_colleague_is_taken(db: Database, make: Make) -> None:
    await make.agent(username='boss')

    with pytest.raises(ConflictError) as refused:
        await make_first_admin(db, BOSS)

    assert refused.value.key == 'admin.name_taken'


@pytest.mark.parametrize(
    ('changes', 'key'),
    [
        ({'password': 'short'}, 'admin.password'),
        ({'username': ' '}, 'admin.names'),
        ({'last_name': 'x' * 51}, 'admin.names'),
        ({'email': 'nowhere'}, 'admin.email'),
    ],
)
async def test_what_cannot_be_used_is_said(db: Database, changes: dict[str, str], key: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await make_first_admin(db, replace(BOSS, **changes))

    assert refused.value.key == key
