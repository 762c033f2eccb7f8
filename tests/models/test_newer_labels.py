"""A newer version of the desk adds columns, members of enums, kinds and fields: the older one works on beside it."""

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
from models import EVERYWHERE, AgentStatus, Priority, Sender, SettingKind, migrations
from models.base import Labels
from services.chats.inbox_order import Scope, Tab
from services.chats.visits import ChatStart
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
    """A desk whose database a newer version has migrated already: each enum has a member more, each table a column."""
    name = f'newer_{os.getpid()}_{uuid4().hex[:8]}'
    with server_of(backing) as server:
        server.execute(f'CREATE DATABASE {name}')
    migrations.upgrade(address(backing, name), used_by=app_address(backing, name))
    with owner_of(address(backing, name)) as server:
        for kind in {column.type.name for column in COLUMNS}:
            server.execute(f"ALTER TYPE {kind} ADD VALUE 'newer'")
        for table in SQLModel.metadata.tables:
            server.execute(f"ALTER TABLE {table} ADD COLUMN newer text NOT NULL DEFAULT 'newer'")
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


async def test_chat_goes_from_start_to_end_on_tables_with_newer_columns(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    queue = await make.queue()
    started = await services.visits.start(
        ChatStart(name='정하윤', phone='010-1234-5678', department=queue.department)
    )
    line = make.outgoing(started.chat.id, '안녕하세요')
    await services.visits.write(line)
    await services.chats.take(agent, started.chat.id)
    await services.chats.reply(agent, make.outgoing(started.chat.id, '반갑습니다'))
    await services.chats.end(agent, started.chat.id)

    stored = await services.visits.messages_after(started.chat.id, 0)

    said = [one.content for one in stored if one.sender is not Sender.SYSTEM]
    assert said == ['안녕하세요', '반갑습니다']


async def test_setting_keeps_the_fields_that_only_a_newer_version_knows(
    services: Services, make: Make, settings: Settings
) -> None:
    admin = await make.admin()
    await services.desk_settings.edit(
        admin, SettingKind.TEXTS, EVERYWHERE, {'greeting_ko': '어서 오세요'}, version=0
    )
    with owner_of(settings.database_owner_url) as server:
        server.execute(
            """UPDATE setting_documents SET values = values || '{"farewell_ko": "안녕히 가세요"}'"""
        )

    await services.desk_settings.edit(
        admin, SettingKind.TEXTS, EVERYWHERE, {'greeting_ko': '반갑습니다'}, version=1
    )

    with owner_of(settings.database_owner_url) as server:
        [(values,)] = server.execute('SELECT values FROM setting_documents').fetchall()
    assert (values['greeting_ko'], values['farewell_ko']) == ('반갑습니다', '안녕히 가세요')


async def test_limit_of_a_kind_that_only_a_newer_version_knows_can_be_turned_off(
    services: Services, make: Make, settings: Settings
) -> None:
    admin = await make.admin()
    limit = await services.thresholds.add(admin, {'kind': 'waiting', 'most': '7'})
    with owner_of(settings.database_owner_url) as server:
        server.execute("UPDATE floor_thresholds SET kind = 'newer'")

    await services.thresholds.edit(admin, limit.id, {'is_active': 'no'}, version=1)

    [kept] = await services.thresholds.all(admin)
    assert (kept.kind, kept.most, kept.is_active) == ('newer', 7, False)


def owner_of(url: str) -> psycopg.Connection:
    """Connect as the role that owns the tables, as the newer version's migration does."""
    return psycopg.connect(url.replace('+psycopg', ''), autocommit=True)
