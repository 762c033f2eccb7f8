"""Listens to Connect's event feeds for as long as the process lives.

Contact events are distributed to all processes by their queue. Agent events are read by one process
at a time, which stores its position in Redis. A call without events for a while is looked up:
events can be lost, and no event contains the location of a recording.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from desk import clock
from desk.errors import ConflictError, DeskError, NotFoundError
from desk.lease import Lease
from models import CallLeg
from services.aws.connection import ConnectConnection
from services.aws.facts import UnreadableEventError, agent_event, contact_event
from services.aws.feeds import Letter, Record
from services.calls import queries
from services.calls.call_log import CallLog
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

POLL_SECONDS = 0.3  # Kinesis: five reads a second of a shard
REST_SECONDS = 2.0
ASK_AFTER = timedelta(seconds=60)
ASK_SECONDS = 15.0
ASKED_AT_ONCE = 20
RECORDED_WITHIN = timedelta(days=1)
"""The recording of a call that ended longer ago is not looked up any more."""


class ConnectListener:
    """This process's listener for one Connect instance."""

    def __init__(
        self,
        units: UnitsOfWork,
        connection: ConnectConnection,
        call_log: CallLog,
        redis: 'Redis',
        *,
        prefix: str,
    ) -> None:
        self._units = units
        self._connection = connection
        self.call_log = call_log
        self._redis = redis
        self._prefix = f'{prefix}:connect'
        self._lease = Lease(redis, f'{self._prefix}:agent-events')

    async def follow_contacts(self) -> None:
        """Store contact events as they arrive, until cancelled."""
        while True:
            for letter in await self._connection.contact_feed.wait():
                await self._deal_with(letter)

    async def follow_agents(self) -> None:
        """Store agent events as they arrive, while no other process does, until cancelled."""
        try:
            while True:
                if await self._lease.is_held():
                    await self._read_shards()
                await asyncio.sleep(REST_SECONDS)
        finally:
            await self._lease.give_up()

    async def ask_about_quiet(self) -> None:
        """Look up open calls without events for a while, until cancelled."""
        while True:
            await self.ask_once()
            await asyncio.sleep(ASK_SECONDS)

    async def ask_once(self, *, after: timedelta = ASK_AFTER) -> int:
        """Look up contacts that were open and quiet for so long, and recordings of ended ones.

        Returns the number of contacts looked up.
        """
        now = clock.now()
        async with self._units.begin() as work:
            quiet = await queries.claim_quiet_legs(
                work.session, before=now - after, limit=ASKED_AT_ONCE
            )
            unrecorded = await queries.claim_unrecorded_legs(
                work.session, since=now - RECORDED_WITHIN, before=now - after, limit=ASKED_AT_ONCE
            )
        legs = [*quiet, *unrecorded]
        for leg in legs:
            await self._ask(leg)
        return len(legs)

    async def _ask(self, leg: CallLeg) -> None:
        try:
            await self.call_log.take_contact(await self._connection.api.contact(leg.contact_id))
        except NotFoundError:
            log.warning('contact_unknown_to_connect', leg_id=str(leg.id))

    async def _deal_with(self, letter: Letter) -> None:
        try:
            facts = contact_event(letter.body)
        except UnreadableEventError as error:
            log.warning('contact_event_unreadable', why=str(error))
        else:
            try:
                await self.call_log.take_contact(facts)
            except (DeskError, SQLAlchemyError):
                log.warning('contact_event_put_off', contact_id=facts.contact_id, exc_info=True)
                return  # the queue delivers it again
        await self._connection.contact_feed.take_out(letter)

    async def _read_shards(self) -> None:
        # gather passes every cancellation on; a task group passes only the first, which a driver
        # may swallow.
        shards = await self._connection.agent_feed.shards()
        await asyncio.gather(*(self._read(shard) for shard in shards))

    async def _read(self, shard: str) -> None:
        """Read a shard while this process holds the lease, through any outage."""
        while await self._lease.is_held():
            try:
                await self._read_on(shard)
            except ConflictError:  # another stream with the same name: stored positions are invalid
                await self._redis.delete(self._place_key(shard))
            except (DeskError, SQLAlchemyError, RedisError, OSError):
                log.warning('agent_events_put_off', shard=shard, exc_info=True)
            await asyncio.sleep(POLL_SECONDS)

    async def _read_on(self, shard: str) -> None:
        place = await self._place_of(shard)
        async for records in self._connection.agent_feed.records(shard, place):
            for record in records:
                await self._deal_with_agent(record)
            if records:
                await self._redis.set(self._place_key(shard), records[-1].place)
            if not await self._lease.is_held():
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _deal_with_agent(self, record: Record) -> None:
        try:
            facts = agent_event(record.data)
        except UnreadableEventError as error:
            log.warning('agent_event_unreadable', why=str(error))
            return
        if facts is not None:
            with suppress(ConflictError):  # a call being dialled: its own event resolves it
                await self.call_log.take_agent(facts)

    async def _place_of(self, shard: str) -> str:
        try:
            return str(await self._redis.get(self._place_key(shard)) or '')
        except (RedisError, OSError):
            return ''  # reread the whole day: known facts change nothing

    def _place_key(self, shard: str) -> str:
        return f'{self._prefix}:agent-events:{shard}'
