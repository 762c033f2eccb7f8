"""The workspace: inbox, conversation, customer. ``/desk`` and, with a chat open, ``/desk/chats/{id}``."""

from functools import partial
from uuid import UUID

from nicegui import ui

from desk.errors import DeskError, NotFoundError
from models import AgentStatus, ChatStatus, Sender
from pages import notices, shell
from pages.locale import _
from pages.parts.conversation import Conversation
from pages.parts.customer_panel import CustomerPanel
from pages.parts.inbox_panel import InboxPanel
from pages.parts.key_map import Keys
from pages.parts.panes import Panes, PanesLabels, PaneWidth
from services.chat_events import ChatCard, ChatEvent, MessageAdded
from services.inbox_view import Tab


def register(screens: shell.Screens) -> None:
    """Serve the workspace at ``/desk`` and below."""
    screens.stay(('/desk', '/desk/chats/{chat_id}'), Workspace)


class Workspace:
    """The three panes of one page. They stay when another screen is shown: what rings here rings everywhere."""

    def __init__(self, frame: shell.Shell) -> None:
        self._shell = frame
        self.keys = Keys()
        self._services = frame.services
        self._agent = frame.agent
        self._conversation: Conversation | None = None
        self._taken: UUID | None = None
        self._ringing: set[UUID] = set()
        self._unread: dict[UUID, int] = {}

    async def open(self) -> None:
        """Draw the panes and read the inbox; the chat in the address opens beside it."""
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
            self._inbox = InboxPanel(
                self._services,
                self._agent,
                on_open=self.show,
                on_take=self._take,
                on_news=self._hear,
            )
        with self._panes.right:
            self._right = ui.element('div').classes('desk-right')
        with self._panes.center:
            ui.sub_pages(
                {'/desk': self._nothing, '/desk/chats/{chat_id}': self._chat}, show_404=False
            ).classes('desk-center')
        self._add_keys()
        await self._inbox.open()

    def show(self, chat_id: UUID) -> None:
        """Open a chat beside the list."""
        ui.navigate.to(f'/desk/chats/{chat_id}')

    # ---- the center

    async def _nothing(self) -> None:
        """No chat is open: also while another screen is shown."""
        self._conversation = None
        self._inbox.choose(None)
        self._right.clear()
        self._panes.show('left')
        ui.label(_('왼쪽에서 상담을 고르세요.')).classes('desk-empty')

    async def _chat(self, chat_id: str) -> None:
        await notices.in_place(lambda: self._open_chat(chat_id))

    async def _open_chat(self, given: str) -> None:
        chat_id = _uuid(given)
        self._inbox.choose(chat_id)
        self._right.clear()
        self._panes.show('center')
        self._conversation = Conversation(
            self._shell, chat_id, on_take=self._take, on_changed=self._changed
        )
        try:
            await self._conversation.open()
        except DeskError:
            self._conversation.delete()
            self._conversation = None
            raise
        with self._right:
            customer = CustomerPanel(self._shell, chat_id)
        customer.start(notices.in_place(customer.open))  # the conversation does not wait for it
        self._write_in_taken(chat_id)

    async def _take(self, chat_id: UUID) -> None:
        try:
            await self._services.chats.take(self._agent, chat_id)
        except DeskError as error:
            notices.tell(error)
            await self._inbox.reload()  # it showed what is no longer so
            return
        await self._inbox.show(Tab.OPEN)
        self._taken = chat_id
        if self._conversation is not None and self._conversation.chat_id == chat_id:
            self._write_in_taken(chat_id)
        else:
            self.show(chat_id)

    def _write_in_taken(self, chat_id: UUID) -> None:
        """Put the caret into the chat that was just taken: the next thing is the greeting."""
        if self._taken == chat_id:
            self._taken = None
            self._write()

    # ---- ears

    def _hear(self, event: ChatEvent) -> None:
        chat = event.chat
        if chat.status is ChatStatus.WAITING and chat.last_number == 0:
            self._ringing.add(chat.id)
        elif chat.status is not ChatStatus.WAITING:
            self._ringing.discard(chat.id)
        is_mine = chat.agent_id == self._agent.id
        if is_mine and isinstance(event, MessageAdded) and event.message.sender is Sender.CUSTOMER:
            self._shell.sound.tick()
        self._ring()
        if is_mine or chat.id in self._unread:
            self._changed(chat)

    def _ring(self) -> None:
        if self._ringing and self._shell.status.status is AgentStatus.AVAILABLE:
            self._shell.sound.ring()
        else:
            self._shell.sound.stop_ring()

    def _changed(self, chat: ChatCard) -> None:
        if chat.agent_id != self._agent.id:
            return
        self._unread[chat.id] = chat.unread_count if chat.is_open else 0
        self._shell.sound.mark_title(sum(self._unread.values()))

    # ---- keys

    def _add_keys(self) -> None:
        keys = self.keys
        keys.add('KeyJ', 'J', _('다음 대화'), lambda: self._step(1))
        keys.add('KeyK', 'K', _('이전 대화'), lambda: self._step(-1))
        keys.add('KeyA', 'A', _('가장 오래 기다린 상담 수락'), self._take_longest_waiting)
        keys.add('KeyR', 'R', _('메시지 쓰기'), self._write)
        keys.add('KeyE', 'E', _('상담 종료'), self._end)
        keys.add('KeyC', 'C', _('고객 정보 열고 닫기'), self._panes.toggle_right)
        for number, (tab, name) in enumerate(_tab_names().items(), start=1):
            keys.add(f'Digit{number}', str(number), name, partial(self._inbox.show, tab))

    def _step(self, step: int) -> None:
        if (chat_id := self._inbox.neighbour(step)) is not None:
            self.show(chat_id)

    async def _take_longest_waiting(self) -> None:
        if (chat_id := await self._inbox.longest_waiting()) is not None:
            await self._take(chat_id)

    def _write(self) -> None:
        if self._conversation is not None:
            self._conversation.focus()

    async def _end(self) -> None:
        if self._conversation is not None:
            await self._conversation.end()


def _tab_names() -> dict[Tab, str]:
    return {Tab.WAITING: _('대기 목록'), Tab.OPEN: _('진행 목록'), Tab.CLOSED: _('종료 목록')}


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise NotFoundError('chat.not_found') from error
