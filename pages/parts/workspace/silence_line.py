"""The line below a chat's header while its customer owes an answer: when they are asked, when the chat ends, and 기다리기."""

from collections.abc import Callable

from desk.errors import DeskError
from models import ChatStatus
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import button
from pages.parts.kit.clock import milliseconds
from pages.parts.kit.markup import Piece, filled
from services.chats.events import ChatCard
from services.contacts.access import may_write


class SilenceLine(Component):
    """Hidden unless the clock of a silent customer runs, or an agent has stopped it for this chat."""

    def __init__(self, context: PageContext, *, on_changed: Callable[[ChatCard], object]) -> None:
        """Draw nothing until ``show``; ``on_changed`` gets the chat whose clock was stopped or started."""
        super().__init__(context.services.topics)
        self.classes('desk-silence-line')
        self._agent, self._silence = context.agent, context.services.silence
        self._on_changed = on_changed
        self._chat: ChatCard | None = None
        with self:
            self._said = Piece('span').props('role=status')
            self._left = Piece('span')
            self._wait = button(_('기다리기'), self.toggle)
            self._go_on = button(_('다시 시간 재기'), self.toggle)
        self.set_visibility(False)

    def show(self, chat: ChatCard) -> None:
        """Show how long the customer has."""
        self._chat = chat
        is_active = chat.status is ChatStatus.ACTIVE
        runs = is_active and chat.silence_due_at is not None
        may = is_active and may_write(self._agent, chat)
        self.set_visibility(is_active and (runs or chat.silence_off))
        self._wait.set_visibility(may and runs)
        self._go_on.set_visibility(may and chat.silence_off)
        self._said.set_inside(filled('{said}', said=_said(chat)))
        left = '<time data-countdown="{until}"></time>' if runs else '{until}'
        until = milliseconds(chat.silence_due_at) if runs and chat.silence_due_at else ''
        self._left.set_inside(filled(left, until=until))

    async def toggle(self) -> None:
        """Stop the clock for this chat, or let it run again; nothing when none runs."""
        chat = self._chat
        if chat is None or not may_write(self._agent, chat):
            return
        if chat.silence_due_at is None and not chat.silence_off:
            return
        is_off = not chat.silence_off
        try:
            changed = await self.still(self._silence.wait(self._agent, chat.id, is_off=is_off))
        except DeskError as error:
            notices.tell(error)
            return
        self._on_changed(changed)
        notices.done(
            _('이 상담에서는 고객의 답을 기다립니다')
            if is_off
            else _('답이 없으면 고객에게 다시 묻습니다')
        )


def _said(chat: ChatCard) -> str:
    if chat.silence_off:
        return _('이 상담에서는 고객의 답을 기다립니다')
    if chat.silence_asked_at is not None:
        return _('고객에게 물었습니다. 답이 없으면 종료하기까지')
    return _('고객이 답하지 않고 있습니다. 계속할지 묻기까지')
