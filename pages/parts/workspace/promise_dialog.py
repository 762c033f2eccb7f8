"""The dialogs of promises: close or hand over one, and make a new one by hand."""

from collections.abc import Awaitable
from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk import clock
from desk.errors import DeskError
from models import PromiseStatus
from models.wrap_up import MAX_PROMISE_CHARS
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.promise_words import field_moment, field_value, state
from services.contacts.promise_view import PromiseView

NEW_FORM, HAND_FORM = 'desk-promise-new', 'desk-promise-hand'


async def open_promise(context: PageContext, promise_id: UUID) -> None:
    """Show a promise with the actions that the agent may take."""
    promises = context.services.promises
    try:
        promise = await context.still(promises.promise(context.agent, promise_id))
        colleagues = await context.still(promises.colleagues(context.agent, promise_id))
    except DeskError as error:
        notices.tell(error)
        return
    with context.dialogs:
        _PromiseDialog(context, promise, colleagues)


class _PromiseDialog:
    """The open dialog; it closes after a success."""

    def __init__(
        self, context: PageContext, promise: PromiseView, colleagues: dict[UUID, str]
    ) -> None:
        self._context, self._promise = context, promise
        with dialog.titled(context.dialogs, _('약속')) as self._dialog:
            Piece(inside=_facts(promise)).classes('desk-written')
            if promise.is_open:
                self._draw_hand_over(colleagues)
                self._draw_endings()

    def _draw_hand_over(self, colleagues: dict[UUID, str]) -> None:
        form = Piece('form', inside=_hand_over(self._promise, self._context.agent.id, colleagues))
        form.classes('desk-steer').props['id'] = HAND_FORM
        form.on('submit', self._hand_over, js_handler=VALUES_OF_FORM)

    def _draw_endings(self) -> None:
        with ui.element('div').classes('desk-actions'):
            button(
                _('필요 없어짐'), partial(self._close, PromiseStatus.CANCELLED), ButtonStyle.QUIET
            )
            button(_('못 지킴'), partial(self._close, PromiseStatus.BROKEN))
            keep = button(_('지킴'), partial(self._close, PromiseStatus.KEPT), ButtonStyle.PRIMARY)
            keep.props('autofocus')

    async def _close(self, status: PromiseStatus) -> None:
        promises, promise = self._context.services.promises, self._promise
        close = promises.close(self._context.agent, promise.id, status, seen=promise.version)
        await self._done(close)

    async def _hand_over(self, event: GenericEventArguments) -> None:
        given = values_of(event)
        to = given.get('to', '')
        try:
            to_id = UUID(to) if to else None
        except ValueError:
            return
        promises, promise = self._context.services.promises, self._promise
        await self._done(
            promises.hand_over(self._context.agent, promise.id, to_id, seen=promise.version)
        )

    async def _done(self, act: Awaitable[PromiseView]) -> None:
        try:
            promise = await self._context.still(act)
        except DeskError as error:
            notices.tell(error)
            return
        self._dialog.close()
        notices.done(
            _('약속을 넘겼습니다')
            if promise.is_open
            else _('약속을 닫았습니다: {state}', state=state(promise))
        )


def new_promise(context: PageContext, chat_id: UUID) -> None:
    """Ask for a promise to the customer of a chat and its due time, and record it."""

    async def submit(event: GenericEventArguments) -> None:
        given = values_of(event)
        due_at = field_moment(given.get('due', ''))
        try:
            await context.still(
                context.services.promises.make(
                    context.agent, chat_id, given.get('body', ''), due_at or clock.now()
                )
            )
        except DeskError as error:
            notices.tell(error)
            return
        asking.close()
        notices.done(_('약속을 남겼습니다'))

    with dialog.titled(context.dialogs, _('약속 남기기')) as asking:
        form = Piece('form', inside=_new()).classes('desk-steer')
        form.props['id'] = NEW_FORM
        form.on('submit', submit, js_handler=VALUES_OF_FORM)


def _facts(promise: PromiseView) -> Markup:
    facts = {
        _('내용'): promise.body,
        _('시간'): times.moment(promise.due_at),
        _('담당'): promise.owner or _('담당자 없음'),
        _('상태'): state(promise),
    }
    rows = Markup().join(
        filled('<div><dt>{name}</dt><dd dir="auto">{value}</dd></div>', name=name, value=value)
        for name, value in facts.items()
        if value
    )
    return filled(
        '<a href="/desk/chats/{id}">{customer}</a><dl class="desk-written">{rows}</dl>',
        id=promise.contact_id,
        customer=promise.customer or _('상담 화면으로'),
        rows=rows,
    )


def _hand_over(promise: PromiseView, me: UUID, colleagues: dict[UUID, str]) -> Markup:
    choices: list[tuple[str, str]] = []
    if promise.owner_id != me:
        choices.append((str(me), _('내가 맡기')))
    if promise.owner_id is not None:
        choices.append(('', _('대기열로')))
    choices += [(str(one), name) for one, name in colleagues.items() if one != me]
    return filled(
        '<label class="desk-steer-field">{label}<select class="desk-input" name="to">{options}</select></label>'
        '<button type="submit" class="desk-button">{do}</button>',
        label=_('약속 넘기기'),
        options=Markup().join(
            filled('<option value="{value}">{name}</option>', value=value, name=name)
            for value, name in choices
        ),
        do=_('넘기기'),
    )


def _new() -> Markup:
    return filled(
        '<label class="desk-steer-field">{body}<input class="desk-input" name="body" required maxlength="{most}" autocomplete="off" autofocus dir="auto"></label>'
        '<label class="desk-steer-field">{due}<input class="desk-input" name="due" type="datetime-local" required min="{now}"></label>'
        '<button type="submit" class="desk-button desk-primary">{do}</button>',
        body=_('내용'),
        due=_('시간'),
        most=MAX_PROMISE_CHARS,
        now=field_value(clock.now()),
        do=_('약속 남기기'),
    )
