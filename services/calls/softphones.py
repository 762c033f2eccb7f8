"""Open softphones of agents, and requests for actions that only a softphone can do.

A page says when its softphone becomes available and when it is gone. Each process reports every few seconds all that are open in its
pages, in one round trip; every process finds the reports in Redis.
"""

import asyncio
from collections import Counter
from uuid import UUID, uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from desk import clock
from desk.errors import ConflictError
from models import Agent, AuditAction, Call, CallLeg
from services.calls.calls import Calls
from services.calls.events import SoftphoneAct, SoftphoneAsked, TargetKind
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

BEAT_SECONDS = 5
"""How often a process reports the softphones that are open in its pages."""
KEEP_SECONDS = 15


class Softphones:
    """The open softphones, in any process's pages."""

    def __init__(self, units: UnitsOfWork, redis: 'Redis', calls: Calls, *, prefix: str) -> None:
        self._units = units
        self._redis = redis
        self._calls = calls
        self._prefix = f'{prefix}:softphone'
        self._open: Counter[UUID] = Counter()
        """In how many of this process's pages each agent has an open softphone."""

    async def opened(self, agent_id: UUID) -> None:
        """Report an agent's softphone from now on, until ``closed`` is called as often."""
        self._open[agent_id] += 1
        await self.alive(agent_id)

    def closed(self, agent_id: UUID) -> None:
        """Report it no longer from this page; the last report lasts ``KEEP_SECONDS``, in which a page is loaded anew."""
        self._open[agent_id] -= 1
        self._open += Counter()  # drops those without a page

    async def follow(self) -> None:
        """Report the open softphones every ``BEAT_SECONDS``, until cancelled."""
        while True:
            await self.beat()
            await asyncio.sleep(BEAT_SECONDS)

    async def beat(self) -> None:
        """Report the softphones that are open in this process's pages."""
        if not self._open:
            return
        reports = self._redis.pipeline(transaction=False)
        for agent_id in self._open:
            reports.set(self._key(agent_id), '1', ex=KEEP_SECONDS)
        try:
            await reports.execute()
        except (RedisError, OSError):
            log.warning('softphone_beat_lost')

    async def alive(self, agent_id: UUID) -> None:
        """Record that the agent's softphone is signed in and can talk."""
        try:
            await self._redis.set(self._key(agent_id), '1', ex=KEEP_SECONDS)
        except (RedisError, OSError):
            log.warning('softphone_beat_lost')

    async def gone(self, agent_id: UUID) -> None:
        """Record that the agent's softphone was closed or signed out."""
        try:
            await self._redis.delete(self._key(agent_id))
        except (RedisError, OSError):
            log.warning('softphone_beat_lost')

    async def is_open(self, agent_id: UUID) -> bool:
        """Whether a softphone of the agent is open; false while Redis is away."""
        try:
            return bool(await self._redis.exists(self._key(agent_id)))
        except (RedisError, OSError):
            return False

    async def transfer_call(
        self, agent: Agent, call_id: UUID, kind: TargetKind, target: str
    ) -> SoftphoneAsked:
        """Ask the softphone of an open call's agent to transfer it; return the request.

        Args:
            agent: the person who asks: the call's agent, or a supervisor.
            call_id: the call.
            kind: the kind of ``target``.
            target: Connect's own id, or a number in E.164.

        Raises:
            NotFoundError, NotAllowedError: the call does not exist; it is a colleague's.
            ConflictError: the call is not open, nobody talks in it, or its agent has no open softphone.
        """
        call, leg = await self._calls.open_leg(agent, call_id)
        if call.agent_id is None or leg.answered_at is None:
            raise ConflictError('call.not_answered')
        if not await self.is_open(call.agent_id):
            raise ConflictError('call.no_softphone')
        asked = SoftphoneAsked(
            command_id=uuid4(),
            agent_id=call.agent_id,
            call_id=call.id,
            contact_id=leg.contact_id,
            act=SoftphoneAct.TRANSFER,
            target_kind=kind,
            target=target,
            asked_at=clock.now(),
        )
        async with self._units.begin() as work:
            work.record(agent, AuditAction.CALL_TRANSFER_ASKED, subject=call)
            work.tell(asked)
        return asked

    def hang_up(self, agent: Agent, call: Call, leg: CallLeg) -> SoftphoneAsked:
        """Return the request to the agent's own softphone to end a call; the caller publishes it with the reason's facts."""
        return SoftphoneAsked(
            command_id=uuid4(),
            agent_id=agent.id,
            call_id=call.id,
            contact_id=leg.contact_id,
            act=SoftphoneAct.HANG_UP,
            target_kind=TargetKind.USER,
            target='',
            asked_at=clock.now(),
        )

    def _key(self, agent_id: UUID) -> str:
        return f'{self._prefix}:{agent_id}'
