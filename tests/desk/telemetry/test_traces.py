"""One trace from the writer to every process that hears of the message, and nothing of a person in it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from redis.asyncio import Redis

from desk import tracing
from desk.db import Database
from desk.events import Topics
from desk.redis_client import redis_client
from desk.settings import Settings
from desk.stream import TRACE_FIELD, EventStream
from desk.telemetry import traces
from desk.telemetry.traces import Recording
from models import Agent, ChatSession, Sender
from services.chats.append_statement import append
from services.chats.events import Typing, chat_topic
from services.chats.outgoing import OutgoingMessage
from services.chats.read_statement import advance
from services.registry import Services
from services.work.relay import Relay
from services.work.unit_of_work import UnitsOfWork
from tests.support.listening import listen, outbox_size
from tests.support.make import Make
from tests.support.until import until

NAME, PHONE, WORDS = '홍길동', '010-1234-5678', '제 번호는 900101-1234567 입니다'


@dataclass
class Traced:
    """What this process recorded, as it leaves it."""

    exporter: InMemorySpanExporter
    recording: Recording

    def ended(self) -> tuple[ReadableSpan, ...]:
        self.recording.flush()
        return self.exporter.get_finished_spans()


@pytest.fixture(autouse=True)
def traced(settings: Settings) -> Iterator[Traced]:
    """Record everything, before any desk is built."""
    exporter = InMemorySpanExporter()
    everything = settings.model_copy(update={'otel_traces_sampler_arg': 1.0})
    recording = traces.start(everything, exporter)
    yield Traced(exporter, recording)
    recording.stop()


Committing = Callable[[Database, ChatSession], Awaitable[object]]


async def a_message(db: Database, chat: ChatSession) -> None:
    """Commit a customer's message."""
    outgoing = OutgoingMessage(id=uuid4(), chat_id=chat.id, content=WORDS)
    assert await append(db.statements, outgoing, None)


async def a_read_mark(db: Database, chat: ChatSession) -> None:
    """Commit that the customer has read."""
    assert await advance(db.statements, None, chat.id, delivered=3, read=3)


async def a_unit_of_work(db: Database, chat: ChatSession) -> None:
    """Commit an event of a unit of work, in a process whose relay carries nothing."""
    relay = Relay(db, EventStream(redis_client('redis://127.0.0.1:1/0'), Topics()))
    async with UnitsOfWork(db, relay).begin() as work:
        work.tell(Typing(chat_id=chat.id, sender=Sender.CUSTOMER, name=NAME))


async def test_message_is_one_trace_up_to_every_process_that_hears_it(
    traced: Traced, services: Services, another_desk: Services, make: Make, db: Database
) -> None:
    chat = await make.chat(visitor_name=NAME, visitor_phone=PHONE)
    outgoing = make.outgoing(chat, WORDS)
    listeners = [listen(desk, chat_topic(chat.id)) for desk in (services, another_desk)]

    with tracing.root('page event', route='/talk/chat'):
        await services.visits.write(outgoing)
    await until(lambda: all(one.message_ids == [outgoing.id] for one in listeners))
    await until(partial(is_sent, db))

    spans = traced.ended()
    [root] = [span for span in spans if span.name == 'page event']
    heard = [span for span in spans if span.name == 'event heard']
    [stored] = [span for span in spans if span.name == 'message stored']
    [sent] = [span for span in spans if span.name == 'event sent']
    assert {span.context.trace_id for span in spans} == {root.context.trace_id}
    assert [span.parent and span.parent.span_id for span in heard] == [sent.context.span_id] * 2
    assert sent.parent
    assert sent.parent.span_id == stored.context.span_id
    assert {'WITH', 'XADD'} <= {span.name for span in spans}
    assert (stored.attributes or {})['desk.message_id'] == str(outgoing.id)


@pytest.mark.parametrize('commit', [a_message, a_read_mark, a_unit_of_work])
async def test_event_that_a_dead_process_left_is_swept_in_its_trace(
    traced: Traced, services: Services, make: Make, db: Database, commit: Committing
) -> None:
    chat = await make.chat(last_number=3)
    listener = listen(services, chat_topic(chat.id))

    with tracing.root('page event', route='/talk/chat'):
        await commit(db, chat)  # and nobody hands it over
    await until(lambda: len(listener.events) == 1)
    await until(partial(is_sent, db))

    spans = traced.ended()
    [root] = [span for span in spans if span.name == 'page event']
    [swept] = [span for span in spans if span.name == 'event swept']
    [heard] = [span for span in spans if span.name == 'event heard']
    assert {span.context.trace_id for span in spans} == {root.context.trace_id}
    assert [one.parent and one.parent.span_id for one in (swept, heard)] == [
        root.context.span_id,
        swept.context.span_id,
    ]


async def is_sent(db: Database) -> bool:
    """Whether nothing waits to be sent: the sender has heard that its events are on the stream."""
    return await outbox_size(db) == 0


async def test_spans_hold_no_text_name_or_number(
    traced: Traced, services: Services, make: Make
) -> None:
    agent: Agent = await make.agent()
    customer = await make.customer(name=NAME, phone=PHONE)
    chat = await make.chat(agent=agent, visitor_name=NAME, visitor_phone=PHONE)

    with tracing.root('page event', route='/desk'):
        await services.chats.reply(agent, make.outgoing(chat, WORDS))
        await services.chats.chat(agent, chat.id)
        await services.chats.hold(agent, chat.id)
        await services.chats.end(agent, chat.id)
        with pytest.raises(ValueError, match=NAME), tracing.child('something that fails'):
            raise ValueError(NAME)

    said = '\n'.join(span.to_json() for span in traced.ended())
    for secret in (NAME, PHONE, WORDS, '1234567', '01012345678', agent.name, str(customer.name)):
        assert secret not in said
    assert 'SELECT' in said
    assert '%(' in said  # the statements are there, with the names of their parameters
    assert '"exception.type": "ValueError"' in said


async def test_what_nobody_asked_for_is_no_trace(
    traced: Traced, services: Services, make: Make, settings: Settings
) -> None:
    chat = await make.chat()
    listener = listen(services, chat_topic(chat.id))

    await services.visits.write(make.outgoing(chat))
    await until(lambda: len(listener.events) == 1)

    redis = Redis.from_url(settings.redis_url, decode_responses=True)
    [(_, fields)] = await redis.xrange(f'{settings.redis_prefix}:events')
    await redis.aclose()
    assert TRACE_FIELD not in fields
    assert traced.ended() == ()


@pytest.mark.parametrize(
    ('asked', 'trace_id'),
    [
        (f'00-{"a1" * 16}-{"b2" * 8}-01', 'a1' * 16),  # recorded by the program, so here too
        (f'00-{"a1" * 16}-{"b2" * 8}-00', None),  # not recorded there
        ('', 'another'),
        (f'00-{"0" * 32}-{"b2" * 8}-01', 'another'),
        ('홍길동', 'another'),
    ],
)
def test_trace_of_a_program_goes_on_and_an_invalid_one_is_as_none(
    traced: Traced, asked: str, trace_id: str | None
) -> None:
    with tracing.root('program frame', asked=asked):
        carried = tracing.carried()

    recorded = [f'{span.context.trace_id:032x}' for span in traced.ended()]
    assert recorded == ([carried[3:35]] if trace_id else [])
    assert trace_id in {None, 'another', carried[3:35]}
    assert trace_id != 'another' or carried[3:35] != 'a1' * 16


async def test_task_that_outlives_its_request_leaves_its_trace(
    traced: Traced, services: Services, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('desk.telemetry.sampling.OVER_SECONDS', 0.0)
    chat = await make.chat()
    is_over = asyncio.Event()

    async def timer() -> None:
        await is_over.wait()
        await services.visits.write(make.outgoing(chat))

    with tracing.root('page event'):
        going_on = asyncio.ensure_future(timer())
    is_over.set()
    await going_on

    assert [span.name for span in traced.ended()] == ['page event']
