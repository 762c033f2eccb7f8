"""Transfer targets: people, queues and numbers by Connect's own ids, and quick connects."""

from collections.abc import Sequence
from uuid import UUID

from desk.db import Database
from desk.errors import InvalidInputError, NotFoundError
from services.aws.connect_api import QuickConnect
from services.calls.directory import ConnectDirectory
from services.calls.events import TargetKind
from services.contacts import queue_queries
from services.people import agent_queries
from services.text.phone_numbers import e164, parse_phone


class TransferTargets:
    """Finds the target of a transfer."""

    def __init__(self, db: Database, directory: ConnectDirectory) -> None:
        self._db = db
        self._directory = directory

    async def quick_connects(self) -> Sequence[QuickConnect]:
        """Return the instance's quick connects.

        Raises ``ConflictError`` where no instance is configured.
        """
        return await self._directory.api.quick_connects()

    async def target(
        self,
        *,
        agent_id: UUID | None = None,
        queue_id: UUID | None = None,
        phone: str | None = None,
        quick_connect_id: str | None = None,
    ) -> tuple[TargetKind, str]:
        """Return Connect's target for exactly one of these.

        Raises:
            NotFoundError: the agent, queue or quick connect does not exist.
            ConflictError: Connect does not know the agent or the queue, or no instance is configured.
            InvalidInputError: the number is invalid, or not exactly one target is given.
        """
        if agent_id is not None:
            return TargetKind.USER, await self._user(agent_id)
        if queue_id is not None:
            return TargetKind.QUEUE, await self._queue(queue_id)
        if phone is not None:
            kept = parse_phone(phone)
            if kept is None:
                raise InvalidInputError('call.number')
            return TargetKind.PHONE, e164(kept)
        if quick_connect_id is not None:
            known = {one.id for one in await self.quick_connects()}
            if quick_connect_id not in known:
                raise NotFoundError('connect.not_found')
            return TargetKind.QUICK_CONNECT, quick_connect_id
        raise InvalidInputError('call.target')

    async def _user(self, agent_id: UUID) -> str:
        async with self._db.reading() as session:
            agent = await agent_queries.by_id(session, agent_id)
        if agent is None:
            raise NotFoundError('agent.not_found')
        return await self._directory.user_id(agent)

    async def _queue(self, queue_id: UUID) -> str:
        async with self._db.reading() as session:
            queue = await queue_queries.by_id(session, queue_id)
        if queue is None:
            raise NotFoundError('queue.not_found')
        return await self._directory.connect_queue_id(queue)
