"""One chat as an agent works in it: header, transcript, reply box. All of it is kept current."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError, NotFoundError
from desk.events import Resync
from desk.stream import STATE_TOPIC, StreamState
from models import ChatStatus, Sender
from pages import notices
from pages.component import Component, busy
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers.watch import CustomerWatch
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.link_badge import LinkBadge, LinkBadgeLabels
from pages.parts.kit.markup import Piece, filled
from pages.parts.protection.panel import ProtectionPanel
from pages.parts.transcript.mood_line import MoodLine
from pages.parts.transcript.note_lines import NoteLines
from pages.parts.transcript.transcript import PAGE, MessagePages, Transcript
from pages.parts.workspace.composer import Composer, ComposerNews, Unsent
from pages.parts.workspace.head_lines import HeadLines
from pages.parts.workspace.own_acts import OwnActs
from pages.parts.workspace.promise_offers import PromiseOffers
from pages.parts.workspace.viewers_line import ViewersLine
from pages.parts.workspace.wrap_up_panel import WrapUpPlace
from services.chats.events import (
    ChatCard,
    ChatEvent,
    ChatMessage,
    DraftSaved,
    MessageAdded,
    Typing,
    chat_topic,
    draft_topic,
)
from services.chats.inbox_view import is_among_own
from services.chats.note_events import NoteView
from services.contacts.access import may_write
from services.customers.personal_data import holds, masked_phone

TYPING_SECONDS = 5.0
MARK_SECONDS = 0.4
TRANSCRIPT_ID = 'desk-transcript'

_BACK = Markup('<i class="material-icons" aria-hidden="true">arrow_back</i>')


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationActs:
    """What the workspace does for the open chat."""

    take: Callable[[UUID], Awaitable[None]]
    why: Callable[[UUID], Awaitable[None]]
    """Explains the assignment."""
    transfer: Callable[[ChatCard], Awaitable[None]]
    """Asks for whom to hand the chat to."""


class Conversation(Component):
    """One chat in one browser tab."""

    def __init__(
        self,
        context: PageContext,
        chat_id: UUID,
        acts: ConversationActs,
        *,
        on_changed: Callable[[ChatCard], None],
        on_gone: Callable[['Conversation'], None],
    ) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-conversation')
        self._context = context
        self._services = context.services
        self._agent = context.agent
        self.chat_id = chat_id
        self._acts = acts
        self._on_changed, self._on_gone = on_changed, on_gone
        self._names: dict[UUID, str] = {self._agent.id: self._agent.name}
        self._seen = 0
        self._care = CustomerWatch(self, context.services, context.agent, redraw=self._show_chat)
        self._is_drawn = False
        self._has_missed = False
        busy(self, is_busy=True)

    async def open(self) -> None:
        """Draw the chat and keep it current. Raises ``NotFoundError`` before anything is drawn."""
        self.listen(chat_topic(self.chat_id), self._hear)  # before reading
        self.listen(draft_topic(self._agent.id, self.chat_id), self._hear_draft)
        self.listen(STATE_TOPIC, self._hear_stream)
        self._care.listen()
        (self._chat, newest), *drafts = await self.still(
            asyncio.gather(
                self._services.chats.opened(self._agent, self.chat_id, limit=PAGE),
                self._services.drafts.draft(self._agent, self.chat_id),
                self._services.note_drafts.draft(self._agent, self.chat_id),
            )
        )
        await self.still(self._learn_names(newest))
        self._draw(Unsent(*drafts))
        self._transcript.show(newest)
        self._composer.canned.hear(newest)
        self._notes.follow()
        if self._has_missed or self._chat.last_number > self._transcript.view.last:
            await self.still(self._catch_up())
        else:
            self._show_badge()
            self._follow_up()
        self._viewers.open()

    async def refresh(self) -> None:
        """Apply the reader's changed rights and read the chat again; the chat may no longer be visible."""
        if not self._is_drawn:
            self._has_missed = True
            return
        try:
            await self._catch_up()
        except NotFoundError:
            self._on_gone(self)

    async def end(self) -> None:
        """End the chat after a confirmation; for an ended chat end the wrap-up."""
        if await self.still(self._wrap_up.finish()):
            return
        if not self._chat.is_open or not may_write(self._agent, self._chat):
            return
        name = self._chat.visitor_name
        with dialog.titled(self._context.dialogs, _('상담을 종료할까요?')) as question:
            ui.label(_('{name} 님과의 상담이 끝나고 더는 메시지를 보낼 수 없습니다.', name=name))
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('종료하기'), lambda: question.submit(True), ButtonStyle.DANGER).props(
                    'autofocus'
                )
        if await self._context.still(question):
            await self._end()

    def focus(self) -> None:
        """Put the caret into the reply box."""
        self._composer.write()

    def write_note(self) -> None:
        """Put the caret into the box for private notes."""
        self._composer.write_note()

    async def lead_to(self, note: NoteView) -> None:
        """Scroll to a private note."""
        await self._notes.lead_to(note)

    # ---- drawing

    def _draw(self, unsent: Unsent) -> None:
        self._is_drawn = True
        busy(self, is_busy=False)
        with self:
            with ui.element('header').classes('desk-conversation-head'):
                back = Piece('a', inside=_BACK).classes('desk-back').props('href=/desk')
                back.props['aria-label'] = _('목록으로')
                self._who = Piece().classes('desk-who')
                self._viewers = ViewersLine(self._context, self.chat_id)
                self._badge = LinkBadge(
                    LinkBadgeLabels(
                        synced=_('동기화됨'), behind=_('동기화 지연'), away=_('연결 끊김')
                    )
                )
                why = _('배정 이력') if self._agent.is_supervisor else _('왜 나에게?')
                self._why = button(why, lambda: self._acts.why(self.chat_id), ButtonStyle.QUIET)
                with ui.element('div').classes('desk-head-acts'):
                    self._take = button(
                        _('수락'), lambda: self._acts.take(self.chat_id), ButtonStyle.PRIMARY
                    )
                    self.own = OwnActs(
                        self._context, transfer=self._acts.transfer, on_changed=self.take_in,
                        protect=lambda: self.protection.press(),  # noqa: PLW0108 - it is drawn below
                    )  # fmt: skip
                    self._close = button(_('상담 종료'), self.end)
            self.lines = HeadLines(self._context, self._chat, on_changed=self.take_in)
            self.protection = ProtectionPanel(self._context, key='Q', contact_id=self.chat_id)
            mood = MoodLine(self._context, self.chat_id)
            self._transcript = Transcript(
                MessagePages(before=self._before, after=self._after),
                own=Sender.AGENT,
                writer=self._writer,
                label=_('대화 내용'),
                unread_from=read + 1 if (read := self._chat.agent_read_number) and self._chat.unread_count else None,
            )  # fmt: skip
            mood.follow(self._transcript)
            self.protection.point_out(self._transcript, self._chat.queue_id)
            self._transcript.scroller.props['id'] = TRANSCRIPT_ID
            self._transcript.scroller.on_seen(self._saw)
            self._typing = ui.label().classes('desk-typing').props('aria-live=polite')
            self._notes = NoteLines(self._context, self.chat_id, self._transcript)
            self._composer = Composer(
                self._context,
                self.chat_id,
                ComposerNews(sent=self._sent, noted=self._noted, catch_up=self._catch_up),
                unsent=unsent,
                transcript_id=TRANSCRIPT_ID,
            )
            self.promises = PromiseOffers(self._context, self.chat_id)
            self._wrap_up = WrapUpPlace(self._context, waits=self.protection.offers_rest)
        self._show_chat()

    def _show_chat(self) -> None:
        chat = self._chat
        shown = times.phone if holds(self._agent, chat) else masked_phone
        self._who.set_inside(
            filled(
                '<div class="desk-row-line"><h2>{name}</h2>{badges}</div><span class="desk-sub">{phone} · {department}</span>',
                name=chat.visitor_name,
                badges=self._care.badges(chat.customer_id),
                phone=shown(chat.visitor_phone),
                department=_where(chat),
            )
        )
        is_own = chat.agent_id == self._agent.id and chat.is_open
        self._why.set_visibility(is_own or self._agent.is_supervisor)
        self.own.show(chat)
        self.lines.show(chat)
        self._take.set_visibility(chat.status is ChatStatus.WAITING)
        self._close.set_visibility(chat.is_open and may_write(self._agent, chat))
        if reason := self._why_not():
            self._composer.box.close(reason)
        else:
            self._composer.box.reopen()
        self._transcript.set_marks(
            delivered=chat.customer_delivered_number, read=chat.customer_read_number
        )
        self._show_badge()
        self._composer.canned.show(chat)
        self._wrap_up.show(chat)
        self._on_changed(chat)

    def _why_not(self) -> str:
        if self._chat.status is ChatStatus.CLOSED:
            return _('종료된 상담입니다')
        if self._chat.status is ChatStatus.WAITING:
            return _('수락하면 메시지를 보낼 수 있습니다')
        return '' if may_write(self._agent, self._chat) else _('동료가 상담하고 있습니다')

    def _show_badge(self) -> None:
        view = self._transcript.view
        self._badge.show(
            number=view.last, behind=view.is_behind or not self._services.stream.is_live
        )

    # ---- reading

    async def _before(self, number: int | None, limit: int) -> list[ChatMessage]:
        return await self._learn_names(
            await self._services.chats.transcript(
                self._agent, self.chat_id, before=number, limit=limit
            )
        )

    async def _after(self, number: int) -> list[ChatMessage]:
        return await self._learn_names(
            await self._services.chats.messages_after(self._agent, self.chat_id, number)
        )

    async def _learn_names(self, messages: list[ChatMessage]) -> list[ChatMessage]:
        senders = {message.sender_id for message in messages if message.sender_id is not None}
        if unknown := senders - self._names.keys():
            self._names |= await self.still(self._services.agents.names(list(unknown)))
        return messages

    async def _learn_warnings(self) -> None:
        if self._chat.customer_id:
            await self.still(self._care.learn([self._chat.customer_id]))
            self._show_chat()

    def _writer(self, message: ChatMessage) -> str:
        if message.sender is Sender.AGENT:
            return (
                ''
                if message.sender_id == self._agent.id
                else self._names.get(message.sender_id or UUID(int=0), '')
            )
        return self._chat.visitor_name

    async def _catch_up(self) -> None:
        """Read the chat and its missing messages."""
        self._chat = await self.still(self._services.chats.chat(self._agent, self.chat_id))
        self._transcript.view.heard_of(self._chat.last_number)
        if self._transcript.view.is_behind:
            await self.still(self._transcript.catch_up())
        self._show_chat()
        self._follow_up()

    def _follow_up(self) -> None:
        """Schedule the delivery marks and read the customer's warnings."""
        self.after(MARK_SECONDS, self._mark)
        self.start(self._learn_warnings())

    async def _saw(self, number: int) -> None:
        self._seen = max(self._seen, number)
        await self._mark()

    async def _mark(self) -> None:
        """Record how far the chat was delivered to this screen and read."""
        chat, last = self._chat, self._transcript.view.last
        if not is_among_own(chat, self._agent) or not chat.is_open:
            return
        if last > chat.agent_delivered_number or self._seen > chat.agent_read_number:
            await self._services.chats.mark(
                self._agent, self.chat_id, delivered=last, read=self._seen
            )

    # ---- events

    def _hear(self, event: object) -> None:
        if not self._is_drawn:
            self._has_missed = True  # caught up as soon as the chat is drawn
            return
        match event:
            case Resync():
                self.start(self.refresh())
            case ChatEvent():
                self._hear_chat(event)
            case Typing() if event.agent_id != self._agent.id:
                is_customer = event.sender is Sender.CUSTOMER
                text = _('{name} 님이 입력하고 있습니다') if is_customer else _('동료 {name} 님이 쓰고 있습니다')  # fmt: skip
                self._typing.set_text(text.format(name=event.name))
                self.after(TYPING_SECONDS, self._stop_typing)

    def _hear_chat(self, event: ChatEvent) -> None:
        if isinstance(event, MessageAdded):
            self._hear_message(event.message)
        if not self.take_in(event.chat):
            self._show_badge()

    def take_in(self, chat: ChatCard) -> bool:
        """Show a newer state of the chat, from whichever source comes first. Return whether it was newer."""
        if not self._is_drawn or chat.version <= self._chat.version:
            return False
        is_linked = chat.customer_id != self._chat.customer_id
        self._chat = chat
        self._show_chat()
        if is_linked:
            self.start(self._learn_warnings())
        return True

    def _hear_message(self, message: ChatMessage) -> None:
        if message.sender_id == self._agent.id:
            self._composer.box.sent_elsewhere(message.content)
            self.promises.hear(message)
        if message.sender_id and message.sender_id not in self._names:
            self._transcript.view.heard_of(message.number)  # the sender's name must be read first
        elif self._transcript.add(message) and message.sender is Sender.CUSTOMER:
            self._composer.canned.hear([message])
            self._typing.set_text('')
            self.after(MARK_SECONDS, self._mark)
        if self._transcript.view.is_behind:
            self.start(self.refresh())

    def _hear_draft(self, event: object) -> None:
        if self._is_drawn and isinstance(event, DraftSaved) and event.tab != self._context.page_id:
            self._composer.box.set_draft(event.text)

    def _hear_stream(self, event: object) -> None:
        if self._is_drawn and isinstance(event, StreamState):
            self._show_badge()

    async def _stop_typing(self) -> None:
        self._typing.set_text('')

    # ---- actions

    def _sent(self, message: ChatMessage) -> None:
        self._hear_message(message)  # at once: the stream's event is a repeat then
        self._show_badge()
        self._transcript.scroller.to_bottom()

    def _noted(self, note: NoteView) -> None:
        self._notes.add(note)
        self._transcript.scroller.to_bottom()

    async def _end(self) -> None:
        try:
            ended = await self.still(self._services.chats.end(self._agent, self.chat_id))
        except DeskError as error:
            notices.tell(error)
        else:
            self.take_in(ended)
            notices.done(_('상담을 종료했습니다'))


def _where(chat: ChatCard) -> str:
    """Return the department, and whether the customer left a message."""
    return ' · '.join((_(chat.department), *([_('남긴 메시지')] if chat.is_left else [])))
