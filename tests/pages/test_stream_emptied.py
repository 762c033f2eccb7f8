"""Valkey is emptied, or gives way to an empty one: the last word reaches every open view all the same."""

import asyncio

import pytest
from nicegui.testing import User
from redis.asyncio import Redis
from sqlalchemy import text

from desk.db import Database
from desk.settings import Settings
from models import Agent
from pages.parts.kit.link_badge import LinkBadge
from tests.pages.conftest import SignIn
from tests.support.make import Make
from tests.support.until import until
from tests.support.valkey import PrivateValkey

pytestmark = pytest.mark.slow

ROUNDS = 12
SOON = 40
"""In tenths of a second: the machine may be busy with other tests."""


@pytest.fixture
def settings(settings: Settings, valkey: PrivateValkey) -> Settings:
    """Settings of a desk whose Valkey may be emptied."""
    return settings.model_copy(update={'redis_url': valkey.url})


async def test_last_word_of_every_round_is_on_the_agents_screen(
    user: User, make: Make, agent: Agent, valkey: PrivateValkey
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await user.open(f'/desk/chats/{chat.id}')
    await user.should_see('1번째 줄', retries=SOON)
    admin = Redis.from_url(valkey.url)

    for number in range(ROUNDS):
        await make.line(chat.id, f'마지막 메시지 {number}')  # its event is what gets lost
        await admin.flushall()

        await user.should_see(f'마지막 메시지 {number}', retries=SOON)
    await admin.aclose()
    await until(lambda: _badge(user) == (1 + ROUNDS, False))


async def test_views_beside_the_conversation_read_again(
    sign_in: SignIn, make: Make, agent: Agent, valkey: PrivateValkey, settings: Settings
) -> None:
    customer = await make.customer(name='이민준')
    chat = await make.chat(agent=agent, customer_id=customer.id, lines=1)
    workspace, profile, history = [await sign_in(agent) for _ in range(3)]
    await workspace.open(f'/desk/chats/{chat.id}')
    await profile.open(f'/desk/customers/{customer.id}')
    await history.open(f'/desk/history/{chat.id}')
    for page in (workspace, profile):
        await page.should_see('이민준', retries=SOON)
    await history.should_see('1번째 줄', retries=SOON)
    await make.line(chat.id, '듣지 못한 말')
    await _sql(
        settings, "UPDATE customers SET name = '이서준', status = 'blocked', version = version + 1"
    )
    await _sql(settings, "UPDATE agents SET status = 'away', status_since = now()")

    await asyncio.to_thread(_replace, valkey)

    for page in (workspace, profile):
        await page.should_see('이서준', retries=SOON)
        await page.should_see('차단', retries=SOON)
    await history.should_see('듣지 못한 말', retries=SOON)
    for page in (workspace, profile, history):
        await until(lambda page=page: _status(page) == 'away')


def _replace(valkey: PrivateValkey) -> None:
    """Let an empty server take its place."""
    valkey.kill()
    valkey.forget()
    valkey.start()


def _badge(user: User) -> tuple[int, bool]:
    """How far the open chat is on the screen, and whether the screen says that it is behind."""
    [badge] = [one.props for one in user.find(LinkBadge).elements if one.props['number']]
    return badge['number'], badge['behind']


def _status(user: User) -> str:
    """What the person's page says that they are doing."""
    client = user.client
    assert client is not None
    return next(
        str(one.props['data-status'])
        for one in client.elements.values()
        if 'data-status' in one.props
    )


async def _sql(settings: Settings, statement: str) -> None:
    """Change rows past all services: nobody is told."""
    db = Database(settings.database_url, pool_size=1)
    async with db.transaction() as session:
        await (await session.connection()).execute(text(statement))
    await db.close()
