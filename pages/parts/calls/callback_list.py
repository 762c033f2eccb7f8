"""콜백 above the inbox: who is to be called in which slot, called by one press, closed by the calls themselves."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from desk.events import Event
from models import CallbackStatus
from models.callback import MAX_ATTEMPTS
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers.callback_form import new_callback
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.promise_words import span
from services.calls.callback_view import CallbackDue, CallbackView, due_topic, topics_for

DRAW_SECONDS = 0.25
MOST = 5
LOOK_SECONDS = 30.0
"""So often it is looked whether a slot has begun or passed."""


class CallbackList(Component):
    """The call-backs whose slots are first. Nothing but a button when there is none."""

    def __init__(self, context: PageContext, *, on_due: Callable[[], None]) -> None:
        super().__init__(context.services.topics)
        self._context, self._on_due = context, on_due
        self.classes('desk-promise-list desk-callbacks')
        self.refresh()

    def refresh(self) -> None:
        """Show what concerns the agent now: their department may be another."""
        self.stop_listening()
        agent = self._context.agent
        self.listen((*topics_for(agent), due_topic(agent.id)), self._hear)
        self.start(self._read())

    def _hear(self, event: Event) -> None:
        if isinstance(event, CallbackDue):
            words = {'slot': span(event.slot_from, event.slot_to), 'name': event.name}
            if event.owner_id is None:
                notices.news(
                    _(
                        '담당자 없는 콜백의 시간입니다: {slot} {name} · {body}',
                        **words,
                        body=event.body,
                    )
                )
            else:
                notices.news(_('콜백 시간입니다: {slot} {name} · {body}', **words, body=event.body))
            self._on_due()
        self.soon(self._read, at_most_every=DRAW_SECONDS)

    async def _read(self) -> None:
        waiting = await self.still(self._context.services.callbacks.waiting(self._context.agent))
        self.clear()
        with self, ui.element('nav') as place:
            place.props['aria-label'] = _('콜백')
            with ui.element('div').classes('desk-callbacks-head'):
                Piece('strong', inside=filled('{title}', title=_('콜백 {count}', count=len(waiting))))  # fmt: skip
                button(_('콜백 추가'), partial(new_callback, self._context), ButtonStyle.QUIET)
            for one in waiting[:MOST]:
                row = Piece('button', inside=line(one)).props('type=button')
                row.classes('desk-promise').on('click', partial(self._open, one.id), args=[])
            if len(waiting) > MOST:
                ui.label(_('외 {count}건', count=len(waiting) - MOST)).classes('desk-sub')
        if waiting:
            self.within(LOOK_SECONDS, self._look)

    async def _look(self) -> None:
        await self._read()  # a work of its own: else the news would wait for it

    async def _open(self, callback_id: UUID) -> None:
        try:
            callback = await self.still(
                self._context.services.callbacks.callback(self._context.agent, callback_id)
            )
        except DeskError as error:
            notices.tell(error)
            return
        with dialog.titled(self._context.dialogs, _('콜백')) as opened:
            Piece(inside=_facts(callback)).classes('desk-written')
            if callback.chat_id is not None:
                chat = f'/desk/chats/{callback.chat_id}'
                ui.link(_('신청한 채팅 보기'), chat).on('click', opened.close)
            if not callback.is_open:
                return
            with ui.element('div').classes('desk-actions'):
                cancel = partial(self._close, opened, callback, CallbackStatus.CANCELLED)
                button(_('필요 없어짐'), cancel, ButtonStyle.QUIET)
                button(
                    _('통화했음'), partial(self._close, opened, callback, CallbackStatus.REACHED)
                )
                if self._context.dial is not None:
                    call = partial(self._call, opened, callback)
                    button(_('전화 걸기'), call, ButtonStyle.PRIMARY).props('autofocus')

    async def _call(self, opened: ui.dialog, callback: CallbackView) -> None:
        dial = self._context.dial
        try:
            phone, purpose = await self.still(
                self._context.services.callbacks.take(self._context.agent, callback.id)
            )
        except DeskError as error:
            notices.tell(error)
            return
        opened.close()
        if dial is not None:
            await dial(phone, purpose)

    async def _close(
        self, opened: ui.dialog, callback: CallbackView, status: CallbackStatus
    ) -> None:
        callbacks, agent = self._context.services.callbacks, self._context.agent
        try:
            await self.still(callbacks.close(agent, callback.id, status, seen=callback.version))
        except DeskError as error:
            notices.tell(error)
            return
        opened.close()
        notices.done(_('콜백을 닫았습니다'))


def slot(callback: CallbackView) -> str:
    """Return ``14:00~15:00``, with the day for any but today."""
    return span(callback.slot_from, callback.slot_to)


def state(callback: CallbackView) -> str:
    """Return whether its time is now or has passed, and how often it was tried."""
    words = []
    if callback.is_due:
        words.append(_('지금'))
    if callback.is_late:
        words.append(_('시간 지남'))
    if callback.attempts:
        words.append(_('{count}/{most}번 걸었음', count=callback.attempts, most=MAX_ATTEMPTS))
    return ' · '.join(words)


def line(callback: CallbackView) -> Markup:
    """Return a call-back on one line."""
    late = Markup(' desk-late') if callback.is_late else ''
    return filled(
        '<time class="desk-promise-due{late}" title="{full}">{slot}</time> <b>{name}</b> <span dir="auto">{body}</span>'
        ' <span class="desk-sub">{owner}</span> <span class="desk-sub">{state}</span>',
        late=late,
        full=times.full(callback.slot_from),
        slot=slot(callback),
        name=callback.name or callback.phone,
        body=callback.body,
        owner=callback.owner,
        state=state(callback),
    )


def _facts(callback: CallbackView) -> Markup:
    facts = {
        _('고객'): callback.name,
        _('전화번호'): callback.phone,
        _('시간'): slot(callback),
        _('용건'): callback.body,
        _('정한 사람'): _('고객') if callback.is_asked_by_customer else _('상담원'),
        _('담당'): callback.owner or _('담당자 없음'),
        _('상태'): state(callback),
    }
    rows = Markup().join(
        filled('<div><dt>{name}</dt><dd dir="auto">{value}</dd></div>', name=name, value=value)
        for name, value in facts.items()
        if value
    )
    return filled('<dl class="desk-written">{rows}</dl>', rows=rows)
