"""Faults are reported with their stack, release and request, and without a word, name or number of anybody."""

import asyncio
import io
import json
import logging as stdlib_logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sentry_sdk
import structlog
from nicegui.testing import User
from pydantic import SecretStr
from sqlalchemy import text

from desk import logging, loops
from desk.db import Database
from desk.settings import Settings
from desk.telemetry import faults
from models import Agent
from pages.parts.kit.reply_box import ReplyBox
from services.registry import Services
from tests.pages.api.conftest import Serve, Site
from tests.support.collector import Collector, collecting
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

NAME, PHONE, RESIDENT = '홍길동', '010-1234-5678', '900101-1234567'
WORDS = f'저는 {NAME}, 번호는 {PHONE}, {RESIDENT} 입니다'
SECRETS = (NAME, PHONE, RESIDENT, '저는', '12345678', '1234567', 'X-Chat-Token', 'Bearer', 'cookie')
KNOWN = 'DO $$ BEGIN CREATE TEMP TABLE known (phone text PRIMARY KEY);'
RELEASE = 'desk@a-version-of-a-test'


class BrokenError(Exception):
    """What nobody expected; its text quotes what it was given."""


def fail(words: str) -> None:
    held = {'words': words}
    try:
        held[PHONE]
    except KeyError as error:
        message = f'cannot read {held}'
        raise BrokenError(message) from error


@dataclass
class Reported:
    """What has left the process for Sentry, and what it has logged."""

    collector: Collector
    log: io.StringIO

    async def events(self, *, of: str) -> list[dict[str, Any]]:
        """Wait for faults of a type, and return them."""

        def found() -> list[dict[str, Any]]:
            lines = [
                json.loads(line)
                for body in self.collector.bodies
                for line in body.split(b'\n')
                if line
            ]
            return [one for one in lines if of in _types(one)]

        await asyncio.to_thread(sentry_sdk.flush, 5)
        await until(lambda: bool(found()), seconds=20)
        return found()


def _types(event: dict[str, Any]) -> list[str]:
    return [one['type'] for one in event.get('exception', {}).get('values', ())]


@pytest.fixture(autouse=True)
def reported(settings: Settings) -> Iterator[Reported]:
    """Log as in production, and report to a receiver on this machine."""
    root = stdlib_logging.getLogger()
    handlers, level, processors = root.handlers, root.level, structlog.get_config()
    logging.configure(as_json=True)
    [handler] = root.handlers
    assert isinstance(handler, stdlib_logging.StreamHandler)
    handler.setStream(log := io.StringIO())
    with collecting() as collector:
        stop = faults.start(
            settings.model_copy(
                update={'sentry_dsn': SecretStr(collector.dsn), 'sentry_release': RELEASE}
            )
        )
        yield Reported(collector, log)
        stop()
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**processors)


def at_its_port(site: Site) -> httpx.AsyncClient:
    """A program at the server itself, which logs what fails."""
    return httpx.AsyncClient(base_url=f'http://127.0.0.1:{site.port}', trust_env=False)


async def test_fault_in_the_api(
    reported: Reported,
    serve: Serve,
    services: Services,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await make.agent(department=DEPARTMENT)

    async def broken(_visits: object, outgoing: Any) -> None:
        fail(outgoing.content)

    monkeypatch.setattr('services.chats.visits.Visits.write', broken)
    form = {'name': NAME, 'phone': PHONE, 'department': DEPARTMENT}
    async with at_its_port(await serve(services)) as client:
        started = (await client.post('/chat/visits', json=form)).json()
        client.headers['X-Chat-Token'] = started['token']
        answer = await client.post(
            f'/chat/visits/{started["chat"]["id"]}/messages?phone={PHONE}',
            json={'content': WORDS, 'id': str(uuid4())},
        )

    assert answer.status_code == 500, answer.text
    [event] = await reported.events(of='BrokenError')
    assert event['tags']['request_id'] == answer.headers['x-request-id']
    assert event['release'] == RELEASE
    assert _types(event) == ['KeyError', 'BrokenError']
    *_, last = event['exception']['values'][-1]['stacktrace']['frames']
    assert last['function'] == 'fail'
    nothing_personal_left(reported, started['token'])


async def test_fault_in_a_page(
    reported: Reported,
    user: User,
    make: Make,
    agent: Agent,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    chat = await make.chat(agent=agent, visitor_name=NAME, visitor_phone=PHONE)

    async def broken(_chats: object, _agent: object, outgoing: Any) -> None:
        fail(outgoing.content)

    monkeypatch.setattr('services.chats.chats.Chats.reply', broken)
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see(ReplyBox, retries=20)
    user.find(ReplyBox).trigger('send', {'id': str(uuid4()), 'text': WORDS, 'seen': 1_000})

    event = (await reported.events(of='BrokenError'))[-1]
    assert event['tags']['request_id']
    caplog.clear()
    nothing_personal_left(reported, agent.name, agent.username)


@pytest.mark.parametrize(
    ('sql', 'fault'),
    [
        (f"SELECT CAST('{WORDS}' AS int)", 'InvalidTextRepresentation'),
        (f"{KNOWN} INSERT INTO known VALUES ('{PHONE}'), ('{PHONE}'); END $$", 'UniqueViolation'),
    ],
)
async def test_fault_in_a_background_loop(
    reported: Reported,
    services: Services,
    db: Database,
    sql: str,
    fault: str,
) -> None:
    del services

    async def reads_badly() -> None:
        async with db.statement() as connection:
            await connection.execute(text(sql))

    async with loops.running({'a loop of a test': reads_badly}):
        events = await reported.events(of=fault)

    assert events[0]['message'] == 'loop_failed'
    nothing_personal_left(reported)
    logged = reported.log.getvalue()
    assert fault in logged
    assert not [secret for secret in SECRETS if secret in logged]


async def test_line_of_a_library_leaves_without_its_text(reported: Reported) -> None:
    try:
        fail(WORDS)
    except BrokenError:
        stdlib_logging.getLogger('asyncio').exception('Task failed: %s', WORDS)

    [event] = await reported.events(of='BrokenError')
    assert event['logger'] == 'asyncio'
    assert 'message' not in event
    nothing_personal_left(reported)


def nothing_personal_left(reported: Reported, *more: str) -> None:
    sent = b'\n'.join(reported.collector.bodies)
    for secret in (*SECRETS, *more):
        assert secret.encode() not in sent
        assert json.dumps(secret)[1:-1].encode() not in sent


async def test_nothing_is_sent_with_a_healthy_request(reported: Reported, site: Site) -> None:
    async with site.client() as client:
        await client.get('/healthz')

    await asyncio.to_thread(sentry_sdk.flush, 5)
    assert reported.collector.bodies == []
