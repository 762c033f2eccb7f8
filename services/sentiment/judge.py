"""Sends customers' messages to Comprehend in batches, after they are stored, and stores the results.

Messages are announced by events, collected for ``GATHER_SECONDS`` or until a batch is full, claimed
in the database and sent. Messages that a dead process claimed, or that were not announced, are
found by queries (``catch_up``). No chat waits for this: while Comprehend is slow or away, messages
only lack their sentiment.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from desk import clock, metrics
from desk.errors import DeskError
from desk.events import Event, Topics
from models import ChatMood, Sender, SentimentSource
from services.aws.comprehend import (
    MAX_BYTES,
    MAX_TEXTS,
    MIN_UNITS,
    Scores,
    SentimentApi,
    UnansweredError,
    units,
)
from services.chats.events import EVERY_CHAT, MessageAdded
from services.sentiment import queries
from services.sentiment.events import CustomerUpset, LineMark, LinesJudged
from services.sentiment.mood import WARNED_AT, summed_up, upset_at
from services.sentiment.queries import ClaimedLine
from services.sentiment.score_cache import ScoreCache
from services.sentiment.spending import SpendingAccount
from services.text.language import cut, has_feeling, language_of
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

log = structlog.get_logger()

GATHER_SECONDS = 1.0
"""How long the first message waits for others: including the transfer, it is sent within two
seconds."""
LOOK_SECONDS = 15.0
CLAIM = timedelta(seconds=30)
"""A claim this old belongs to a dead process, or could not be sent."""
LOOK_BACK = timedelta(hours=6)
"""Older messages are not analysed: nobody would act on them any more."""
RECENT = timedelta(minutes=5)
FAR_LOOK_SECONDS = 600.0
"""A search over all of ``LOOK_BACK`` reads every message of these hours, so most searches cover
only ``RECENT`` ones."""
REST_SECONDS = 5.0
MAX_HEARD = 1_000
"""The most announced messages held while Comprehend is slow; others are found by queries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A message to analyse: the text to send, its language, and the cache key of its result."""

    line: ClaimedLine
    text: str
    language: Any
    key: str


class SentimentJudge:
    """Analyses customers' messages; every process has one."""

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        topics: Topics,
        api: SentimentApi,
        cache: ScoreCache,
        account: SpendingAccount,
    ) -> None:
        self._units = units_of_work
        self._topics = topics
        self._api = api
        self._cache = cache
        self._account = account
        self._source = SentimentSource.STAND_IN if api.is_stand_in else SentimentSource.COMPREHEND
        self._heard: OrderedDict[UUID, None] = OrderedDict()
        self._has_heard = asyncio.Event()
        self._is_full = asyncio.Event()
        self._looked_far_at = float('-inf')

    async def follow(self) -> None:
        """Analyse messages as they come, until cancelled."""
        subscription = self._topics.subscribe(EVERY_CHAT, self._hear)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._over_and_over(self._next_batch))
                group.create_task(self._over_and_over(self._look))
        finally:
            subscription.cancel()

    async def catch_up(self, look_back: timedelta = LOOK_BACK) -> int:
        """Analyse up to a batch of messages that no process works on; return how many were claimed."""
        now = clock.now()
        async with self._units.db.transaction() as session:
            lines = await queries.claim_left(
                session, since=now - LOOK_BACK, before=now - CLAIM, limit=MAX_TEXTS
            )
            if len(lines) < MAX_TEXTS:
                # New messages are being collected by the process that was told of them.
                lines += await queries.claim_unmarked(
                    session, since=now - look_back, until=now - CLAIM, limit=MAX_TEXTS - len(lines)
                )
        await self._judge(lines)
        return len(lines)

    async def close(self) -> None:
        """Close the connections to Comprehend."""
        await self._api.close()

    # ---- when to analyse

    def _hear(self, event: Event) -> None:
        if isinstance(event, MessageAdded) and event.message.sender is Sender.CUSTOMER:
            self._heard[event.message.id] = None
            if len(self._heard) > MAX_HEARD:
                self._heard.popitem(last=False)
            self._has_heard.set()
            if len(self._heard) >= MAX_TEXTS:
                self._is_full.set()

    async def _next_batch(self) -> None:
        await self._has_heard.wait()
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                await self._is_full.wait()
        except TimeoutError:
            pass
        if not await self._may_ask():
            await asyncio.sleep(REST_SECONDS)
            return
        batch = [
            self._heard.popitem(last=False)[0] for _ in range(min(MAX_TEXTS, len(self._heard)))
        ]
        if not self._heard:
            self._has_heard.clear()
        if len(self._heard) < MAX_TEXTS:
            self._is_full.clear()
        async with self._units.db.transaction() as session:
            lines = await queries.claim_new(session, batch)
        await self._judge(lines)

    async def _look(self) -> None:
        if await self._may_ask():
            is_far = time.monotonic() - self._looked_far_at >= FAR_LOOK_SECONDS
            if await self.catch_up(LOOK_BACK if is_far else RECENT) == MAX_TEXTS:
                return  # more messages remain
            if is_far:
                self._looked_far_at = time.monotonic()
        await asyncio.sleep(LOOK_SECONDS)

    async def _may_ask(self) -> bool:
        """Whether Comprehend can be asked now, and the day's budget has room for the shortest message."""
        return not self._api.is_resting and await self._account.has(MIN_UNITS)

    async def _over_and_over(self, work: Any) -> None:
        while True:
            try:
                await work()
            except DeskError as error:  # the claims expire, and the messages are found again
                log.warning('sentiment_waits', key=error.key)
                await asyncio.sleep(REST_SECONDS)

    # ---- analysing

    async def _judge(self, lines: Sequence[ClaimedLine]) -> None:
        """Analyse claimed messages and store the results."""
        asked = [self._asked(line) for line in lines if has_feeling(line.text)]
        silent = [line for line in lines if not has_feeling(line.text)]
        known: dict[str, Scores | None] = dict(
            await self._cache.scores(list({one.key for one in asked}))
        )
        metrics.SENTIMENT_LINES.labels('remembered').inc(sum(one.key in known for one in asked))
        try:
            for language in sorted({one.language for one in asked}):
                new = {o.key: o for o in asked if o.language == language and o.key not in known}
                known |= await self._ask(list(new.values()))
        finally:  # one language may fail after the other was paid for
            told = [(one.line, known[one.key]) for one in asked if one.key in known]
            await self._store(told + [(line, None) for line in silent])

    def _asked(self, line: ClaimedLine) -> _Asked:
        text, language = cut(line.text, MAX_BYTES), language_of(line.text)
        return _Asked(line=line, text=text, language=language, key=self._cache.key(text, language))

    async def _ask(self, asked: Sequence[_Asked]) -> dict[str, Scores | None]:
        """Return the results by key, for as many as the day's budget allows."""
        prices = [units(one.text) for one in asked]
        count = await self._account.take(prices) if asked else 0
        if not count:
            return {}
        some = asked[:count]
        metrics.SENTIMENT_REQUESTS.inc()
        try:
            scores = await self._api.sentiments([one.text for one in some], some[0].language)
        except UnansweredError:
            raise
        except DeskError:
            await self._account.give_back(sum(prices[:count]))
            raise
        metrics.SENTIMENT_LINES.labels('asked').inc(count)
        answers = {one.key: found for one, found in zip(some, scores, strict=True)}
        await self._cache.keep({key: one for key, one in answers.items() if one is not None})
        return answers

    async def _store(self, told: Sequence[tuple[ClaimedLine, Scores | None]]) -> None:
        """Store results chat by chat, with the chat's mood and the events."""
        chats = sorted({line.chat_id for line, _ in told})
        for chat_id in chats:
            of_chat = [(line.id, scores) for line, scores in told if line.chat_id == chat_id]
            async with self._units.begin() as work:
                await self._store_chat(work, chat_id, of_chat)

    async def _store_chat(
        self, work: UnitOfWork, chat_id: UUID, told: Sequence[tuple[UUID, Scores | None]]
    ) -> None:
        new = {
            message_id
            for message_id, scores in told
            if await queries.tell(work.session, message_id, scores, {'source': self._source})
            and scores is not None
        }
        if not new:  # not analysable, or another process has stored them
            return
        await queries.begin_mood(work.session, chat_id, self._source)
        mood = await queries.locked_mood(work.session, chat_id)
        marks = await queries.marks_of(work.session, chat_id)
        summary = summed_up(marks)
        mood.sqlmodel_update(summary.model_dump())
        work.session.add(mood)
        fresh = tuple(mark for mark in marks if mark.message_id in new)
        work.tell(LinesJudged(chat_id=chat_id, marks=fresh, mood=summary))
        await self._warn(work, mood, marks)

    async def _warn(self, work: UnitOfWork, mood: ChatMood, marks: Sequence[LineMark]) -> None:
        """Warn supervisors of several negative messages in a row, once for each series."""
        upset = upset_at(marks, mood.warned_number)
        chat = await queries.chat(work.session, mood.chat_session_id)
        if upset is None or chat is None:
            return
        mood.warned_number = upset.number
        work.tell(
            CustomerUpset(
                chat_id=chat.id,
                customer=chat.visitor_name,
                department=chat.department,
                agent_id=chat.agent_id,
                lines=WARNED_AT,
                source=upset.source,
            )
        )
