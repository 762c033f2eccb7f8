"""A process that is told to stop: it says so first, finishes what it does, and parts with its sockets one after the other."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from desk.draining import SOCKETS_A_SECOND, pause_between
from desk.sandbox import BackingUrls
from desk.settings import Settings
from services.registry import Services
from tests.support.browser import live
from tests.support.make import PASSWORD, Make

SOCKETS = 10
"""As many as one session may have."""
RESTARTS = 1012  # RFC 6455


def test_pace_is_even_over_the_time_and_never_slower_than_stated() -> None:
    assert pause_between(1_000, 10) == 0.01
    assert pause_between(3, 10) == 1 / SOCKETS_A_SECOND
    assert pause_between(0, 10) == 1 / SOCKETS_A_SECOND


@pytest.fixture
def settings(backing: BackingUrls, template: str, tmp_path: Path) -> Iterator[Settings]:
    """A desk of its own, which takes its time to stop."""
    with live.database(backing, template, tmp_path) as settings:
        yield settings.model_copy(update={'drain_seconds': 10.0})


@pytest.mark.slow
async def test_stopping_desk_is_unready_at_once_and_closes_one_socket_after_the_other(
    settings: Settings, tmp_path: Path, make: Make, services: Services
) -> None:
    agent = await make.agent()
    staff, _ = await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    header = {'Authorization': f'Bearer {services.sign_ins.bearer(staff)}'}
    with live.served(settings, tmp_path / 'desk.log') as desk:
        address = f'ws://127.0.0.1:{desk.port}/ws/{agent.id}'
        sockets = [
            await connect(address, additional_headers=header, proxy=None) for _ in range(SOCKETS)
        ]
        endings = [asyncio.create_task(_ending(one)) for one in sockets]

        desk.ask_to_stop()
        await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        async with httpx.AsyncClient(base_url=desk.address, timeout=10) as api:
            ready, alive, own = [
                await api.get(path, headers=header)
                for path in ('/readyz', '/healthz', '/chat/sessions')
            ]
        closed = await asyncio.gather(*endings)

        assert (ready.status_code, ready.json()['ok'], ready.json()['stopping']) == (
            503,
            False,
            True,
        )
        assert (alive.status_code, own.status_code) == (200, 200)
        assert {code for code, _ in closed} == {RESTARTS}
        at = sorted(moment for _, moment in closed)
        assert at[-1] - at[0] >= (SOCKETS - 1) * pause_between(SOCKETS, 10.0) * 0.9
        assert desk.complaints() == ''


async def _ending(socket: ClientConnection) -> tuple[int, float]:
    """Return with which code a socket was closed, and when."""
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as error:
        return (error.rcvd.code if error.rcvd else 0), time.monotonic()
