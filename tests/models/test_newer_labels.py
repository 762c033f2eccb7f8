"""A newer version of the desk adds a member to an enum: rows that have it are read all the same."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import literal_column, select
from sqlmodel import SQLModel

from desk.db import Database
from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import AgentStatus, Priority, migrations
from models.base import Labels
from services.chats.inbox_order import Scope, Tab
from services.registry import Services
from tests.conftest import SECRET
from tests.support.databases import address, app_address, drop, server_of
from tests.support.make import Make

pytestmark = pytest.mark.slow

COLUMNS = [
    column
    for table in SQLModel.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, Labels)
]


@pytest.fixture
def settings(backing: BackingUrls, tmp_path: Path) -> Iterator[Settings]:
    """A desk whose database a newer version has migrated already: each enum has a member more."""
    name = f'newer_{os.getpid()}_{uuid4().hex[:8]}'
    with server_of(backing) as server:
        server.execute(f'CREATE DATABASE {name}')
    migrations.upgrade(address(backing, name), used_by=app_address(backing, name))
    with owner_of(address(backing, name)) as server:
        for kind in {column.type.name for column in COLUMNS}:
            server.execute(f"ALTER TYPE {kind} ADD VALUE 'newer'")
    yield Settings(
        _env_file=None,
        desk_home=tmp_path,
        database_url=app_address(backing, name),
        database_owner_url=address(backing, name),
        redis_url=backing.redis_url,
        redis_prefix=name,
        jwt_secret_key=SecretStr(SECRET),
        pool_size=5,
        connect_sandbox=False,
    )
    drop(backing, name)


async def test_each_enum_reads_a_newer_value_as_a_member_that_it_states(db: Database) -> None:
    async with db.transaction() as session:
        for column in COLUMNS:
            newer = literal_column(f"'newer'::{column.type.name}", column.type)

            read = await session.scalar(select(newer))

            assert read in list(column.type.kind), column


async def test_list_shows_a_chat_whose_priority_is_newer_and_its_agent_in_a_newer_state(
    services: Services, make: Make, settings: Settings
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    with owner_of(settings.database_owner_url) as server:
        server.execute("UPDATE chat_sessions SET priority = 'newer' WHERE id = %s", [chat.id])
        server.execute("UPDATE agents SET status = 'newer' WHERE id = %s", [agent.id])

    page = await services.inbox.page(agent, Tab.OPEN, Scope.MINE)

    assert [(row.id, row.priority) for row in page.chats] == [(chat.id, Priority.MEDIUM)]
    assert (await services.agents.agent(agent.id)).status is AgentStatus.OFFLINE


def owner_of(url: str) -> psycopg.Connection:
    """Connect as the role that owns the tables, as the newer version's migration does."""
    return psycopg.connect(url.replace('+psycopg', ''), autocommit=True)
