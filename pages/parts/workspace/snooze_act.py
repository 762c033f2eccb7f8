"""다시 알림 below the header of one's own chat: until when it is put away, the dialog that asks, and the way back."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time, timedelta

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk import clock
from desk.errors import DeskError
from models import ChatStatus
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled
from services.chats.events import ChatCard

FORM = 'desk-snooze'
MINUTES = (10, 30, 60, 180)
MORNING = time(9)
OF_TOMORROW, OPEN_END = 'tomorrow', ''


class SnoozeAct(Component):
    """The button and the state; hidden for chats that are not the reader's own, and for those on hold."""

    def __init__(self, context: PageContext, *, on_changed: Callable[[ChatCard], object]) -> None:
        """Draw nothing until ``show``; ``on_changed`` gets the chat that was put away or came back."""
        super().__init__(context.services.topics)
        self.classes('desk-own-acts')
        self._context, self._agent = context, context.agent
        self._snoozes = context.services.snoozes
        self._on_changed = on_changed
        self._chat: ChatCard | None = None
        self._noticed: datetime | None = None
        with self:
            self._state = Piece('span').classes('desk-held').props('role=status')
            self._put_away = button(_('다시 알림'), self.act, ButtonStyle.QUIET)
            self._take_back = button(_('지금 꺼내기'), self.act, ButtonStyle.QUIET)

    def show(self, chat: ChatCard) -> None:
        """Show until when the chat is put away; a chat that is back was noticed by being shown."""
        self._chat = chat
        is_own = chat.is_open and chat.agent_id == self._agent.id
        is_away = is_own and chat.snoozed_until is not None
        self.set_visibility(is_own)
        self._put_away.set_visibility(is_own and not is_away and chat.status is ChatStatus.ACTIVE)
        self._take_back.set_visibility(is_away)
        said = Markup()
        if is_away and chat.snoozed_until is not None:
            inside = '<i class="material-icons" aria-hidden="true">snooze</i>{said}'
            said = filled(inside, said=_('{time}에 다시 알림', time=_moment(chat.snoozed_until)))
        self._state.set_inside(said)
        if is_own and chat.woken_at is not None and chat.woken_at != self._noticed:
            self._noticed = chat.woken_at
            self.start(self._do(self._snoozes.wake(self._agent, chat.id)))

    async def act(self) -> None:
        """Ask until when the chat is put away; one that is put away comes back."""
        chat = self._chat
        if chat is None or not chat.is_open or chat.agent_id != self._agent.id:
            return
        if chat.snoozed_until is not None:
            await self._do(self._snoozes.wake(self._agent, chat.id))
        elif chat.status is ChatStatus.ACTIVE:
            self._ask(chat)

    def _ask(self, chat: ChatCard) -> None:
        dialogs, name = self._context.dialogs, chat.visitor_name
        with dialogs, dialog.titled(dialogs, _('다시 알림: {name} 님의 상담', name=name)) as opened:
            form = Piece('form', inside=_choices()).classes('desk-steer')
            form.props['id'] = FORM

            async def submit(event: GenericEventArguments) -> None:
                opened.close()
                until = _until(values_of(event), clock.now())
                await self._do(self._snoozes.snooze(self._agent, chat.id, until=until))

            form.on('submit', submit, js_handler=VALUES_OF_FORM)
            hint = _('그때까지 목록 아래에 두고, 고객이 쓰면 바로 맨 위로 올립니다. 자리는 그대로 차지합니다.')  # fmt: skip
            ui.label(hint).classes('desk-hint')
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), opened.close)
                act = Piece('button', inside=filled('{text}', text=_('미뤄 두기')))
                act.classes('desk-button desk-primary').props('type=submit').props['form'] = FORM

    async def _do(self, act: Awaitable[ChatCard]) -> None:
        try:
            self._on_changed(await self.still(act))
        except DeskError as error:
            notices.tell(error)


def _until(values: Mapping[str, str], now: datetime) -> datetime | None:
    """Return the chosen time; ``None`` to wait for the customer alone."""
    given = values.get('until', OPEN_END)
    if given == OF_TOMORROW:
        tomorrow = now.astimezone(clock.SEOUL).date() + timedelta(days=1)
        return datetime.combine(tomorrow, MORNING, tzinfo=clock.SEOUL)
    if given.isdecimal() and int(given) in MINUTES:
        return now + timedelta(minutes=int(given))
    return None


def _moment(at: datetime) -> str:
    return times.hour(at) if times.same_day(at, clock.now()) else f'{times.short(at)} {times.hour(at)}'  # fmt: skip


def _choices() -> Markup:
    names = [(str(one), times.later(one)) for one in MINUTES]
    options = [*names, (OF_TOMORROW, _('내일 오전 9시')), (OPEN_END, _('고객이 쓸 때까지'))]
    return filled(
        '<fieldset class="desk-history-period desk-steer-deeds"><legend class="desk-unseen">{label}</legend>{choices}</fieldset>',
        label=_('알릴 때'),
        choices=Markup().join(
            filled(
                '<label class="desk-pill-choice"><input type="radio" name="until" value="{value}"{first}><span>{name}</span></label>',
                value=value,
                first=Markup(' checked autofocus') if place == 0 else '',
                name=name,
            )
            for place, (value, name) in enumerate(options)
        ),
    )
