"""``/healthz``, ``/readyz``, ``/metrics``: what machines are told, and what they are not."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from desk.db import Database
from desk.settings import Settings
from pages.api import health
from tests.pages.api.conftest import Site


def _client(*, seconds: float = 2.0, **probes: health.Probe) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(health.router(probes, probe_seconds=seconds))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url='http://desk')


async def test_living_process_says_so_whatever_is_away() -> None:
    async def away() -> None:
        raise OSError

    async with _client(postgresql=away) as client:
        answer = await client.get('/healthz')

    assert (answer.status_code, answer.json()) == (200, {'ok': True})


async def test_ready_when_every_service_answers(settings: Settings) -> None:
    db = Database(settings.database_url, pool_size=1)

    async with _client(postgresql=db.ping) as client:
        answer = await client.get('/readyz')
    await db.close()

    assert answer.status_code == 200
    assert answer.json()['services']['postgresql']['ok'] is True


async def test_service_that_is_away_is_named_without_its_error() -> None:
    async def away() -> None:
        raise OSError('postgresql://user:secret@host')

    async def here() -> None:
        return

    async with _client(postgresql=away, redis=here) as client:
        answer = await client.get('/readyz')

    states = answer.json()['services']
    assert answer.status_code == 503
    assert (states['postgresql']['ok'], states['redis']['ok']) == (False, True)
    assert 'secret' not in answer.text


async def test_service_that_does_not_answer_in_time_counts_as_away() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async with _client(seconds=0.05, redis=never) as client:
        answer = await client.get('/readyz')

    assert answer.status_code == 503


@pytest.mark.parametrize('path', ['/healthz', '/readyz', '/docs', '/openapi.json'])
async def test_machines_and_readers_need_no_sign_in(site: Site, path: str) -> None:
    async with site.client() as client:
        assert (await client.get(path)).status_code == 200
