"""Notices to the queues that this page's agent serves: shown over the screen until they are read."""

from uuid import UUID

from desk.errors import DeskError
from desk.events import Event, Resync
from models import QueueNotice
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.buttons import button
from pages.parts.kit.markup import Piece, filled
from services.floor.events import NOTICES, NoticesChanged


class NoticeNews(Component):
    """The unread notices, each with a button to mark it as read."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self._service = context.services.queue_notices
        self.classes('board-notices').props('role=region aria-live=polite')
        self.props['aria-label'] = _('공지')
        self.listen(NOTICES, self._hear)
        self.start(self._read())

    def _hear(self, event: Event) -> None:
        concerns = isinstance(event, NoticesChanged) and self._context.agent.id in event.agent_ids
        if concerns or isinstance(event, Resync):
            self.start(self._read())

    async def _read(self) -> None:
        unread = await self.still(self._service.unread(self._context.agent))
        self.clear()
        with self:
            for one in unread:
                self._draw(one)

    def _draw(self, notice: QueueNotice) -> None:
        with Piece('div').classes('board-notice'):
            inside = filled('<b>{title}</b> <time>{at}</time><p>{body}</p>', title=_('공지'), at=times.short(notice.created_at), body=notice.body)  # fmt: skip
            Piece('div', inside=inside)
            button(_('읽었습니다'), lambda: self._confirm(notice.id))

    async def _confirm(self, notice_id: UUID) -> None:
        try:
            await self.still(self._service.read(self._context.agent, notice_id))
        except DeskError as error:
            notices.tell(error)
        await self._read()
