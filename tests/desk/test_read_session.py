"""Reads on the bare driver find what an ordinary session finds."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from psycopg import ProgrammingError
from sqlalchemy import Integer, Numeric, Row, Uuid, bindparam, cast, func, inspect, text, union
from sqlmodel import col, select

from desk.compiled_select import built_once, driver_query
from desk.db import Database
from desk.settings import Settings
from models import Agent, AgentPresence, AgentRole, AgentStatus, ChatSession, ChatStatus
from tests.support.make import Make


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    opened = Database(settings.database_url, pool_size=2, pool_overflow=3)
    yield opened
    await opened.close()


STATEMENTS: dict[str, Any] = {
    'a model': select(Agent).order_by(col(Agent.username)),
    'a column': select(Agent.username).order_by(col(Agent.username)),
    'enums in and out': select(ChatSession.id, ChatSession.status)
    .where(col(ChatSession.status).in_([ChatStatus.ACTIVE, ChatStatus.WAITING]))
    .order_by(col(ChatSession.id)),
    'nothing in a list': select(Agent).where(col(Agent.role).in_(())),
    'two models, one of them absent': select(ChatSession, Agent)
    .outerjoin(Agent, col(Agent.id) == col(ChatSession.agent_id))
    .order_by(col(ChatSession.id)),
    'a model and a figure': select(Agent, func.count(col(ChatSession.id)))
    .outerjoin(ChatSession, col(ChatSession.agent_id) == col(Agent.id))
    .group_by(col(Agent.id))
    .order_by(col(Agent.username)),
    'one column twice': select(Agent, Agent.id).order_by(col(Agent.username)),
    'figures': select(cast(func.avg(col(Agent.chat_capacity)), Numeric), func.count()),
    'a word with a percent sign': select(Agent.id).where(col(Agent.username).like('%a%')),
}


@pytest.mark.parametrize('statement', STATEMENTS.values(), ids=STATEMENTS.keys())
async def test_reads_find_what_a_session_finds(db: Database, make: Make, statement: Any) -> None:
    agent = await make.agent()
    await make.agent()
    await make.chat(agent=agent)
    await make.chat()

    for _ in range(2):  # compiled, and found compiled
        async with db.reading() as reading, db.transaction() as session:
            found = (await reading.exec(statement)).all()
            expected = (await session.exec(statement)).all()
            assert [_plain(one) for one in found] == [_plain(one) for one in expected]


async def test_values_of_an_equal_statement_are_its_own(db: Database, make: Make) -> None:
    people = [await make.agent() for _ in range(2)]

    async with db.reading() as session:
        found = [
            (await session.exec(select(Agent).where(col(Agent.id) == one.id))).one()
            for one in people
        ]
        named = select(Agent.id).where(col(Agent.username) == bindparam('name'))
        by_name = (await session.exec(named, params={'name': people[1].username})).one()

    assert [one.id for one in found] == [one.id for one in people]
    assert by_name == people[1].id


async def test_row_that_was_read_can_be_changed_in_a_transaction(db: Database, make: Make) -> None:
    agent = await make.agent(status=AgentStatus.AVAILABLE)

    async with db.reading() as session:
        read = await session.get(Agent, agent.id)
        missing = await session.get(AgentPresence, agent.id)
    assert read
    read.first_name = '바뀐'
    async with db.transaction() as session:
        session.add(read)
    async with db.reading() as session:
        again = (await session.exec(select(Agent).where(col(Agent.id) == agent.id))).one()

    assert missing is None
    assert again.first_name == '바뀐'
    assert again.role is AgentRole.AGENT


async def test_other_statements_go_to_a_session(db: Database, make: Make) -> None:
    agent = await make.agent()
    locking = select(Agent).where(col(Agent.id) == agent.id).with_for_update(key_share=True)

    async with db.reading() as session:
        number = (await session.exec(text('SELECT 7'))).scalar_one()  # type: ignore[call-overload]  # any statement
        locked = (await session.exec(locking)).one()

    assert driver_query(locking) is None
    assert (number, locked.id) == (7, agent.id)


def _plain(found: Any) -> Any:
    """Return a found row as values that compare: a model's row as a dictionary."""
    if isinstance(found, (Agent, ChatSession)):
        return found.model_dump()
    if isinstance(found, (tuple, Row)):
        return tuple(_plain(one) for one in found)
    return found


async def test_statement_built_once_takes_other_values_at_each_use(
    db: Database, make: Make
) -> None:
    people = [await make.agent() for _ in range(2)]
    statement = built_once(
        select(Agent, Agent.username).where(col(Agent.id) == bindparam('agent_id', type_=Uuid()))
    )

    async with db.reading() as session:
        found = [
            (await session.exec(statement, params={'agent_id': one.id})).one()[0].id
            for one in people
        ]

    assert found == [one.id for one in people]


async def test_sources_of_one_list_are_read_in_one_statement(db: Database, make: Make) -> None:
    people = [await make.agent() for _ in range(2)]
    each = [select(Agent.id, Agent.username).where(col(Agent.id) == one.id) for one in people]

    async with db.reading() as session:
        found = (await session.exec(union(*each))).all()  # type: ignore[call-overload]  # any statement

    assert {(one.id, one.username) for one in found} == {(one.id, one.username) for one in people}


async def test_statement_built_once_keeps_its_own_values_beside_those_of_a_use(
    db: Database, make: Make
) -> None:
    for _ in range(3):
        await make.agent(role=AgentRole.SUPERVISOR)
    await make.agent(role=AgentRole.AGENT)
    listed = built_once(
        select(Agent.username)
        .where(col(Agent.role).in_([AgentRole.SUPERVISOR, AgentRole.ADMIN]))
        .where(
            col(Agent.role)
            == bindparam('role', AgentRole.SUPERVISOR, type_=inspect(Agent).columns.role.type)
        )
        .limit(bindparam('most', type_=Integer()))
    )

    async with db.reading() as session:
        two = (await session.exec(listed, params={'most': 2, 'unused': 7})).all()
        none = (await session.exec(listed, params={'most': 2, 'role': AgentRole.AGENT})).all()
        with pytest.raises(ProgrammingError):
            await session.exec(listed)

    assert (len(two), len(none)) == (2, 0)


async def test_list_supplied_to_a_statement_built_once_may_differ_in_length(
    db: Database, make: Make
) -> None:
    people = [(await make.agent()).id for _ in range(3)]
    among = built_once(select(Agent.id).where(col(Agent.id).in_(bindparam('ids', expanding=True))))

    async with db.reading() as session:
        for ids in (people[:1], people, []):
            found = (await session.exec(among, params={'ids': ids})).all()
            assert sorted(found) == sorted(ids)
