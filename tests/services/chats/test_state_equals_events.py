"""State equals events: a stale view and the events, however they come, is what a fresh read shows."""

import random
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from redis.asyncio import Redis

from desk.db import Database
from desk.events import Topics
from desk.settings import Settings
from desk.stream import EventStream
from models import Agent
from services import assembly
from services.chats.chats import MAX_PAGE
from services.chats.events import ChatEvent, MessageAdded
from services.chats.inbox import InboxPage
from services.chats.inbox_order import Scope, Tab
from services.chats.inbox_view import InboxView, topics_of
from services.chats.transcript_view import TranscriptView
from services.registry import Services
from tests.conftest import SECRET
from tests.support.histories import DEEDS, History, Post, Step
from tests.support.make import Make
from tests.support.soaking import SOAKS

pytestmark = pytest.mark.slow

EXAMPLES = 600 if SOAKS else 20
EVERYTHING = 10_000

steps = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(DEEDS), strategies.integers(0, 3), strategies.integers(0, 5)
    ),
    min_size=8,
    max_size=28,
)
seeds = strategies.integers(0, 2**32)  # far fewer choices to shrink than a `randoms()`
thoroughly = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
async def silent(settings: Settings) -> AsyncIterator[tuple[Services, Database]]:
    """A desk whose events stay in the outbox."""
    db = Database(settings.database_url, pool_size=2)
    redis = Redis.from_url(settings.redis_url, decode_responses=True)
    topics = Topics()
    stream = EventStream(redis, topics, prefix=settings.redis_prefix)
    yield (
        assembly.assemble(db, topics, stream, redis=redis, jwt_secret=SECRET, session_hours=1),
        db,
    )
    await redis.aclose()
    await db.close()


@pytest.fixture
async def people(make: Make) -> list[Agent]:
    """Two colleagues, somebody of another department, and a supervisor."""
    return [
        await make.agent(),
        await make.agent(),
        await make.agent(department='기술지원'),
        await make.supervisor(),
    ]


class Watcher:
    """One inbox list on somebody's screen, behind a bad line."""

    def __init__(self, view: InboxView, chance: random.Random, *, length: int) -> None:
        self.view = view
        self._services: Services | None = None
        self._post = Post(chance)
        self._chance = chance
        self._begins, self._loses = chance.randrange(length), chance.randrange(2 * length)
        self._limit = chance.choice((1, 2, 3, 30))
        self._reading: InboxPage | None = None
        self._is_loaded = False

    async def live_through(self, services: Services, step: int, told: list[ChatEvent]) -> None:
        """Be there while a step of the history happens."""
        if step < self._begins:
            return
        self._post.send([event for event in told if self._hears(event)])
        if step == self._loses and self._is_loaded:
            self._post.lose()  # the line was cut; on its return everything is read again
            await self._read(services)
        if step == self._begins:
            await self._read(services)
        self._hear(self._post.some())
        if self._chance.random() < 0.5:
            self._load()
        if self._is_loaded and not self.view.is_complete and self._chance.random() < 0.2:
            await self._read_on(services)

    async def settle(self) -> None:
        """Hear and draw all that is still on its way."""
        self._load()
        self._hear(self._post.rest())

    async def finish(self, services: Services) -> None:
        """Page on to the end of the list."""
        while not self.view.is_complete:
            await self._read_on(services)

    async def _read(self, services: Services) -> None:
        self.view.expect()
        self._reading = await services.inbox.page(
            self.view.agent, self.view.tab, self.view.scope, limit=self._limit
        )

    def _load(self) -> None:
        if self._reading is not None:
            self.view.load(self._reading.chats, is_complete=self._reading.is_last)
            self._reading, self._is_loaded = None, True

    async def _read_on(self, services: Services) -> None:
        last = self.view.chats[-1] if self.view.chats else None
        page = await services.inbox.page(
            self.view.agent, self.view.tab, self.view.scope, after=last, limit=self._limit
        )
        self._hear(self._post.some())
        self.view.extend(page.chats, is_complete=page.is_last)

    def _hear(self, events: list[ChatEvent]) -> None:
        for event in events:
            self.view.apply(event.chat)

    def _hears(self, event: ChatEvent) -> bool:
        heard = topics_of(self.view.agent, self.view.tab, self.view.scope)
        return not set(heard).isdisjoint(event.topics())


async def test_every_event_of_a_chat_has_a_version_of_its_own(
    silent: tuple[Services, Database], people: list[Agent]
) -> None:
    """Of two cards with one version a view keeps whichever came first, which is the older one at times."""
    history = History(*silent, people)
    await history.begin()

    for deed in ('start', 'take', 'snooze', 'wake', 'write', 'mark', 'read', 'end', 'reopen'):
        await history.do((deed, 0, 0))
    await history.do(('join', 1, 0))
    await history.do(('leave', 0, 0))

    _, told = await history.events_after(0)
    versions = [event.chat.version for event in told]
    assert history.refusals == 0
    assert versions == sorted(set(versions))


@thoroughly
@given(steps, seeds)
async def test_stale_inbox_and_events_equal_a_fresh_read(
    silent: tuple[Services, Database],
    people: list[Agent],
    history_steps: list[Step],
    seed: int,
) -> None:
    chance = random.Random(seed)
    services, db = silent
    history = History(services, db, people)
    await history.begin()
    watchers = [
        Watcher(InboxView(agent, tab, scope), chance, length=len(history_steps))
        for agent in (people[0], people[3])
        for tab in Tab
        for scope in Scope
    ]

    newest = 0
    for step, deed in enumerate(history_steps):
        await history.do(deed)
        newest, told = await history.events_after(newest)
        for watcher in watchers:
            await watcher.live_through(services, step, told)
    for watcher in watchers:
        await watcher.settle()

    for watcher in watchers:
        view = watcher.view
        fresh = await services.inbox.page(view.agent, view.tab, view.scope, limit=EVERYTHING)
        assert view.chats == fresh.chats[: len(view.chats)]
        await watcher.finish(services)
        assert view.chats == fresh.chats


@thoroughly
@given(steps, seeds)
async def test_stale_transcript_events_and_catch_up_equal_a_fresh_transcript(
    silent: tuple[Services, Database],
    people: list[Agent],
    history_steps: list[Step],
    seed: int,
) -> None:
    chance = random.Random(seed)
    services, db = silent
    history = History(services, db, people)
    supervisor = people[3]
    await history.begin()
    views: dict[UUID, tuple[TranscriptView, Post]] = {}

    newest = 0
    for deed in history_steps:
        await history.do(deed)
        newest, told = await history.events_after(newest)
        for chat_id in set(history.chat_ids) - views.keys():
            views[chat_id] = TranscriptView(), Post(chance)
        for chat_id, (view, post) in views.items():
            post.send([event for event in told if event.chat.id == chat_id])
            if chance.random() < 0.2:
                post.lose()
            if chance.random() < 0.2:
                view.load(await services.chats.transcript(supervisor, chat_id))
            add(view, post.some())

    for chat_id, (view, post) in views.items():
        fresh = await services.chats.transcript(supervisor, chat_id, limit=MAX_PAGE)
        add(view, post.rest())
        assert view.messages == fresh[: len(view.messages)]
        view.add(await services.chats.messages_after(supervisor, chat_id, view.last))
        assert view.messages == fresh
        assert not view.is_behind


def add(view: TranscriptView, events: list[ChatEvent]) -> None:
    """Let a view hear messages, and of a chat's end."""
    for event in events:
        view.heard_of(event.chat.last_number)
        if isinstance(event, MessageAdded):
            view.add([event.message])
