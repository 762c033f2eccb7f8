"""Open wrap-ups (후처리) above the inbox: the agent's own, and those whose agent works here no more."""

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from nicegui import ui

from desk.errors import DeskError
from models import Channel, WrapUp
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog, times
from pages.parts.kit.markup import Piece, filled
from pages.parts.workspace.wrap_up_panel import WrapUpPanel
from services.contacts.left_wrap_ups import LeftWrapUp, topics_for
from services.contacts.wrap_ups import wrap_up_topic

DRAW_SECONDS = 0.25
MOST = 5


class WrapUpList(Component):
    """Links to the contacts with an open wrap-up; hidden when there is none."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self.classes('desk-wrap-up-list')
        self.refresh()

    def refresh(self) -> None:
        """Read the lists again: the agent's department may have changed."""
        self.stop_listening()
        self.listen(
            (wrap_up_topic(self._context.agent.id), *topics_for(self._context.agent)),
            lambda _event: self.soon(self._read, at_most_every=DRAW_SECONDS),
            draws=False,
        )
        self.start(self._read())

    async def _read(self) -> None:
        services, agent = self._context.services, self._context.agent
        unfinished = await self.still(services.wrap_ups.open_of(agent))
        left = await self.still(services.left_wrap_ups.all(agent))
        names = await self.still(
            services.chats.names_of(agent, [one.contact_id for one in unfinished[:MOST]])
        )
        self.clear()
        with self:
            if unfinished:
                self._own(unfinished, names)
            if left:
                self._left(left)

    def _own(self, unfinished: Sequence[WrapUp], names: dict[UUID, str]) -> None:
        with ui.element('nav') as links:
            links.props['aria-label'] = _('끝나지 않은 후처리')
            title = _('후처리 {count}').format(count=len(unfinished))
            Piece('strong', inside=filled('{title}', title=title))
            for one in unfinished[:MOST]:
                if one.channel is Channel.CALL:
                    name = _('통화 {time}', time=times.hour(one.created_at))
                    self._button(name, partial(self._write, one, name))
                elif one.contact_id in names:
                    link = Piece('a', inside=filled('{name}', name=names[one.contact_id]))
                    link.props['href'] = f'/desk/chats/{one.contact_id}'

    def _left(self, left: list[LeftWrapUp]) -> None:
        with ui.element('nav') as rows:
            rows.props['aria-label'] = _('담당자 없는 후처리')
            title = _('담당자 없는 후처리 {count}').format(count=len(left))
            Piece('strong', inside=filled('{title}', title=title))
            for one in left[:MOST]:
                row = self._button(_name(one), partial(self._take, one), said=_said(one))
                row.classes('desk-wrap-up-left').props['title'] = _name(one)
                row.props['aria-label'] = _('{name} 후처리 맡기', name=_name(one))
            if len(left) > MOST:
                ui.label(_('외 {count}건', count=len(left) - MOST)).classes('desk-sub')

    def _button(self, name: str, on_click: Callable[[], object], *, said: str = '') -> Piece:
        inside = filled('<span>{name}</span><small>{said}</small>', name=name, said=said)
        row = Piece('button', inside=inside if said else filled('{name}', name=name))
        row.props('type=button').classes('desk-wrap-up-row').on('click', on_click, args=[])
        return row

    async def _take(self, one: LeftWrapUp) -> None:
        left = self._context.services.left_wrap_ups
        try:
            wrap_up = await self.still(left.take(self._context.agent, one.contact_id))
        except DeskError as error:
            notices.tell(error)
            return
        self._write(wrap_up, _name(one))

    def _write(self, wrap_up: WrapUp, name: str) -> None:
        """Write a 후처리 in a dialog: that of a call has no place of its own beside the inbox."""
        title = _('{name} 후처리', name=name)
        with dialog.titled(self._context.dialogs, title) as opened:
            look = Piece('a', inside=filled('{text}', text=_('대화 보기')))
            look.props['href'] = f'/desk/history/{wrap_up.contact_id}'
            look.props('target=_blank rel=noopener')  # beside what is being written
            panel = WrapUpPanel(self._context, wrap_up, on_done=opened.close)
        panel.focus()


def _name(one: LeftWrapUp) -> str:
    return one.customer or _('모르는 번호')


def _said(one: LeftWrapUp) -> str:
    """Return what was talked over, and since when it waits."""
    kind = _('통화') if one.channel is Channel.CALL else _('채팅')
    return f'{kind} · {times.short(one.left_at)}'
