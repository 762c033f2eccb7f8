"""What a customer who waits may do instead once their queue has become crowded: wait on, leave a message, or be called.

The call has its own button, which stands right below (``pages.parts.talk.callback``). An offer that was made stays until it is
answered or an agent has the chat: one that goes while somebody reads it is worse than one that is not needed any more.
"""

from collections.abc import Callable
from uuid import UUID, uuid4

from nicegui import ui

from models import ChatStatus
from models.chat import MAX_MESSAGE_CHARS
from pages.component import Component
from pages.locale import _, language
from pages.parts.kit.markup import Piece, filled
from pages.parts.talk.crowded_words import crowded_words
from pages.parts.talk.form_dialog import open_form
from services.chats.events import ChatCard
from services.chats.outgoing import OutgoingMessage
from services.floor.crowding import CrowdingChanged, crowding_topic
from services.registry import Services
from services.settings.texts import CustomerTexts


class TalkWays(Component):
    """Nothing to see until the queue of a waiting chat becomes crowded."""

    def __init__(
        self, services: Services, *, may_be_called: Callable[[], bool], on_offer: Callable[[], None]
    ) -> None:
        """Draw nothing until ``show``.

        Args:
            services: the desk's services.
            may_be_called: whether a call-back can be asked for now.
            on_offer: called when the offer has just been made.
        """
        super().__init__(services.topics)
        self._services = services
        self._may_be_called, self._on_offer = may_be_called, on_offer
        self._chat: ChatCard | None = None
        self._queue_id: UUID | None = None
        self._texts = CustomerTexts()
        self._is_offered = self._is_answered = False
        self.classes('talk-ways')
        with self:
            self._said = Piece('p').props('role=status')
            self._choices = ui.element().classes('talk-ways-choices')
            self._dialogs = ui.element()
        self._choices.set_visibility(False)

    def show(self, chat: ChatCard, texts: CustomerTexts) -> None:
        """Follow the queue of a chat while it waits; in another queue, or once it waits again, start anew."""
        self._chat, self._texts = chat, texts
        is_waiting = chat.status is ChatStatus.WAITING and not chat.is_left
        queue_id = chat.queue_id if is_waiting else None
        if queue_id == self._queue_id:
            return
        self.stop_listening()
        self._take_back()
        self._queue_id, self._is_answered = queue_id, False
        if queue_id is not None:
            self.listen(crowding_topic(queue_id), self._hear)
            since = self._services.crowding.since(queue_id)
            if since is not None and since > chat.waits_since:
                self._offer()  # who came later has chosen before the chat

    def _hear(self, event: object) -> None:
        if isinstance(event, CrowdingChanged) and event.since is not None:
            self._offer()

    def _offer(self) -> None:
        if self._is_offered or self._is_answered:
            return
        self._is_offered = True
        words = crowded_words(language(), self._texts, may_be_called=self._may_be_called())
        self._said.set_inside(filled('{words}', words=words))
        with self._choices:
            self._choice(_('계속 기다리기'), self._wait_on)
            self._choice(_('메시지 남기기'), self._ask)
        self._choices.set_visibility(True)
        self._on_offer()

    def _choice(self, text: str, act: Callable[[], object]) -> None:
        piece = Piece('button', inside=filled('{text}', text=text))
        piece.classes('talk-button').props('type=button').on('click', act, args=[])

    def _wait_on(self) -> None:
        self._is_answered = True
        self._take_back()

    def _take_back(self) -> None:
        if self._is_offered:
            self._is_offered = False
            self._said.set_inside(filled(''))
            self._choices.clear()
            self._choices.set_visibility(False)

    # ---- leaving a message

    def _ask(self) -> None:
        chat = self._chat
        if chat is None:
            return
        message_id = uuid4()

        async def send(given: dict[str, str]) -> None:
            said = OutgoingMessage(
                id=message_id,
                chat_id=chat.id,
                content=given.get('body', ''),
                seen=chat.last_number,
            )
            await self._leave(said, may_be_blank=chat.awaiting_since is not None)

        open_form(
            self,
            self._dialogs,
            title=_('메시지 남기기'),
            hint=_('기다리시던 차례는 그대로예요. 창을 닫으셔도 상담원이 확인하고 답해 드려요. 답은 이 기기에서 볼 수 있어요.'),
            fields=filled(
                '<div class="field"><label for="left-body">{label}</label>'
                '<textarea id="left-body" name="body" rows="4" maxlength="{most}" autofocus></textarea></div>'
                '<button type="submit" class="talk-button talk-primary">{do}</button>',
                label=_('남기실 말씀') if chat.awaiting_since is None else _('더 남기실 말씀 (선택)'),
                most=MAX_MESSAGE_CHARS,
                do=_('메시지 남기기'),
            ),
            send=send,
            done=_('메시지를 남겼어요'),
        )  # fmt: skip

    async def _leave(self, said: OutgoingMessage, *, may_be_blank: bool) -> None:
        """Send what was written, then let the customer go. Both may be done again: each counts once."""
        if said.content.strip() or not may_be_blank:
            await self.still(self._services.visits.write(said))
        await self.still(self._services.left_messages.leave_waiting(said.chat_id))
