"""What an agent does with an own chat beside writing and ending it: 보류, 호전환, 다시 열기, 보호."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

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
from pages.parts.kit.buttons import button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled
from pages.parts.transcript.take_along import transcript_button
from services.chats.events import ChatCard
from services.chats.reopening import is_reopenable, may_reopen

HOLD_FORM = 'desk-hold'
MINUTES = (5, 10, 30, 60, 120)


class OwnActs(Component):
    """The buttons in the header of a chat; all but saving it are hidden for chats that are not the reader's own."""

    def __init__(
        self,
        context: PageContext,
        *,
        transfer: Callable[[ChatCard], Awaitable[None]],
        protect: Callable[[], Awaitable[None]],
        on_changed: Callable[[ChatCard], object],
    ) -> None:
        """Draw nothing until ``show``.

        Args:
            context: the page.
            transfer: asks for whom to hand a chat to.
            protect: opens 보호.
            on_changed: gets the chat after it was put on hold or resumed.
        """
        super().__init__(context.services.topics)
        self.classes('desk-own-acts')
        self._context, self._agent = context, context.agent
        self._chats, self._reopenings = context.services.chats, context.services.reopenings
        self._transfer, self._on_changed = transfer, on_changed
        self._chat: ChatCard | None = None
        with self:
            self._state = Piece('span').classes('desk-held').props('role=status')
            self._hold = button(_('보류'), self.hold)
            self._resume = button(_('보류 해제'), self.hold)
            self._pass = button(_('호전환'), self.transfer)
            self._reopen = button(_('다시 열기'), self.reopen)
            self._protect = button(_('보호'), protect)
            self._protect.props['title'] = _('보호 (Q)')

    def show(self, chat: ChatCard) -> None:
        """Show what can be done with the chat now."""
        if self._chat is None:
            with self:
                transcript_button(self._context, chat.id)
        self._chat = chat
        is_own = chat.is_open and chat.agent_id == self._agent.id
        is_held = chat.status is ChatStatus.ON_HOLD
        self._hold.set_visibility(is_own and not is_held)
        self._resume.set_visibility(is_own and is_held)
        self._pass.set_visibility(is_own)
        can_reopen = is_reopenable(chat, clock.now()) and may_reopen(self._agent, chat)
        self._reopen.set_visibility(can_reopen)
        self._protect.set_visibility(is_own)
        said = Markup()
        if is_held:
            until = _(' · {time}에 알림', time=times.hour(chat.remind_at)) if chat.remind_at else ''
            inside = '<i class="material-icons" aria-hidden="true">pause</i>{said}{until}'
            said = filled(inside, said=_('status.on_hold'), until=until)
        self._state.set_inside(said)

    async def transfer(self) -> None:
        """Ask for whom to hand the chat to; nothing when it is not the reader's own."""
        if (chat := self._own()) is not None:
            await self._transfer(chat)

    async def hold(self) -> None:
        """Put the chat on hold, with a time to be reminded; one that is on hold is resumed."""
        chat = self._own()
        if chat is None:
            return
        if chat.status is ChatStatus.ON_HOLD:
            await self._act(self._chats.resume(self._agent, chat.id))
        else:
            self._ask_hold(chat)

    async def reopen(self) -> None:
        """Let an ended chat go on, within a day."""
        chat = self._chat
        if chat is not None and is_reopenable(chat, clock.now()) and may_reopen(self._agent, chat):
            await self._act(self._reopenings.reopen(chat.id, by=self._agent))

    def _own(self) -> ChatCard | None:
        chat = self._chat
        return chat if chat and chat.is_open and chat.agent_id == self._agent.id else None

    def _ask_hold(self, chat: ChatCard) -> None:
        name = chat.visitor_name
        dialogs = self._context.dialogs
        with dialogs, dialog.titled(dialogs, _('보류: {name} 님의 상담', name=name)) as opened:
            form = Piece('form', inside=_choices()).classes('desk-steer')
            form.props['id'] = HOLD_FORM

            async def submit(event: GenericEventArguments) -> None:
                opened.close()
                await self._put_on_hold(chat.id, values_of(event))

            form.on('submit', submit, js_handler=VALUES_OF_FORM)
            ui.label(_('보류한 상담은 자리를 차지하지 않고, 고객은 계속 쓸 수 있습니다.')).classes('desk-hint')  # fmt: skip
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), opened.close)
                act = Piece('button', inside=filled('{text}', text=_('보류')))
                act.classes('desk-button desk-primary').props('type=submit').props['form'] = (
                    HOLD_FORM
                )

    async def _put_on_hold(self, chat_id: UUID, values: Mapping[str, str]) -> None:
        given = values.get('minutes', '')
        minutes = int(given) if given.isdecimal() and int(given) in MINUTES else None
        await self._act(self._chats.hold(self._agent, chat_id, remind_minutes=minutes))

    async def _act(self, act: Awaitable[ChatCard]) -> None:
        try:
            self._on_changed(await self.still(act))
        except DeskError as error:
            notices.tell(error)


def _choices() -> Markup:
    names = [(str(one), times.later(one)) for one in MINUTES]
    options = [*names, ('', _('알리지 않음'))]
    return filled(
        '<fieldset class="desk-history-period desk-steer-deeds"><legend class="desk-unseen">{label}</legend>{choices}</fieldset>',
        label=_('알릴 때'),
        choices=Markup().join(
            filled(
                '<label class="desk-pill-choice"><input type="radio" name="minutes" value="{value}"{first}><span>{name}</span></label>',
                value=value,
                first=Markup(' checked autofocus') if place == 0 else '',
                name=name,
            )
            for place, (value, name) in enumerate(options)
        ),
    )
