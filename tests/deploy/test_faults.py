"""A fault injected anywhere is found from the dashboard in a minute: which alert fires, and which panel turns red.

A desk runs as a process of its own on servers of its own, and each test breaks one thing that it stands on, and mends it. The
collector asks ten times as often as Prometheus, and the rules are as much shorter; the minute is counted at the pace of
production.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from desk.db import Database
from desk.sandbox import BackingUrls
from desk.sandbox.connect.seed import INSTANCE_ID
from desk.settings import Settings
from pages.api.program import FRAMES_LIMIT
from tests.support.browser import live
from tests.support.make import PASSWORD, Make
from tests.support.proxy import Proxy, proxied
from tests.support.sandbox.box import NUMBER, ORDERS_FLOW, Box, running_box
from tests.support.valkey import PrivateValkey
from tests.support.watching import MINUTE, WatchedDesk, watched

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope='module'), pytest.mark.timeout(400)]

NOBODY_CARRIES = "INSERT INTO outbox (kind, body, created_at) VALUES ('resync', '{}', now())"


@dataclass(frozen=True, slots=True)
class Place:
    """A desk, and all that it stands on."""

    seen: WatchedDesk
    settings: Settings
    database: Proxy
    aws: tuple[Proxy, Proxy]
    valkey: PrivateValkey
    centre: Box

    @contextmanager
    def tables(self) -> Iterator[psycopg.Connection]:
        """Give the desk's tables to a test, as their owner; what it changes without a commit is undone."""
        address = self.settings.database_owner_url.replace('+psycopg', '')
        with psycopg.connect(address) as connection:
            yield connection
            connection.rollback()


async def mina(db: Database) -> None:
    """One agent works here."""
    await Make(db).agent(username='mina')


@pytest_asyncio.fixture(scope='module', loop_scope='module')
async def place(
    backing: BackingUrls, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    """A desk with Connect, each of its servers behind a line of its own."""
    folder: Path = tmp_path_factory.mktemp('faults')
    valkey = PrivateValkey(folder / 'valkey')
    valkey.start()
    with (
        live.database(backing, template, folder, arrive=mina) as settings,
        running_box(folder) as box,
    ):
        async with (
            proxied(settings.database_url) as database,
            proxied(box.url) as connect_line,
            proxied(box.moto_url) as other_line,
        ):
            behind = settings.model_copy(
                update={'database_url': database.url, 'redis_url': valkey.url}
            )
            environment = {
                'CONNECT_INSTANCE_ID': INSTANCE_ID,
                'CONTACT_FLOW_ID': ORDERS_FLOW,
                'SOURCE_PHONE_NUMBER': NUMBER,
                'AWS_ENDPOINT_URL_CONNECT': connect_line.url,
                'AWS_ENDPOINT_URL': other_line.url,
            }
            async with watched(behind, folder, **environment) as seen:
                yield Place(seen, settings, database, (connect_line, other_line), valkey, box)
    valkey.kill()


async def test_slow_database_is_found(place: Place) -> None:
    await place.seen.is_calm('DeskDatabaseSlow')

    place.database.delay_seconds = 0.4

    assert await place.seen.finds('DeskDatabaseSlow') < MINUTE
    place.database.mend()


async def test_stopped_database_is_found(place: Place) -> None:
    await place.seen.is_calm('DeskDatabaseAway')

    place.database.cut()

    assert await place.seen.finds('DeskDatabaseAway') < MINUTE
    place.database.mend()


async def test_stopped_valkey_is_found(place: Place) -> None:
    await place.seen.is_calm('DeskValkeyAway')

    place.valkey.kill()

    assert await place.seen.finds('DeskValkeyAway') < MINUTE
    assert 'DeskDatabaseAway' not in place.seen.firing
    place.valkey.start()


async def test_relay_that_stands_still_is_found(place: Place) -> None:
    """A forgotten transaction holds an event's row, so that no process may send it."""
    await place.seen.is_calm('DeskRelayStandsStill')

    with place.tables() as tables:
        tables.execute(NOBODY_CARRIES)
        tables.commit()
        tables.execute('SELECT id FROM outbox FOR UPDATE')

        assert await place.seen.finds('DeskRelayStandsStill') < MINUTE
        assert 'DeskValkeyAway' not in place.seen.firing


async def test_connect_away_is_found(place: Place) -> None:
    await place.seen.is_calm('DeskAwsAway')

    for line in place.aws:
        line.cut()

    assert await place.seen.finds('DeskAwsAway') < MINUTE
    for line in place.aws:
        line.mend()


async def test_ended_credentials_are_found(place: Place) -> None:
    await place.seen.is_calm('DeskAwsAway')

    ended = {'operation': '*', 'error': 'ExpiredTokenException', 'times': None}
    place.centre.hand('PATCH', 'faults', errors=[ended])

    assert await place.seen.finds('DeskAwsAway') < MINUTE
    place.centre.hand('DELETE', 'faults')


async def test_errors_in_pages_are_found(place: Place) -> None:
    """A table has another name than this version expects."""
    await place.seen.is_calm('DeskLoggedErrors')
    address = place.seen.address
    with place.tables() as tables:
        tables.execute('ALTER TABLE canned_replies RENAME TO canned_replies_of_another_version')
        tables.commit()
        try:
            async with httpx.AsyncClient(base_url=address, headers={'Origin': address}) as browser:
                await browser.post('/auth/login', data={'username': 'mina', 'password': PASSWORD})
                finding = asyncio.create_task(place.seen.finds('DeskLoggedErrors'))
                while not finding.done():
                    await browser.get('/desk/replies')
                    await asyncio.sleep(0.2)
            assert await finding < MINUTE
        finally:
            tables.execute('ALTER TABLE canned_replies_of_another_version RENAME TO canned_replies')
            tables.commit()


async def test_flood_on_a_socket_is_found(place: Place) -> None:
    await place.seen.is_calm('DeskSocketFlood')
    async with httpx.AsyncClient(base_url=place.seen.address) as client:
        said = {'username': 'mina', 'password': PASSWORD}
        token = (await client.post('/auth/login', json=said)).json()['access_token']
    address = place.seen.address.replace('http', 'ws') + '/ws/mina'

    async with connect(
        address, additional_headers={'Authorization': f'Bearer {token}'}, proxy=None
    ) as program:
        for _ in range(FRAMES_LIMIT + 50):
            await program.send(json.dumps({'type': 'pong'}))

        assert await place.seen.finds('DeskSocketFlood') < MINUTE


async def test_killed_process_is_found(place: Place) -> None:
    """The last one: the desk is not started again."""
    await place.seen.is_calm('DeskDown')

    place.seen.desk.kill()

    assert await place.seen.finds('DeskDown') < MINUTE
