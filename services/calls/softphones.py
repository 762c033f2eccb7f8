"""Which agents have a softphone open, and asking it to do what only a softphone can.

An agent's page says every few seconds that its softphone is alive; every process finds it in Redis.
"""

from uuid import UUID, uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from desk import clock
from desk.errors import ConflictError
from models import Agent, AuditAction
from services.calls.calls import Calls
from services.calls.events import SoftphoneAct, SoftphoneAsked, TargetKind
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

BEAT_SECONDS = 5
"""So often a page says that its softphone is alive."""
KEEP_SECONDS = 15


class Softphones:
    """The softphones that are open, in any process's pages."""

    def __init__(self, units: UnitsOfWork, redis: 'Redis', calls: Calls, *, prefix: str) -> None:
        self._units = units
        self._redis = redis
        self._calls = calls
        self._prefix = f'{prefix}:softphone'

    async def alive(self, agent_id: UUID) -> None:
        """Note that a page of the agent has a softphone that is signed in and can talk: every ``BEAT_SECONDS``."""
        try:
            await self._redis.set(self._key(agent_id), '1', ex=KEEP_SECONDS)
        except (RedisError, OSError):
            log.warning('softphone_beat_lost')

    async def gone(self, agent_id: UUID) -> None:
        """Note that the agent's softphone was closed or signed out."""
        try:
            await self._redis.delete(self._key(agent_id))
        except (RedisError, OSError):
            log.warning('softphone_beat_lost')

    async def is_open(self, agent_id: UUID) -> bool:
        """Whether a softphone of the agent was alive a moment ago; nobody knows of one while Redis is away."""
        try:
            return bool(await self._redis.exists(self._key(agent_id)))
        except (RedisError, OSError):
            return False

    async def transfer_call(
        self, agent: Agent, call_id: UUID, kind: TargetKind, target: str
    ) -> SoftphoneAsked:
        """Have the softphone of whoever holds an open call hand it on; returns what was asked.

        Args:
            agent: who asks: the call's holder, or a supervisor.
            call_id: the call.
            kind: what ``target`` is.
            target: Connect's own id, or a number in E.164.

        Raises:
            NotFoundError, NotAllowedError: there is no such call; it is a colleague's.
            ConflictError: it is not open, nobody talks in it, or no softphone of its holder is open.
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

    def _key(self, agent_id: UUID) -> str:
        return f'{self._prefix}:{agent_id}'
