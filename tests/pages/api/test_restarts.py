"""A program through restarts of the desk: in order, or said to be late; nothing lost, nothing twice on one connection."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from desk.sandbox import BackingUrls
from desk.settings import Settings
from services.registry import Services
from tests.support.browser import live
from tests.support.make import PASSWORD, Make
from tests.support.program import ProgramClient, following
from tests.support.until import until

pytestmark = pytest.mark.slow

ROUNDS = 2
LINES = 12


@pytest.fixture
def settings(backing: BackingUrls, template: str, tmp_path: Path) -> Iterator[Settings]:
    """What the server runs with; ``make`` and ``services`` work on its data."""
    with live.database(backing, template, tmp_path) as settings:
        yield settings


async def test_programs_keep_the_order_through_killed_servers(
    settings: Settings, tmp_path: Path, make: Make, services: Services
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    staff, _ = await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    bearer = services.sign_ins.bearer(staff)
    with live.served(settings, tmp_path / 'desk.log') as desk:
        follower = ProgramClient(desk.port, agent.id, bearer)
        listener = ProgramClient(desk.port, agent.id, bearer, subscribes=False)
        async with following(follower, chat.id), following(listener):
            for round_number in range(1, ROUNDS + 1):
                await until(
                    lambda n=round_number: follower.connections == listener.connections == n,
                    seconds=60,
                )
                writing = [_write(desk, bearer, chat.id) for _ in range(LINES)]
                await asyncio.gather(*writing, return_exceptions=True)
                desk.kill()  # between sending and forgetting, so that the sweep tells again
                await asyncio.to_thread(desk.start)
            await until(lambda: follower.connections == listener.connections > ROUNDS, seconds=60)
            await _write(desk, bearer, chat.id)
            stored = [one.number for one in await services.visits.messages_after(chat.id, 0)]

            await until(lambda: follower.numbers(chat.id) == stored, seconds=20)
            await until(lambda: listener.numbers(chat.id)[-1:] == stored[-1:], seconds=20)

    assert follower.late == []
    assert follower.repeated == []


async def _write(desk: live.LiveDesk, bearer: str, chat_id: object) -> None:
    async with httpx.AsyncClient(base_url=desk.address, timeout=30) as api:
        answer = await api.post(
            f'/chat/sessions/{chat_id}/messages',
            json={'content': '안녕하세요', 'id': str(uuid4())},
            headers={'Authorization': f'Bearer {bearer}'},
        )
        assert answer.status_code == 200, answer.text
