"""No resident, card or account number reaches the database, the outbox, the stream, a screen or the log."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import String, cast, literal_column, select
from sqlmodel import SQLModel

from desk.db import Database
from desk.settings import Settings
from services.chats.events import DraftSaved, MessageAdded, chat_topic, draft_topic
from services.registry import Services
from services.text.masking import masked, masked_in_thread
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until

RAW = '주민번호 850101-1234566, 카드 4111 1111 1111 1111'
MASKED = '주민번호 850101-*******, 카드 4111 **** **** 1111'
SECRETS = ('1234566', '1111 1111')


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """A way to look into every table."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


async def everything(db: Database) -> str:
    """The whole database as text."""
    rows: list[str] = []
    async with db.statement() as connection:
        for table in SQLModel.metadata.tables.values():
            whole = cast(literal_column(table.name), String)
            rows += (await connection.scalars(select(whole).select_from(table))).all()
    return '\n'.join(rows)


@pytest.mark.parametrize('by_agent', [True, False])
async def test_message_is_masked_before_anything_keeps_it(
    services: Services,
    db: Database,
    make: Make,
    capsys: pytest.CaptureFixture[str],
    by_agent: bool,
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    listener = listen(services, chat_topic(chat.id))
    outgoing = make.outgoing(chat, RAW)

    for _ in range(2):  # its writer's second try as well
        if by_agent:
            answer = await services.chats.reply(agent, outgoing)
        else:
            answer = await services.visits.write(outgoing)
        assert answer.content == MASKED

    await until(lambda: len(listener.of(MessageAdded)) > 0)
    [told] = listener.of(MessageAdded)
    assert (told.message.content, told.chat.last_line) == (MASKED, MASKED)
    stored, logged = await everything(db), ''.join(capsys.readouterr())
    assert MASKED in stored
    assert not any(secret in stored or secret in logged for secret in SECRETS)


async def test_draft_is_masked_before_anything_keeps_it(
    services: Services, db: Database, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    listener = listen(services, draft_topic(agent.id, chat.id))

    await services.drafts.save(agent, chat.id, RAW)

    await until(lambda: len(listener.of(DraftSaved)) > 0)
    assert [told.text for told in listener.of(DraftSaved)] == [MASKED]
    assert await services.drafts.draft(agent, chat.id) == MASKED
    stored = await everything(db)
    assert not any(secret in stored for secret in SECRETS)


async def test_dear_text_does_not_hold_up_the_others() -> None:
    hostile = '4111 ' * 1_000
    others = asyncio.create_task(asyncio.sleep(0))

    text = await masked_in_thread(hostile)

    assert others.done()
    assert text == masked(hostile)
