"""While Valkey is away nothing is lost: each desk tells itself, and on return everybody catches up."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from desk.db import Database
from desk.settings import Settings
from desk.stream import STATE_TOPIC, StreamState
from services.chats.events import chat_topic
from services.registry import Services
from tests.support.listening import listen, outbox_size
from tests.support.make import Make
from tests.support.until import until
from tests.support.valkey import PrivateValkey

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(settings: Settings, valkey: PrivateValkey) -> Settings:
    """Settings of a desk whose Valkey may be killed."""
    return settings.model_copy(update={'redis_url': valkey.url})


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The database, to look into the outbox."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


@pytest.mark.parametrize('forgets', [False, True], ids=['same data', 'empty data'])
async def test_nothing_is_lost_while_valkey_is_away(
    services: Services,
    another_desk: Services,
    valkey: PrivateValkey,
    make: Make,
    db: Database,
    forgets: bool,
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    mine, theirs = (listen(desk, chat_topic(chat.id)) for desk in (services, another_desk))
    states = [listen(desk, STATE_TOPIC) for desk in (services, another_desk)]
    before = make.outgoing(chat, '들리세요?')
    await services.visits.write(before)
    await until(lambda: mine.message_ids == theirs.message_ids == [before.id])

    valkey.kill()
    during = [make.outgoing(chat, f'{n}') for n in range(3)]
    for outgoing in during:
        await services.visits.write(outgoing)
    said = [before.id, *(outgoing.id for outgoing in during)]
    await until(lambda: mine.message_ids == said)
    assert not services.stream.is_live
    assert theirs.message_ids == [before.id]
    assert await outbox_size(db) == 3

    if forgets:
        valkey.forget()
    valkey.start()
    await until(lambda: mine.resyncs == theirs.resyncs == 1)
    await until(lambda: theirs.message_ids == said)
    after = make.outgoing(chat, '이제 되네요')
    await another_desk.chats.reply(agent, after)

    await until(lambda: mine.message_ids[-1:] == theirs.message_ids[-1:] == [after.id])
    await until(lambda: is_empty(db))
    assert set(mine.message_ids) == set(theirs.message_ids) == {*said, after.id}
    heard = [[event.is_live for event in one.of(StreamState)] for one in states]
    assert heard == [[False, True], [False, True]]


async def test_desk_works_from_its_start_without_valkey(
    valkey: PrivateValkey,
    desks: Callable[[], Awaitable[Services]],
    make: Make,
    db: Database,
) -> None:
    valkey.kill()
    services = await desks()
    chat = await make.chat()
    listener = listen(services, chat_topic(chat.id))
    outgoing = make.outgoing(chat)

    await services.visits.write(outgoing)

    await until(lambda: listener.message_ids == [outgoing.id])
    assert await outbox_size(db) == 1


async def is_empty(db: Database) -> bool:
    return await outbox_size(db) == 0
