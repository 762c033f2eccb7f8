"""The fields of queues as settings like the others."""

from uuid import UUID

from desk.errors import NotFoundError
from models import Agent, AgentRole, Queue, SettingKind
from services.contacts.queues import QueueChangedError, Queues, as_typed
from services.settings.stored import SettingChangedError, Stored, Subject
from services.work.setting_log import Values


class QueueStore:
    """Queues; see ``SettingStore``. For administrators."""

    kind = SettingKind.QUEUE

    def __init__(self, queues: Queues) -> None:
        self._queues = queues
        self.removed: Values = {'is_active': 'no'}

    async def subjects(self, by: Agent) -> list[Subject]:
        """Return all queues, for administrators."""
        if by.role is not AgentRole.ADMIN:
            return []
        return [Subject(id=one.id, name=one.name) for one in await self._queues.all(by)]

    async def stored(self, by: Agent, subject_id: UUID) -> Stored:
        """Return a queue's fields as they are now."""
        queues = await self._queues.all(by)
        if (queue := next((one for one in queues if one.id == subject_id), None)) is None:
            raise NotFoundError('queue.not_found')
        return _stored(queue)

    async def edit(self, by: Agent, subject_id: UUID, values: Values, *, version: int) -> Stored:
        """Change fields of a queue; see ``Queues.edit``."""
        try:
            return _stored(await self._queues.edit(by, subject_id, values, version=version))
        except QueueChangedError as error:
            raise SettingChangedError(_stored(error.queue)) from error


def _stored(queue: Queue) -> Stored:
    return Stored(values=as_typed(queue), version=queue.version)
