"""남긴 메시지 above the inbox: what customers left outside the hours, until the queue opens and they wait in the list."""

from datetime import datetime

from markupsafe import Markup
from nicegui import ui

from desk import clock
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.markup import Piece, filled
from services.chats.left_messages import LEFT_MESSAGES, LeftView

DRAW_SECONDS = 1.0
MOST = 5


class LeftList(Component):
    """The messages left first; hidden when there is none."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self.classes('desk-left-list')
        self.listen(
            LEFT_MESSAGES, lambda _event: self.soon(self.read, at_most_every=DRAW_SECONDS), draws=False
        )  # fmt: skip
        self.start(self.read())

    async def read(self) -> None:
        """Read the messages again: one was left, or the agent's departments may have changed."""
        left = await self.still(self._context.services.left_messages.waiting(self._context.agent))
        self.clear()
        if not left:
            return
        with self, ui.element('details'):
            title = _('남긴 메시지 {count}', count=len(left))
            first = min((one.opens_at for one in left if one.opens_at), default=None)
            inside = '<strong>{title}</strong> <span class="desk-sub">{opens}</span>'
            Piece('summary', inside=filled(inside, title=title, opens=_opens(first)))
            for one in left[:MOST]:
                Piece(inside=_line(one)).classes('desk-left')
            if len(left) > MOST:
                ui.label(_('외 {count}건', count=len(left) - MOST)).classes('desk-sub')


def _opens(at: datetime | None) -> str:
    return _('{time}에 대기 목록으로 옵니다', time=times.moment_in(at, clock.SEOUL)) if at else ''


def _line(left: LeftView) -> Markup:
    return filled(
        '<span class="desk-row-line"><strong>{name}</strong><time title="{full}">{short}</time></span>'
        '<span class="desk-sub" dir="auto">{queue} · {body}</span>',
        name=left.name,
        full=times.full(left.left_at),
        short=times.short(left.left_at),
        queue=left.queue,
        body=left.body[:160],
    )
