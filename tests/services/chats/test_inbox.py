"""The inbox: order, pages, counts and who sees what; and what a page costs with 10,000 open chats."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from desk import clock
from desk.settings import Settings
from models import Agent, ChatSession, ChatStatus
from services.chats.events import ChatCard
from services.chats.inbox_order import Scope, Tab
from services.registry import Services
from tests.support.make import DEPARTMENT, Make
from tests.support.statements import each_statement

MINE, WHOLE = Scope.MINE, Scope.DEPARTMENT


async def waiting_chats(make: Make, count: int) -> list[ChatSession]:
    """Chats that began a minute apart, the first one longest ago."""
    now = clock.now()
    return [
        await make.chat(start_time=now - timedelta(minutes=count - place)) for place in range(count)
    ]


async def paged(
    services: Services, agent: Agent, tab: Tab, scope: Scope, *, limit: int
) -> list[ChatCard]:
    """Read a list to its end, page by page."""
    chats: list[ChatCard] = []
    is_last = False
    while not is_last:
        page = await services.inbox.page(
            agent, tab, scope, after=chats[-1] if chats else None, limit=limit
        )
        chats += page.chats
        is_last = page.is_last
    return chats


async def test_longest_waiting_comes_first_and_pages_join(services: Services, make: Make) -> None:
    agent = await make.agent()
    chats = await waiting_chats(make, 7)

    for limit in (1, 3, 7, 30):
        shown = await paged(services, agent, Tab.WAITING, WHOLE, limit=limit)
        assert [chat.id for chat in shown] == [chat.id for chat in chats]


async def test_chats_that_began_at_one_moment_are_all_shown_once(
    services: Services, make: Make
) -> None:
    agent, now = await make.agent(), clock.now()
    chats = [await make.chat(start_time=now) for _ in range(5)]

    shown = await paged(services, agent, Tab.WAITING, WHOLE, limit=2)

    assert [chat.id for chat in shown] == sorted(chat.id for chat in chats)


async def test_page_is_not_moved_by_what_came_or_went_before_it(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chats = await waiting_chats(make, 6)
    first = await services.inbox.page(agent, Tab.WAITING, WHOLE, limit=3)
    await make.chat(start_time=clock.now() - timedelta(hours=1))
    await services.visits.leave(chats[2].id)

    second = await services.inbox.page(agent, Tab.WAITING, WHOLE, after=first.chats[-1], limit=3)

    assert [chat.id for chat in second.chats] == [chat.id for chat in chats[3:]]
    assert second.is_last


async def test_who_waits_for_an_answer_comes_before_who_has_one(
    services: Services, make: Make
) -> None:
    agent, now = await make.agent(), clock.now()
    answered = [await make.chat(agent=agent) for _ in range(2)]
    late = await make.chat(agent=agent, awaiting_since=now)
    early = await make.chat(agent=agent, awaiting_since=now - timedelta(minutes=3))

    shown = await paged(services, agent, Tab.OPEN, MINE, limit=1)

    expected = [early.id, late.id, *sorted(chat.id for chat in answered)]
    assert [chat.id for chat in shown] == expected


async def test_latest_ended_comes_first(services: Services, make: Make) -> None:
    agent, now = await make.agent(), clock.now()
    ended = [
        await make.chat(agent=agent, status=ChatStatus.CLOSED, end_time=now - timedelta(days=days))
        for days in (3, 1, 2)
    ]

    shown = await paged(services, agent, Tab.CLOSED, MINE, limit=2)

    assert [chat.id for chat in shown] == [ended[1].id, ended[2].id, ended[0].id]


async def test_scopes_show_ones_own_the_departments_and_everybodys(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    stranger = await make.agent(department='기술지원')
    supervisor = await make.supervisor()
    own, other, foreign = [(await make.chat(agent=one)).id for one in (agent, colleague, stranger)]

    async def shown(reader: Agent, scope: Scope) -> set[UUID]:
        page = await services.inbox.page(reader, Tab.OPEN, scope)
        return {chat.id for chat in page.chats}

    assert await shown(agent, MINE) == {own}
    assert await shown(agent, WHOLE) == {own, other}
    assert await shown(stranger, WHOLE) == {foreign}
    assert await shown(supervisor, WHOLE) == {own, other, foreign}
    assert await shown(supervisor, MINE) == set()


async def test_everyone_of_a_department_sees_who_waits_in_it(
    services: Services, make: Make
) -> None:
    agent, stranger = await make.agent(), await make.agent(department='기술지원')
    chat = await make.chat()

    page = await services.inbox.page(agent, Tab.WAITING, MINE)
    elsewhere = await services.inbox.page(stranger, Tab.WAITING, WHOLE)

    assert [one.id for one in page.chats] == [chat.id]
    assert elsewhere.chats == []


async def test_counts_are_those_of_the_lists(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    await waiting_chats(make, 3)
    await make.chat(agent=agent)
    await make.chat(agent=colleague, status=ChatStatus.ON_HOLD)
    await make.chat(agent=colleague, status=ChatStatus.CLOSED, end_time=clock.now())

    assert await services.inbox.counts(agent, MINE) == {
        Tab.WAITING: 3, Tab.OPEN: 1, Tab.CLOSED: 0,
    }  # fmt: skip
    assert await services.inbox.counts(agent, WHOLE) == {
        Tab.WAITING: 3, Tab.OPEN: 2, Tab.CLOSED: 1,
    }  # fmt: skip
    assert await services.inbox.counts(agent, WHOLE, [Tab.OPEN]) == {Tab.OPEN: 2}


@pytest.fixture
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that goes to the database meanwhile, with its parameters."""
    heard: list[tuple[str, Any]] = []
    with each_statement(lambda text, values: heard.append((text, values))):
        yield heard


@pytest.fixture
async def crowd(settings: Settings, make: Make) -> tuple[Agent, Agent]:
    """10,000 open chats of 40 agents in two departments, 2,000 waiting, 20,000 ended: an agent, a supervisor."""
    agents = [
        await make.agent(department=DEPARTMENT if place % 2 else '결제·환불') for place in range(40)
    ]
    with psycopg.connect(settings.migration_url.replace('+psycopg', ''), autocommit=True) as server:
        # a worker of autovacuum's would be in the database when it is dropped
        server.execute('ALTER TABLE chat_sessions SET (autovacuum_enabled = false)')
        server.execute(FILL, {'agents': [one.id for one in agents]})
        server.execute('ANALYZE chat_sessions')
    return agents[1], await make.supervisor()


FILL = """
    INSERT INTO chat_sessions (id, agent_id, status, department, source, visitor_name, visitor_phone, token_hash,
                               start_time, end_time, awaiting_since, taken_at, version, last_line)
    SELECT gen_random_uuid(),
           CASE WHEN kind <> 'waiting' THEN agents.id END,
           kind::chat_session_status, agents.department, 'web', '고객 ' || n, '01012345678', md5(n::text),
           now() - n * interval '1 second',
           CASE WHEN kind = 'closed' THEN now() - n * interval '1 minute' END,
           CASE WHEN kind = 'active' AND n %% 3 > 0 THEN now() - n * interval '7 seconds' END,
           CASE WHEN kind <> 'waiting' THEN now() END, 3, '확인 부탁드려요'
    FROM (SELECT n, CASE WHEN n <= 10000 THEN 'active' WHEN n <= 12000 THEN 'waiting' ELSE 'closed' END AS kind
          FROM generate_series(1, 32000) AS n) AS chats
    JOIN agents ON agents.id = (%(agents)s::uuid[])[n %% 40 + 1]
"""
LISTS = [(tab, scope) for tab in Tab for scope in Scope]


async def test_a_page_with_counts_takes_at_most_six_statements(
    services: Services, crowd: tuple[Agent, Agent], statements: list[tuple[str, Any]]
) -> None:
    agent, _ = crowd
    statements.clear()

    await services.inbox.page(agent, Tab.OPEN, WHOLE)
    await services.inbox.counts(agent, WHOLE)

    assert 1 <= len(statements) <= 6


async def test_pages_of_10_000_open_chats_are_quick_wherever_they_are(
    services: Services, crowd: tuple[Agent, Agent]
) -> None:
    seconds = []
    for reader in crowd:
        for tab, scope in LISTS:
            last = None
            for _ in range(8):
                began = time.perf_counter()
                page = await services.inbox.page(reader, tab, scope, after=last)
                seconds.append(time.perf_counter() - began)
                last = page.chats[-1] if page.chats else None

    assert len(seconds) == 96
    assert sorted(seconds)[int(len(seconds) * 0.95)] < 0.1


async def test_no_page_and_no_count_reads_the_whole_table(
    services: Services,
    crowd: tuple[Agent, Agent],
    settings: Settings,
    statements: list[tuple[str, Any]],
) -> None:
    statements.clear()

    for reader in crowd:
        for tab, scope in LISTS:
            first = await services.inbox.page(reader, tab, scope)
            after = first.chats[-1] if first.chats else None
            await services.inbox.page(reader, tab, scope, after=after)
        for scope in Scope:
            await services.inbox.counts(reader, scope)

    plans = [plan(settings, *told) for told in statements if 'FROM chat_sessions' in told[0]]
    assert len(plans) >= 24
    assert [one for one in plans if 'Seq Scan on chat_sessions' in one] == []


def plan(settings: Settings, statement: str, values: Any) -> str:
    """Ask the server how it would answer a statement that was just sent."""
    with psycopg.connect(settings.database_url.replace('+psycopg', '')) as server:
        rows = server.execute(f'EXPLAIN {statement}', values).fetchall()
    return '\n'.join([statement, *(row[0] for row in rows)])
