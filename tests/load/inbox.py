"""The inbox on a full floor: the service as a page asks it, beside the same SQL through bare psycopg."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from pydantic import SecretStr

from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import Agent
from services.chats.inbox_order import Scope, Tab
from services.process import ProcessResources
from tests.load import floor
from tests.load.loads import Latency
from tests.load.processes import SECRET
from tests.load.report import Row
from tests.support.statements import each_statement

AGENTS = 10
ROUNDS = 4

Statement = tuple[str, dict[str, Any]]


async def inbox_pages(urls: BackingUrls, size: floor.Size) -> list[Row]:
    """Read a page and the counts of every list for several agents, none of it from a cache."""
    resources = ProcessResources.of(
        Settings(
            _env_file=None,
            database_url=urls.database_owner_url,
            redis_url=urls.redis_url,
            jwt_secret_key=SecretStr(SECRET),
        )
    )
    milliseconds: list[float] = []
    asked: list[list[Statement]] = []
    try:
        for number in range(1, AGENTS + 1):
            staff = await resources.services.sign_ins.staff_by_token(floor.agent(number).cookie)
            for tab in Tab:
                for scope in Scope:
                    with _statements() as statements:
                        milliseconds += [
                            await _read(resources, staff.agent, tab, scope) for _ in range(ROUNDS)
                        ]
                    asked.append(statements)
    finally:
        await resources.close()
    queries = max(len(statements) for statements in asked) / ROUNDS
    return _rows(size, Latency.of(milliseconds), await _replayed(urls, asked), queries)


async def _read(resources: ProcessResources, agent: Agent, tab: Tab, scope: Scope) -> float:
    resources.services.inbox._counts.clear()
    begun = time.perf_counter()
    page = await resources.services.inbox.page(agent, tab, scope)
    await resources.services.inbox.counts(agent, scope)
    await resources.services.agents.names(
        list({one.agent_id for one in page.chats if one.agent_id})
    )
    return (time.perf_counter() - begun) * 1000


@contextmanager
def _statements() -> Iterator[list[Statement]]:
    heard: list[Statement] = []
    with each_statement(lambda text, values: heard.append((text, values))):
        yield heard


async def _replayed(urls: BackingUrls, asked: list[list[Statement]]) -> Latency:
    milliseconds = []
    async with await psycopg.AsyncConnection.connect(
        floor.bare(urls.database_owner_url), autocommit=True
    ) as connection:
        for statements in asked:
            a_page = len(statements) // ROUNDS
            for start in range(0, len(statements), a_page):
                begun = time.perf_counter()
                for statement, parameters in statements[start : start + a_page]:
                    await (await connection.execute(statement, parameters)).fetchall()
                milliseconds.append((time.perf_counter() - begun) * 1000)
    return Latency.of(milliseconds)


def _rows(size: floor.Size, ours: Latency, theirs: Latency, queries: float) -> list[Row]:
    what = f'inbox page, {size.open_chats:,} open chats, {size.messages:,} messages'
    note = 'baseline: the same SQL through bare psycopg'
    return [
        Row(what=f'{what}, queries', figure=queries, unit='', most=6),
        Row(what=f'{what}, p50', figure=ours.p50, unit='ms', baseline=theirs.p50, note=note),
        Row(
            what=f'{what}, p95',
            figure=ours.p95,
            unit='ms',
            baseline=theirs.p95,
            most=100,
            note=note,
        ),
    ]
