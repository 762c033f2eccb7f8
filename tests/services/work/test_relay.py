"""After the commit, tell; never forget to: also what a process that died had not told yet."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from desk import clock
from desk.db import Database
from desk.events import EncodedEvent, Event
from desk.settings import Settings
from models import OutboxEntry, Sender
from services.chats.append_statement import append
from services.chats.events import EVERY_CHAT, MessageAdded, Typing, chat_topic
from services.registry import Services
from services.work.relay import SWEEP_SECONDS
from tests.support.listening import Listener, listen, outbox_size
from tests.support.make import Make
from tests.support.until import until

PROJECT = Path(__file__).parents[3]


@pytest.fixture
async def dead(settings: Settings) -> AsyncIterator[Database]:
    """The database as a process sees it that will never publish what it commits."""
    db = Database(settings.database_url, pool_size=2)
    yield db
    await db.close()


async def leave_behind(
    dead: Database, *events: Event | EncodedEvent, age: timedelta = timedelta()
) -> None:
    """Commit events that nobody hands over."""
    encoded = [EncodedEvent.of(one) if isinstance(one, Event) else one for one in events]
    async with dead.transaction() as session:
        session.add_all(
            OutboxEntry(kind=one.kind, body=one.body, created_at=clock.now() - age)
            for one in encoded
        )


def typed(count: int) -> list[Typing]:
    """Make events that can be told apart, all at one topic."""
    return [Typing(chat_id=UUID(int=1), sender=Sender.CUSTOMER, name=f'{n}') for n in range(count)]


async def test_everyone_hears_within_two_seconds_what_a_dead_process_committed(
    services: Services, another_desk: Services, make: Make, dead: Database
) -> None:
    chat = await make.chat()
    outgoing = make.outgoing(chat)
    listeners = [listen(desk, EVERY_CHAT) for desk in (services, another_desk)]

    assert await append(dead.statements, outgoing, None)

    await until(lambda: all(one.message_ids == [outgoing.id] for one in listeners), seconds=2)
    await until(lambda: outbox_empty(dead))


async def test_everyone_hears_within_two_seconds_what_a_killed_process_committed(
    services: Services, another_desk: Services, make: Make, settings: Settings, dead: Database
) -> None:
    chat, message_id = await make.chat(), uuid4()
    listeners = [listen(desk, chat_topic(chat.id)) for desk in (services, another_desk)]
    script = PROJECT / 'tests/support/dying_writer.py'

    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(script), str(chat.id), str(message_id)],
        env={**os.environ, 'DATABASE_URL': settings.database_url, 'PYTHONPATH': str(PROJECT)},
        timeout=60,
        check=False,
    )

    assert died.returncode == -signal.SIGKILL
    await until(lambda: all(one.message_ids == [message_id] for one in listeners), seconds=2)
    await until(lambda: outbox_empty(dead))


async def test_what_a_desk_commits_is_heard_at_both_desks_at_once_and_once(
    services: Services, another_desk: Services, make: Make, dead: Database
) -> None:
    chat = await make.chat()
    listeners = [listen(desk, chat_topic(chat.id)) for desk in (services, another_desk)]
    sent = [make.outgoing(chat, f'{n}') for n in range(5)]

    for outgoing in sent:
        await services.visits.write(outgoing)

    await until(lambda: outbox_empty(dead))
    await until(lambda: all(len(one.events) == 5 for one in listeners))
    assert [one.message_ids for one in listeners] == [[outgoing.id for outgoing in sent]] * 2
    assert [event.message.number for event in listeners[0].messages] == [1, 2, 3, 4, 5]


async def test_two_sweepers_never_send_one_entry_twice(
    services: Services, another_desk: Services, dead: Database
) -> None:
    listener = listen(services, chat_topic(UUID(int=1)))
    await leave_behind(dead, *typed(1_200), age=timedelta(minutes=2))

    sent = await asyncio.gather(
        *(desk.relay.sweep_once() for desk in (services, another_desk) for _ in range(3))
    )

    assert all(count <= 500 for count in sent)
    await until(lambda: outbox_empty(dead))
    await until(lambda: len(listener.events) >= 1_200)
    assert {event.name for event in listener.of(Typing)} == {f'{n}' for n in range(1_200)}
    assert len(listener.events) == 1_200


async def test_sweep_keeps_the_order_of_commitment(services: Services, dead: Database) -> None:
    listener = listen(services, chat_topic(UUID(int=1)))
    await leave_behind(dead, *typed(100), age=timedelta(minutes=2))

    await until(lambda: len(listener.events) == 100)

    assert [event.name for event in listener.of(Typing)] == [f'{n}' for n in range(100)]


async def test_claim_of_a_sweeper_that_died_is_taken_again(
    services: Services, dead: Database
) -> None:
    listener = listen(services, chat_topic(UUID(int=1)))
    [event] = typed(1)
    minute_ago = clock.now() - timedelta(minutes=1)
    async with dead.transaction() as session:
        session.add(
            OutboxEntry(
                kind=event.kind,
                body=event.model_dump_json(),
                created_at=minute_ago,
                claimed_at=minute_ago,
            )
        )

    await until(lambda: listener.events == [event])


@pytest.mark.parametrize(
    ('kind', 'body'),
    [
        ('InventedLater', '{}'),
        ('Typing', '{"chat_id": "00000000-0000-0000-0000-000000000001", "sender": "robot"}'),
        ('Typing', '{"chat_id":'),
        ('Typing', ''),
    ],
    ids=['unknown kind', 'another shape', 'broken JSON', 'nothing'],
)
async def test_entry_of_a_newer_desk_is_passed_on_as_it_is_and_holds_nothing_up(
    services: Services, settings: Settings, dead: Database, kind: str, body: str
) -> None:
    listener = listen(services, chat_topic(UUID(int=1)))
    await leave_behind(dead, EncodedEvent(kind, body), *typed(1), EncodedEvent(kind, body))

    await until(lambda: listener.events == typed(1), seconds=2 + SWEEP_SECONDS)

    await until(lambda: outbox_empty(dead))
    await until(lambda: listener.resyncs >= 1)
    redis = Redis.from_url(settings.redis_url, decode_responses=True)
    passed_on = [fields for _, fields in await redis.xrange(f'{settings.redis_prefix}:events')]
    await redis.aclose()
    assert passed_on.count({'kind': kind, 'body': body}) == 2


async def test_refused_work_tells_nothing(services: Services, make: Make, dead: Database) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    listener: Listener = listen(services, chat_topic(chat.id))
    await services.chats.end(agent, chat.id)

    with pytest.raises(Exception, match=r'chat\.ended'):
        await services.chats.reply(agent, make.outgoing(chat))

    await until(lambda: outbox_empty(dead))
    assert [event.message.type for event in listener.of(MessageAdded)] == ['ended_by_agent']


async def outbox_empty(dead: Database) -> bool:
    return await outbox_size(dead) == 0
