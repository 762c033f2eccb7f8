"""Two versions of the desk side by side, as while one is rolled out: each skips what it cannot read, and nothing is lost."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from desk.db import Database
from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import AgentStatus
from services.registry import Services
from tests.support.browser import live
from tests.support.make import DEPARTMENT, PASSWORD, Make
from tests.support.program import ProgramClient, following
from tests.support.until import until

pytestmark = pytest.mark.slow

NEWER = 'tests/support/newer_desk.py'
LINES = 20
VISIT = {'name': '정하윤', 'phone': '010-1234-5678', 'department': DEPARTMENT}
SKIPPED = re.compile(r'^desk_unreadable_events_total\{reason="(\w+)"\} (\d+)', re.MULTILINE)


@pytest.fixture
def settings(backing: BackingUrls, template: str, tmp_path: Path) -> Iterator[Settings]:
    """What both servers run with; ``make`` and ``services`` work on their data."""
    with live.database(backing, template, tmp_path) as settings:
        yield settings


async def test_two_versions_of_an_event_lose_nothing(
    settings: Settings, tmp_path: Path, make: Make, services: Services
) -> None:
    agent = await make.agent()
    colleague = await make.agent(status=AgentStatus.OFFLINE)
    chat = await make.chat(agent=agent)
    staff, _ = await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    bearer = services.sign_ins.bearer(staff)
    other, _ = await services.sign_ins.sign_in(colleague.username, PASSWORD, address='127.0.0.1')
    colleagues = services.sign_ins.bearer(other)
    with (
        live.served(settings, tmp_path / 'older.log') as older,
        live.served(settings, tmp_path / 'newer.log', script=NEWER) as newer,
    ):
        programs = [ProgramClient(desk.port, agent.id, bearer) for desk in (older, newer)]
        async with following(programs[0], chat.id), following(programs[1], chat.id):
            await until(lambda: all(one.connections for one in programs), seconds=30)
            for _ in range(LINES // 2):
                await _write(older, bearer, chat.id)
                await _write(newer, bearer, chat.id)
            for one in programs:
                await until(lambda one=one: one.numbers(chat.id) == _up_to(LINES), seconds=15)

            await _post(newer, '/chat/visits', VISIT)  # a kind that the older does not know
            await until(lambda: _has_skipped(older, 'kind', 1), seconds=15)
            shapes = (await _skipped(older))['shape']
            await _be_available(newer, colleagues)  # a status that the older does not know
            await until(lambda: _has_skipped(older, 'shape', shapes + 1), seconds=15)

            await _write_and_die(newer, bearer, chat.id)
            await asyncio.to_thread(newer.start)
            stored = [one.number for one in await services.visits.messages_after(chat.id, 0)]
            for one in programs:
                await until(lambda one=one: one.numbers(chat.id) == stored, seconds=30)
            await until(lambda: _is_empty(settings), seconds=15)

        skipped = await _skipped(older)
        assert older.complaints() + newer.complaints() == ''

    assert skipped['shape'] >= LINES // 2  # messages with a field more
    assert all(one.late == [] for one in programs)


def _up_to(number: int) -> list[int]:
    return list(range(1, number + 1))


async def _write(desk: live.LiveDesk, bearer: str, chat_id: UUID) -> None:
    body = {'content': '안녕하세요', 'id': str(uuid4())}
    header = {'Authorization': f'Bearer {bearer}'}
    await _post(desk, f'/chat/sessions/{chat_id}/messages', body, **header)


async def _be_available(desk: live.LiveDesk, colleague: str) -> None:
    header = {'Authorization': f'Bearer {colleague}'}
    async with httpx.AsyncClient(base_url=desk.address, timeout=30) as api:
        answer = await api.put('/agents/me/status', json={'status': 'available'}, headers=header)
        assert answer.is_success, answer.text


async def _post(desk: live.LiveDesk, path: str, body: dict[str, str], **headers: str) -> None:
    async with httpx.AsyncClient(base_url=desk.address, timeout=30) as api:
        answer = await api.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text


async def _write_and_die(desk: live.LiveDesk, bearer: str, chat_id: UUID) -> None:
    """Write a handful at once, and be killed while some are stored and not told."""
    await asyncio.gather(
        *(_write(desk, bearer, chat_id) for _ in range(6)),
        asyncio.to_thread(desk.kill),
        return_exceptions=True,
    )


async def _skipped(desk: live.LiveDesk) -> dict[str, int]:
    async with httpx.AsyncClient(base_url=desk.address, timeout=30) as api:
        answer = await api.get('/metrics')
    return {reason: int(count) for reason, count in SKIPPED.findall(answer.text)}


async def _has_skipped(desk: live.LiveDesk, reason: str, least: int) -> bool:
    return (await _skipped(desk)).get(reason, 0) >= least


async def _is_empty(settings: Settings) -> bool:
    db = Database(settings.database_url, pool_size=1)
    async with db.statement() as connection:
        count = await connection.scalar(text('SELECT count(*) FROM outbox'))
    await db.close()
    return count == 0
