"""The workspace: inbox, conversation, customer. At ``/desk`` and, with an open chat, at ``/desk/chats/{id}``."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from nicegui import ui

from desk.errors import DeskError
from desk.events import Event
from models import ChatStatus, MessageType, Sender
from pages import notices, shell
from pages.component import Component
from pages.locale import _
from pages.parts.calls.callback_list import CallbackList
from pages.parts.customers.panel import CustomerPanel
from pages.parts.floor.absence_list import AbsenceList
from pages.parts.floor.assignments import explain
from pages.parts.floor.notice_news import NoticeNews
from pages.parts.floor.offer_card import OfferCards
from pages.parts.floor.protection_news import ProtectionNews
from pages.parts.floor.steering_dialog import steer
from pages.parts.floor.steering_news import SteeringNews
from pages.parts.floor.transfer_dialog import ask_transfer
from pages.parts.floor.transfer_news import TransferNews
from pages.parts.floor.upset_news import UpsetNews
from pages.parts.kit.key_map import ALT, Act, Keys
from pages.parts.kit.panes import Panes, PanesLabels, PaneWidth
from pages.parts.workspace.chat_switch import ChatSwitch
from pages.parts.workspace.conversation import Conversation, ConversationActs
from pages.parts.workspace.hold_news import HoldNews
from pages.parts.workspace.inbox_panel import InboxPanel
from pages.parts.workspace.left_list import LeftList
from pages.parts.workspace.mention_news import MentionNews
from pages.parts.workspace.promise_dialog import new_promise
from pages.parts.workspace.promise_list import PromiseList
from pages.parts.workspace.welcome import Welcome
from pages.parts.workspace.wrap_up_list import WrapUpList
from pages.web import current_screen
from pages.web.paths import id_in
from services.chats.events import ChatCard, ChatEvent, ChatMessage, MessageAdded
from services.chats.inbox_order import Tab
from services.chats.inbox_view import is_among_own
from services.chats.note_events import NoteView
from services.people.events import SETTINGS, SettingPart, SettingsChanged

PATH, CHAT_PATH = '/desk', '/desk/chats/{chat_id}'


def register(screens: shell.Screens) -> None:
    """Serve the workspace at ``/desk`` and below."""
    screens.stay((PATH, CHAT_PATH), Workspace)


class Workspace:
    """The three panes of one page. They stay while another screen is shown, so that offers ring there too."""

    def __init__(self, frame: shell.Shell) -> None:
        self._shell = frame
        self.keys = Keys()
        self._services = frame.services
        self._agent = frame.agent
        self._conversation: Conversation | None = None
        self._customer: CustomerPanel | None = None
        self._taken: UUID | None = None
        self._sought: NoteView | None = None
        self._waiting: set[UUID] = set()  # of queues accepted from the list
        self._push_queues: frozenset[UUID] = frozenset()
        self._offers = OfferCards(frame, frame.offers, self._take)
        self._unread: dict[UUID, int] = {}
        self._is_welcomed = False
        self._switch = ChatSwitch(frame, shown=lambda: self._shown_id, on_open=self._write_in)

    async def open(self) -> None:
        """Draw the panes and read the inbox; the chat in the address opens in the center."""
        labels = PanesLabels(
            left=_('받은 상담'),
            center=_('대화'),
            right=_('고객 정보'),
            resize_left=_('받은 상담 너비'),
            resize_right=_('고객 정보 너비'),
            toggle_right=_('고객 정보'),
        )
        self._panes = Panes(
            labels,
            left=PaneWidth(usual=320, least=240, most=480),
            right=PaneWidth(usual=360, least=280, most=520),
        )
        with self._panes.left:
            self._wrap_ups = WrapUpList(self._shell)
            self._absences = AbsenceList(self._shell, on_news=self._shell.sound.tick)
            self._promises = PromiseList(self._shell, on_due=self._shell.sound.tick)
            self._callbacks = (
                CallbackList(self._shell, on_due=self._shell.sound.tick)
                if self._shell.has_voice
                else None
            )
            self._left = LeftList(self._shell)
            self._listen_to_queues()
            SteeringNews(self._shell)
            UpsetNews(self._shell)
            ProtectionNews(self._shell, self._shell.sound)
            NoticeNews(self._shell)
            HoldNews(self._shell, on_due=self._shell.sound.tick)
            self._transfers = TransferNews(
                self._shell,
                self._shell.sound,
                on_accepted=self._show_taken,
                is_ready=lambda: self._shell.status.is_ready,
            )
            self._mentions = MentionNews(
                self._shell, on_news=self._shell.sound.tick, on_open=self._lead_to
            )
            self._inbox = InboxPanel(
                self._services,
                self._agent,
                on_open=self.show,
                on_take=self._take,
                on_news=self._hear,
                on_steer=partial(steer, self._shell),
            )
        with self._panes.right:
            self._right = ui.element('div').classes('desk-right')
        with self._panes.center:
            self._center = center = ui.sub_pages(
                {PATH: self._nothing, CHAT_PATH: self._chat}, show_404=False
            ).classes('desk-center')
        for place in (self._right, center):  # both show the open chat
            current_screen.mark(place, CHAT_PATH)
        self._add_keys()
        await self._shell.still(self._inbox.open())
        await self._shell.still(self._read_ringing())
        self._shell.status.on_change(self._read_ringing)

    async def refresh(self) -> None:
        """Apply the agent's changed rights; a chat that the agent may no longer see closes."""
        self._add_supervisors_keys()
        self._promises.refresh()
        self._wrap_ups.refresh()
        self._left.start(self._left.read())
        if self._callbacks is not None:
            self._callbacks.refresh()
        self._absences.refresh()
        self._mentions.start(self._mentions.refresh())
        await self._shell.still(self._read_ringing())
        if self._conversation is not None:
            self._conversation.start(self._conversation.refresh())
        if self._customer is not None:
            self._customer.start(self._customer.refresh())
        await self._inbox.refresh()

    def show(self, chat_id: UUID) -> None:
        """Open a chat in the center pane."""
        ui.navigate.to(f'/desk/chats/{chat_id}')

    def _write_in(self, chat_id: UUID) -> None:
        """Open a chat, if it is not open, with the caret in its reply box."""
        self._taken = chat_id
        if self._conversation is not None and self._conversation.chat_id == chat_id:
            self._write_in_taken(chat_id)
        else:
            self.show(chat_id)

    # ---- the center pane

    async def _nothing(self) -> None:
        """Show that no chat is open; also while another screen is shown."""
        self._conversation = None
        self._inbox.choose(None)
        self._clear_customer()
        self._panes.show('left')
        shell = self._shell
        Welcome(shell, shell.notifier, has_voice=shell.has_voice, on_card=self._show_card)

    def _show_card(self, is_shown: bool) -> None:
        """On a phone show the pane of the steps, but once: the way back from a chat leads to the list."""
        if not (is_shown and self._is_welcomed):
            self._panes.show('center' if is_shown else 'left')
        self._is_welcomed = True

    async def _chat(self, chat_id: str) -> None:
        current_screen.act_on(CHAT_PATH)
        await notices.in_place(lambda: self._open_chat(chat_id), back=PATH)

    async def _open_chat(self, given: str) -> None:
        chat_id = id_in(given, error_key='chat.not_found')
        self._inbox.choose(chat_id)
        self._clear_customer()
        self._panes.show('center')
        self._conversation = conversation = Conversation(
            self._shell,
            chat_id,
            ConversationActs(
                take=self._take,
                why=partial(explain, self._shell),
                transfer=partial(ask_transfer, self._shell),
            ),
            on_changed=self._changed,
            on_gone=self._close_gone,
        )
        try:
            await conversation.still(conversation.open())
        except DeskError:
            conversation.delete()
            self._conversation = None
            raise
        with self._right:
            self._customer = CustomerPanel(self._shell, chat_id)
        # the conversation is shown without waiting for the customer
        self._customer.start(notices.in_place(self._customer.open))
        self._write_in_taken(chat_id)
        if (note := self._sought) is not None and note.chat_session_id == chat_id:
            self._sought = None
            await conversation.still(conversation.lead_to(note))

    @property
    def _shown_id(self) -> UUID | None:
        return self._conversation.chat_id if self._conversation is not None else None

    def _close_gone(self, conversation: Conversation) -> None:
        """Redraw the center, where a chat that the agent may no longer see is explained."""
        if conversation is self._conversation:
            self._center.refresh()

    def _clear_customer(self) -> None:
        self._customer = None
        self._right.clear()

    async def _take(self, chat_id: UUID) -> None:
        try:
            taken = await self._shell.still(self._services.chats.take(self._agent, chat_id))
        except DeskError as error:
            notices.tell(error)
            await self._inbox.reload()  # the inbox was out of date
            return
        await self._show_taken(taken)

    async def _show_taken(self, taken: ChatCard) -> None:
        """Open a chat that has just become the agent's, with the caret in its reply box."""
        await self._shell.still(self._inbox.show(Tab.OPEN))
        if self._conversation is not None and self._conversation.chat_id == taken.id:
            self._conversation.take_in(taken)
        self._write_in(taken.id)

    def _write_in_taken(self, chat_id: UUID) -> None:
        """Put the caret into the reply box of the chat that was just taken."""
        if self._taken == chat_id and self._conversation is not None:
            self._taken = None
            self._conversation.focus()

    # ---- ringing

    def _hear(self, event: ChatEvent) -> None:
        chat = event.chat
        self._note_ringing(chat)
        is_mine = is_among_own(chat, self._agent)
        if is_mine and isinstance(event, MessageAdded):
            self._hear_line(event.message, chat)
        self._ring()
        self._changed(chat)

    def _hear_line(self, line: ChatMessage, chat: ChatCard) -> None:
        if line.sender is Sender.CUSTOMER:
            self._shell.sound.tick()
        elif line.type is MessageType.REOPENED and line.content != self._agent.name:
            self._shell.sound.tick()
            with self._inbox:  # whose handler only notes what it hears
                notices.news(_('{name} 님의 상담이 다시 열렸습니다', name=chat.visitor_name))

    def _listen_to_queues(self) -> None:
        """Read the ringing chats again when queues change: a queue may switch between offering and accepting from the list."""
        listener = Component(self._services.topics)

        def hear(event: Event) -> None:
            if not isinstance(event, SettingsChanged) or event.part == SettingPart.QUEUES:
                listener.within(1.0, self._read_ringing)

        listener.listen(SETTINGS, hear, draws=False)

    async def _read_ringing(self) -> None:
        """Read the chats that ring for this agent: when the page opens, and when the agent's status changes."""
        ringing = await self._shell.still(self._services.offers.ringing(self._agent))
        self._push_queues, self._waiting = ringing.push_queues, set(ringing.waiting)
        self._inbox.know_queues(ringing.push_queues)
        self._offers.replace(ringing.offers)
        self._ring()
        self._transfers.start(self._transfers.refresh())  # of queues they ring for who is available

    def _note_ringing(self, chat: ChatCard) -> None:
        is_waiting = chat.status is ChatStatus.WAITING
        if is_waiting and chat.offered_agent_id == self._agent.id:
            self._offers.show(chat)
        else:
            self._offers.end(chat.id)
        is_taken_from_list = (
            chat.queue_id not in self._push_queues and chat.department == self._agent.department
        )
        if is_waiting and is_taken_from_list:
            self._waiting.add(chat.id)
        else:
            self._waiting.discard(chat.id)

    def _ring(self) -> None:
        if self._offers.first or (self._waiting and self._shell.status.is_ready):
            self._shell.sound.ring()
        else:
            self._shell.sound.stop_ring()

    def _changed(self, chat: ChatCard) -> None:
        is_mine = is_among_own(chat, self._agent)
        if is_mine or chat.id in self._unread:
            self._unread[chat.id] = chat.unread_count if is_mine and chat.is_open else 0
        self._shell.sound.mark_title(sum(self._unread.values()))

    # ---- keys

    def _add_keys(self) -> None:
        keys, in_chat = self.keys, self._in_chat
        keys.add('KeyJ', 'J', _('다음 대화'), lambda: self._step(1))
        keys.add('KeyK', 'K', _('이전 대화'), lambda: self._step(-1))
        keys.add('KeyA', 'A', _('새 상담 또는 가장 오래 기다린 상담 수락'), self._take_longest_waiting)  # fmt: skip
        keys.add('KeyX', 'X', _('새 상담 거절'), self._refuse)
        keys.add('KeyG', 'G', _('상담 가능'), self._shell.status.become_available)
        keys.add('KeyD', 'D', _('이석: 사유 고르기'), self._shell.status.ask_away)
        keys.add(f'{ALT}ArrowDown', 'Alt + ↓', _('읽지 않은 내 상담, 없으면 다음 내 상담'), self._switch.on)  # fmt: skip
        keys.add(f'{ALT}ArrowUp', 'Alt + ↑', _('바로 앞의 상담, 없으면 이전 내 상담'), self._switch.back)  # fmt: skip
        keys.add('KeyR', 'R', _('메시지 쓰기'), in_chat(Conversation.focus))
        keys.add('KeyO', 'O', _('내부 메모 쓰기'), in_chat(Conversation.write_note))
        keys.add('KeyI', 'I', _('나를 부른 메모 열기'), self._mentions.open_first)
        keys.add('KeyH', 'H', _('보류 · 보류 해제'), in_chat(lambda chat: chat.own.hold()))
        keys.add('KeyZ', 'Z', _('다시 알림 · 지금 꺼내기'), in_chat(lambda chat: chat.lines.labels.snooze.act()))  # fmt: skip
        keys.add('KeyV', 'V', _('답 없는 고객 기다리기'), in_chat(lambda chat: chat.lines.silence.toggle()))  # fmt: skip
        keys.add('KeyT', 'T', _('호전환'), in_chat(lambda chat: chat.own.transfer()))
        keys.add('KeyE', 'E', _('상담 종료'), in_chat(Conversation.end))
        keys.add('KeyU', 'U', _('종료한 상담 다시 열기'), in_chat(lambda chat: chat.own.reopen()))
        keys.add('KeyB', 'B', _('라벨'), in_chat(lambda chat: chat.lines.labels.label()))
        keys.add('KeyY', 'Y', _('중요도'), in_chat(lambda chat: chat.lines.labels.prioritize()))
        keys.add('KeyQ', 'Q', _('보호: 경고 · 종료 · 휴식'), in_chat(lambda chat: chat.protection.press()))  # fmt: skip
        keys.add('KeyC', 'C', _('고객 정보 열고 닫기'), self._panes.toggle_right)
        keys.add('KeyP', 'P', _('약속 남기기'), in_chat(self._promise))
        keys.add('KeyN', 'N', _('약속 아님'), in_chat(lambda chat: chat.promises.dismiss()))
        keys.add('KeyL', 'L', _('가장 이른 약속 열기'), self._promises.open_first)
        keys.add('KeyW', 'W', _('왜 나에게? · 배정 이력'), in_chat(lambda chat: explain(self._shell, chat.chat_id)))  # fmt: skip
        self._add_supervisors_keys()
        for number, (tab, name) in enumerate(_tab_names().items(), start=1):
            keys.add(f'Digit{number}', str(number), name, partial(self._inbox.show, tab))

    def _add_supervisors_keys(self) -> None:
        if self._agent.is_supervisor:
            self.keys.add('KeyS', 'S', _('대기 상담 고르기'), self._inbox.pick_chosen)
            self.keys.add('KeyM', 'M', _('고른 상담 배정·이동'), self._inbox.steer)
        else:
            self.keys.pop('KeyS', None)
            self.keys.pop('KeyM', None)

    async def _promise(self, chat: Conversation) -> None:
        if chat.promises.is_asking:
            await chat.promises.confirm()
        else:
            new_promise(self._shell, chat.chat_id)

    def _step(self, step: int) -> None:
        if (chat_id := self._inbox.neighbour(step)) is not None:
            self.show(chat_id)

    async def _take_longest_waiting(self) -> None:
        if (offer := self._offers.first) is not None:
            await self._shell.still(offer.take())
        elif (transfer_id := self._transfers.first) is not None:
            await self._transfers.accept(transfer_id)
        elif (chat_id := await self._shell.still(self._inbox.longest_waiting())) is not None:
            await self._take(chat_id)

    async def _refuse(self) -> None:
        if (offer := self._offers.first) is not None:
            await offer.refuse()
        elif (transfer_id := self._transfers.first) is not None:
            await self._transfers.refuse(transfer_id)

    def _in_chat(self, act: Callable[[Conversation], Awaitable[None] | None]) -> Act:
        """Return a key's action on the open chat; without one it does nothing."""

        def press() -> Awaitable[None] | None:
            return None if self._conversation is None else act(self._conversation)

        return press

    async def _lead_to(self, note: NoteView) -> None:
        """Show a private note in its chat."""
        if self._conversation is not None and self._conversation.chat_id == note.chat_session_id:
            await self._conversation.lead_to(note)
        else:
            self._sought = note
            self.show(note.chat_session_id)


def _tab_names() -> dict[Tab, str]:
    return {Tab.WAITING: _('대기 목록'), Tab.OPEN: _('진행 목록'), Tab.CLOSED: _('종료 목록')}
