"""Finds customers by phone number (the guide's ``get_customer_by_phone``), cached in Redis.

The cache holds ids, never names or numbers: its key is a keyed hash of the number, and the rows are
read from the database, where a record that no longer has the number drops out. An answer is never
older than a change that has returned:

- a reader sets a lease before reading, and may store the answer only while that lease is still there;
- a writer deletes the key after its commit, including the lease of a concurrent reader;
- the same deletion goes through the outbox, so that it happens even if the writer dies or Redis is away.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from desk.db import Database
from desk.events import Event, Topics
from desk.stream import EventStream
from models import Customer
from services.customers import queries
from services.customers.events import PHONES, CustomerChanged, PhonesForgotten
from services.customers.fields import phones_of
from services.text.phone_numbers import without_extension

log = structlog.get_logger()

KEEP_SECONDS = 600
LEASE_SECONDS = 10
WAIT_SECONDS = 0.25
"""Longer than this, the database would have answered."""
RETRY_SECONDS = 0.5
MAX_FOUND = 20
SCANNED = 1_000
_LEASE = 'lease:'
_FILL = """
    if redis.call('GET', KEYS[1]) == ARGV[1] then
        return redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
    end
"""

AnswerT = TypeVar('AnswerT')


class PhoneLookup:
    """Finds customers by number. While Redis is away the database answers."""

    def __init__(
        self, db: Database, redis: 'Redis', stream: EventStream, topics: Topics, *, secret: str
    ) -> None:
        self._db = db
        self._redis = redis
        self._stream = stream
        self._topics = topics
        self._secret = hmac.digest(secret.encode(), b'phone-lookup', hashlib.sha256)

    def key(self, phone: str) -> str:
        """Return the cache key of a number without its extension, keyed with the desk's secret."""
        line = without_extension(phone)
        sealed = hmac.new(self._secret, line.encode(), hashlib.sha256).hexdigest()
        return f'{self._stream.prefix}:phone:{sealed}'

    async def customers(self, phone: str, *, limit: int = MAX_FOUND) -> list[Customer]:
        """Return customers with this number, latest changed first, at most ``limit`` (and ``MAX_FOUND``).

        The extension is ignored: a call shows only the number, so it may be any person there.
        """
        phone = without_extension(phone)
        key, lease = self.key(phone), f'{_LEASE}{uuid4()}'
        there = await self._remembered(key, lease)
        async with self._db.reading() as session:
            if there is None or there.startswith(_LEASE):
                found = await queries.by_phone(session, phone, limit=MAX_FOUND)
            else:
                ids = [UUID(one) for one in json.loads(there)]
                found = await queries.by_ids(session, ids) if ids else []
        if there is None:
            await self._fill(key, lease, found)
        return [one for one in found if phone in map(without_extension, phones_of(one))][:limit]

    async def forget(self, phones: Collection[str]) -> None:
        """Drop the cached answers for these numbers, for every process."""
        if phones:
            await self._asked(self._redis.delete(*map(self.key, phones)), default=0)

    async def forget_all(self) -> None:
        """Drop all cached answers, for every process."""
        await self._asked(self._forget_all(), default=None)

    async def follow(self) -> None:
        """Drop answers that any process has changed, until cancelled; a dead process cannot do it."""
        heard: asyncio.Queue[Callable[[], Awaitable[object]]] = asyncio.Queue()

        def hear(event: Event) -> None:
            match event:
                case CustomerChanged():
                    heard.put_nowait(partial(self._redis.delete, *event.phone_keys))
                case PhonesForgotten():
                    heard.put_nowait(self._forget_all)
                case _:
                    pass

        subscription = self._topics.subscribe(PHONES, hear)
        try:
            while True:
                await self._surely(await heard.get())
        finally:
            subscription.cancel()

    async def _forget_all(self) -> None:
        place: int | None = None
        while place != 0:  # Redis begins and ends a scan with cursor 0
            place, keys = await self._redis.scan(
                place or 0, match=f'{self._stream.prefix}:phone:*', count=SCANNED
            )
            if keys:
                await self._redis.unlink(*keys)

    async def _remembered(self, key: str, lease: str) -> str | None:
        """Return the cached answer or another reader's lease; ``None`` when this lease was set."""
        if not self._stream.is_live:
            return lease
        asking = self._redis.set(key, lease, nx=True, get=True, ex=LEASE_SECONDS)
        there = await self._asked(asking, default=lease)
        return str(there) if there is not None else None

    async def _fill(self, key: str, lease: str, found: Sequence[Customer]) -> None:
        answer = json.dumps([str(one.id) for one in found])
        await self._asked(
            self._redis.eval(_FILL, 1, key, lease, answer, str(KEEP_SECONDS)), default=None
        )

    async def _surely(self, forget: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await forget()
            except (RedisError, OSError):
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    async def _asked(self, asking: Awaitable[AnswerT], *, default: AnswerT) -> AnswerT:
        """Return Redis's answer; ``default`` when it is away or slower than the database."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await asking
        except (RedisError, OSError, TimeoutError):
            log.warning('phone_lookup_without_redis')
            return default
