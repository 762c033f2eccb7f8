"""A customer's chat in one browser tab: queue, conversation, reply box, end.

It subscribes first and reads second; messages are merged by number and the chat by version, so that events that come late,
twice or not at all lead to the same state as reading it again.
"""

from collections.abc import Awaitable
from typing import Any

from nicegui import ui

from desk.errors import DeskError
from desk.events import Resync
from desk.stream import STATE_TOPIC, StreamState
from models import ChatStatus, Sender, SettingKind
from models.chat import MAX_MESSAGE_CHARS
from pages import notices
from pages.component import Component
from pages.locale import _, customer_sentence, language
from pages.parts.kit.chat_files import offer_files
from pages.parts.kit.link_badge import LinkBadge, LinkBadgeLabels
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.reply_box import ReplyBox, ReplyBoxLabels, ReplyBoxPlace, TypedReply
from pages.parts.talk.attention import Attention
from pages.parts.talk.callback import TalkCallback
from pages.parts.talk.ending import TalkEnding, goes_on
from pages.parts.talk.names import Names
from pages.parts.talk.queue import TalkQueue
from pages.parts.talk.save import draw_save_menu
from pages.parts.talk.silence import TalkSilence
from pages.parts.talk.typing_line import TypingLine
from pages.parts.talk.ways import TalkWays
from pages.parts.transcript.transcript import MessagePages, Transcript
from pages.web.talk_place import TalkPlace
from services.chats.events import ChatCard, ChatEvent, ChatMessage, MessageAdded, Typing, chat_topic
from services.chats.outgoing import OutgoingMessage
from services.people.events import SETTINGS, SettingsChanged
from services.registry import Services
from services.settings.texts import CustomerTexts


class TalkPanel(Component):
    """The chat whose token the customer holds."""

    def __init__(
        self, services: Services, chat: ChatCard, place: TalkPlace, *, sign_of_life_seconds: float
    ) -> None:
        """Draw the frame; ``open`` fills it."""
        super().__init__(services.topics)
        self._services = services
        self._visits = services.visits
        self._chat, self._place = chat, place
        self._names = Names(services.agents)
        self._queue: TalkQueue | None = None
        self._texts = CustomerTexts()
        self._told_delivered = self._told_read = 0
        self._is_away = False  # whether the last read or write of background work failed
        self.classes('talk')
        with self:
            self._dialogs = ui.element()  # dialogs are drawn here on demand
            self._attention = Attention(seen=chat.customer_read_number, is_quiet=place.site != '')
            self._draw_head()
            self._queue_place = ui.element().classes('talk-queue-place')
            self._ways = TalkWays(
                services,
                may_be_called=lambda: self._callback.may_be_asked,
                on_offer=self._attention.call,
            )
            self._callback = TalkCallback(services, chat)
            self._transcript = self._drawn_transcript()
            self._typing = TypingLine()
            self._silence = TalkSilence(services, chat)
            self._foot = ui.element('footer').classes('talk-foot')
            with self._foot:
                self._ending = TalkEnding(services, place)
                self._box = self._drawn_box()
            ui.timer(sign_of_life_seconds, self._sign_of_life)
        ui.on_exception(_apologise)

    async def open(self, *, asks_call: bool = False) -> None:
        """Fill the frame and keep it current; with ``asks_call`` ask for a call-back first, where one is offered."""
        self.listen(chat_topic(self._chat.id), self._hear)  # before reading: no event falls between
        self.listen(STATE_TOPIC, self._hear_stream)
        self.listen(SETTINGS, self._hear_settings)
        self._chat = await self.still(self._visits.chat(self._chat.id))
        self._texts = await self.still(self._services.customer_texts.of(self._chat.queue_id))
        await self.still(self._names.learn(self._names.unknown(self._chat)))
        await self.still(self._transcript.load())
        await self.still(self._callback.open(asks=asks_call))
        self._show_chat()
        self.client.on_connect(self._tell_delivered)
        await self._tell_delivered()  # a page with a timer is sent before it is read to the end

    # ---- drawing

    def _draw_head(self) -> None:
        with ui.element('header').classes('talk-head'):
            self._who = Piece().classes('talk-who')
            self._badge = LinkBadge(
                LinkBadgeLabels(synced=_('연결됨'), behind=_('연결 지연'), away=_('연결 끊김')),
                number=self._chat.last_number,
            )
            draw_save_menu(self._chat.id)
            self._end_button = Piece('button', inside=filled('{text}', text=_('상담 종료')))
            self._end_button.classes('talk-button').props('type=button')
            self._end_button.on('click', self._ask_to_end)

    def _drawn_transcript(self) -> Transcript:
        pages = MessagePages(before=self._before, after=self._after)
        read, last = self._chat.customer_read_number, self._chat.last_number
        with ui.element().classes('talk-log'):
            transcript = Transcript(
                pages,
                own=Sender.CUSTOMER,
                writer=self._names.writer,
                label=_('대화 내용'),
                unread_from=read + 1 if 0 < read < last else None,
            )
        transcript.scroller.on_seen(self._tell_read)
        return transcript

    def _drawn_box(self) -> ReplyBox:
        place = ReplyBoxPlace(keep=f'desk.talk.{self._chat.id}', transcript='.talk-log')
        box = ReplyBox(_box_labels(), place, limit=MAX_MESSAGE_CHARS)
        if self._services.files.are_on:
            offer_files(box, f'/chat/visits/{self._chat.id}/files', is_customers=True)
        box.on_send(self._send)
        box.on_typing(self._tell_typing)
        return box

    def _show_chat(self) -> None:
        """Draw the newest state of the chat; unchanged parts send nothing."""
        chat = self._chat
        self._who.set_inside(
            filled(
                '<h1>{department}</h1><p>{state}</p>',
                department=_(chat.department),
                state=self._state(),
            )
        )
        self._transcript.set_marks(
            delivered=chat.agent_delivered_number, read=chat.agent_read_number
        )
        self._attention.seen(chat.customer_read_number)
        self._attention.shown(self._transcript.view.messages)
        if self._queue and chat.status is not ChatStatus.WAITING:
            self._queue.delete()
            self._queue = None
        elif self._queue is not None:
            self._queue.take(chat)
        elif chat.status is ChatStatus.WAITING:
            with self._queue_place:
                self._queue = TalkQueue(self._services, chat, self._texts)
            self._queue.start(self._queue.open())
        self._callback.take(chat)
        self._ways.show(chat, self._texts)
        if self._silence.show(chat, self._texts):
            self._attention.call()
        self._show_end()
        self._show_link()

    def _state(self) -> str:
        if self._chat.status is ChatStatus.CLOSED:
            return _('종료된 상담이에요')
        if self._chat.status is ChatStatus.WAITING:
            return _('상담원 연결을 기다리고 있어요')
        return _('{name} 상담원', name=self._names.holder(self._chat))

    def _show_link(self) -> None:
        view = self._transcript.view
        is_behind = self._is_away or view.is_behind or not self._services.stream.is_live
        self._badge.show(number=view.last, behind=is_behind)

    def _show_end(self) -> None:
        """Show whether the chat is over; within a day its customer may let it go on by writing."""
        is_over = self._chat.status is ChatStatus.CLOSED
        self._end_button.set_visibility(not is_over)
        self._ending.show(self._chat, self._texts)
        if is_over:
            self._typing.stop()
        if is_over and not goes_on(self._chat):
            self._box.close(_('종료된 상담이라 메시지를 보낼 수 없어요.'))
        else:
            self._box.reopen()

    # ---- events

    def _hear(self, event: Any) -> None:
        if isinstance(event, Resync):
            self.start(self._read_again())
        elif isinstance(event, Typing) and event.sender is Sender.AGENT:
            self._typing.show(event.name)
        elif isinstance(event, ChatEvent):
            messages = [event.message] if isinstance(event, MessageAdded) else []
            if self._names.unknown(event.chat, messages):
                self.start(self._learn_and_take(event.chat, messages))
            else:
                self._take(event.chat, messages)

    def _hear_stream(self, event: Any) -> None:
        if isinstance(event, StreamState):
            self._show_link()

    def _hear_settings(self, event: Any) -> None:
        if isinstance(event, Resync) or (
            isinstance(event, SettingsChanged) and event.part == SettingKind.TEXTS
        ):
            self.start(self._read_texts())

    async def _read_texts(self) -> None:
        try:
            self._texts = await self.still(self._services.customer_texts.of(self._chat.queue_id))
        except DeskError:  # the earlier texts stay
            return
        if self._queue is not None:
            self._queue.show_texts(self._texts)
        self._show_chat()

    async def _learn_and_take(self, chat: ChatCard, messages: list[ChatMessage]) -> None:
        if await self.still(self._done(self._names.learn(self._names.unknown(chat, messages)))):
            self._take(chat, messages)

    def _take(self, chat: ChatCard, messages: list[ChatMessage]) -> None:
        """Merge a state of the chat and messages of it, in whatever order they come."""
        for message in messages:
            self._transcript.add(message)
            if message.sender is Sender.AGENT:
                self._typing.stop()
        self._transcript.view.heard_of(chat.last_number)
        if self._transcript.view.is_behind:
            self.start(self._catch_up())
        if chat.version > self._chat.version:
            self._chat = chat
        self._show_chat()
        self.start(self._tell_delivered())

    async def _catch_up(self) -> None:
        await self.still(self._done(self._transcript.catch_up()))
        self._show_chat()

    async def _read_again(self) -> None:
        """Read the chat again, as after missed events."""
        try:
            chat = await self.still(self._visits.chat(self._chat.id))
            await self.still(self._names.learn(self._names.unknown(chat)))
        except DeskError:  # the badge shows it, and the next heartbeat tries again
            self._is_away = True
            self._show_link()
            return
        self._is_away = False
        self._take(chat, [])

    async def _before(self, number: int | None, limit: int) -> list[ChatMessage]:
        messages = await self.still(
            self._visits.transcript(self._chat.id, before=number, limit=limit)
        )
        await self.still(self._names.learn(self._names.unknown(self._chat, messages)))
        return messages

    async def _after(self, number: int) -> list[ChatMessage]:
        messages = await self.still(self._visits.messages_after(self._chat.id, number))
        await self.still(self._names.learn(self._names.unknown(self._chat, messages)))
        return messages

    # ---- marks and heartbeat

    async def _send(self, outgoing: TypedReply) -> None:
        written = OutgoingMessage(
            id=outgoing.id, chat_id=self._chat.id, content=outgoing.text, seen=outgoing.seen
        )
        try:
            if self._chat.status is ChatStatus.CLOSED:
                self._take(await self.still(self._services.reopenings.reopen(self._chat.id)), [])
            message = await self.still(self._visits.write(written))
        except DeskError as error:
            self._box.fail(outgoing.id, customer_sentence(language(), error))
            return
        self._take(self._chat, [message])
        self._box.settle(outgoing.id)

    async def _tell_typing(self) -> None:
        if self._chat.status is ChatStatus.CLOSED:
            return
        await self._done(self._visits.typing(self._chat))

    async def _tell_delivered(self) -> None:
        """Record how many messages reached this screen, while it is connected."""
        last = self._transcript.view.last
        known = max(self._told_delivered, self._chat.customer_delivered_number)
        if not self.client.has_socket_connection or last <= known:
            return
        self._told_delivered = last
        if not await self.still(self._done(self._visits.mark(self._chat.id, delivered=last))):
            self._told_delivered = known

    async def _tell_read(self, number: int) -> None:
        """Record how far the customer has read."""
        self._attention.seen(number)
        if number <= max(self._told_read, self._chat.customer_read_number):
            return
        if await self.still(self._done(self._visits.mark(self._chat.id, read=number))):
            self._told_read = max(self._told_read, number)

    async def _sign_of_life(self) -> None:
        """Send the heartbeat of a customer whose browser is connected."""
        if not self.client.has_socket_connection:
            return
        was_away = self._is_away
        if was_away:
            await self.still(self._read_again())
        if self._chat.status is not ChatStatus.CLOSED:
            await self._done(self._say_here(was_away=was_away))

    async def _say_here(self, *, was_away: bool) -> None:
        """Send the heartbeat; after an outage a waiting customer is told that the place in the queue was kept."""
        was_unheard = await self.still(self._visits.sign_of_life(self._chat.id))
        if self._queue is not None and (was_unheard or was_away):
            self._queue.say_kept()

    async def _done(self, work: Awaitable[None]) -> bool:
        """Await background work; an error turns the badge amber, and the work is tried again later."""
        try:
            await self.still(work)
        except DeskError:
            self._is_away = True
            self._show_link()
            return False
        return True

    # ---- ending

    def _ask_to_end(self) -> None:
        # A container of its own: an earlier dialog that is still closing must not take this one with it.
        with self._dialogs, ui.element() as place, ui.dialog(value=True) as dialog:
            dialog.on('hide', place.delete)
            dialog.props('transition-duration=120')
            dialog.props['aria-label'] = _('상담을 종료할까요?')
            with ui.element().classes('talk-card'):
                Piece(
                    inside=filled(
                        '<h2>{question}</h2><p>{hint}</p>',
                        question=_('상담을 종료할까요?'),
                        hint=_('종료하면 이 대화에 더 쓸 수 없어요.'),
                    )
                )
                with ui.element().classes('talk-choices'):
                    self._choice(_('계속 상담하기')).on('click', dialog.close)
                    self._choice(_('종료하기')).classes('talk-danger').on('click', self._end)

    def _choice(self, text: str) -> Piece:
        piece = Piece('button', inside=filled('{text}', text=text))
        return piece.classes('talk-button').props('type=button')

    async def _end(self) -> None:
        try:
            chat = await self.still(self._visits.leave(self._chat.id))
        except DeskError as error:
            _tell(error)
            return
        with self:  # the dialog, whose slot this runs in, is deleted
            self._dialogs.clear()
            self._take(chat, [])
            self._ending.focus()


def _tell(error: DeskError) -> None:
    notices.stay(customer_sentence(language(), error))


def _apologise(error: Exception) -> None:
    if isinstance(error, DeskError):
        notices.stay_once(customer_sentence(language(), error))
    else:
        notices.stay_once(
            notices.numbered(_('예상하지 못한 문제가 생겼어요. 입력한 내용은 그대로 있어요.'))
        )


def _box_labels() -> ReplyBoxLabels:
    return ReplyBoxLabels(
        placeholder=_('메시지를 입력하세요...'),
        box=_('메시지'),
        send=_('전송'),
        sending=_('전송중'),
        waiting=_('연결되면 전송돼요'),
        failed=_('실패'),
        again=_('다시 보내기'),
        discard=_('지우기'),
        send_anyway=_('그대로 보내기'),
        edit=_('고치기'),
        too_long=_('너무 길어요'),
    )
