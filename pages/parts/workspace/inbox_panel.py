"""The inbox: three tabs with counts, own or department chats, and rows that follow events."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.events import Event, Resync
from models import Agent
from pages.component import Component, busy
from pages.locale import _
from pages.parts.customers.watch import CustomerWatch
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.workspace import inbox_row
from pages.parts.workspace.selection import Selection, Steer
from services.chats.events import ChatCard, ChatEvent, holder_topic
from services.chats.inbox_order import Scope, Tab
from services.chats.inbox_view import MAX_COUNT, InboxView, topics_of
from services.registry import Services

COUNT_SECONDS = 1.0
"""Counts are read again this long after a change: by then the count that all pages share is newer than the change."""
DRAW_SECONDS = 0.25
"""Rows are drawn at most this often: the browser redraws the whole page on every push."""

MAX_ROWS = 150
"""Rows at most: nobody works from the 151st row, and the browser redraws all of them on every push."""
FEW_ROWS = 10
"""With fewer rows left of a longer list, the list is read again."""

# Tells which button of a row was pressed, since the row is one element.
ACT_OF_CLICK = '(event) => emit(event.target.closest("[data-act]")?.dataset.act ?? "")'


class InboxPanel(Component):
    """The list of chats that an agent works from."""

    def __init__(
        self,
        services: Services,
        agent: Agent,
        *,
        on_open: Callable[[UUID], Awaitable[None] | None],
        on_take: Callable[[UUID], Awaitable[None]],
        on_news: Callable[[ChatEvent], None],
        on_steer: Steer,
    ) -> None:
        """Draw the empty list.

        Args:
            services: the desk's use cases.
            agent: the signed-in agent.
            on_open: called when a chat is chosen.
            on_take: called when 수락 is pressed.
            on_news: called with each event of a chat that the agent may see (for sounds).
            on_steer: called with the waiting chats that a supervisor wants to act on.
        """
        super().__init__(services.topics)
        self.classes('desk-inbox')
        self._services = services
        self._agent = agent
        self._on_open, self._on_take, self._on_news = on_open, on_take, on_news
        self._on_steer = on_steer
        self._own_topic = holder_topic(agent.id)
        self._scope = Scope.MINE
        self._view = InboxView(agent, Tab.WAITING, self._scope)
        self._rows: dict[UUID, Piece] = {}
        self._chosen: UUID | None = None
        self._names: dict[UUID, str] = {}
        self._care = CustomerWatch(self, services, agent, redraw=self._draw_rows)
        self._push_queues: frozenset[UUID] = frozenset()
        self._news: dict[UUID, ChatCard] = {}
        self._tabs: dict[Tab, Piece] = {}
        self._counts: dict[Tab, int] = {}
        self._stale: set[Tab] = set()
        """The tabs whose counts an event has changed."""
        self._draw_frame()

    async def open(self) -> None:
        """Read the list and keep it current: own chats, or without any those that wait."""
        await self.still(self.show(Tab.OPEN))
        if self._view.tab is Tab.OPEN and not self._view.chats:
            await self.show(Tab.WAITING)

    async def show(self, tab: Tab, scope: Scope | None = None) -> None:
        """Show another tab or scope."""
        self._scope = scope or self._scope
        self._view = InboxView(self._agent, tab, self._scope)
        self._news.clear()
        self.stop_listening()
        self.listen(topics_of(self._agent, tab, self._scope), self._hear, draws=False)
        self._care.listen()
        self._draw_choices()  # at once, before the list is read
        self._selection.pick(())
        self._selection.show(is_on=self._may_pick)
        busy(self._list, is_busy=True)
        try:
            await self.still(self.reload())
        finally:
            busy(self._list, is_busy=False)
        self._stale |= {*Tab}
        await self.still(self._refresh_counts())
        self._recount(Tab)  # shared counts may be older than this page's subscriptions

    async def refresh(self) -> None:
        """Apply the agent's changed rights to the same list."""
        await self.show(self._view.tab)

    async def reload(self) -> None:
        """Read the list again."""
        view = self._view
        self._news.clear()
        view.expect()
        page = await self.still(self._services.inbox.page(self._agent, view.tab, view.scope))
        await self.still(self._learn(page.chats))
        if view is not self._view:  # another list was chosen meanwhile
            return
        view.load(page.chats, is_complete=page.is_last)
        self._draw_rows()
        self._draw_foot()

    def know_queues(self, push: frozenset[UUID]) -> None:
        """Draw which chats can be accepted: the queues in ``push`` offer their chats by themselves."""
        if push != self._push_queues:
            self._push_queues = push
            self._draw_rows()

    def choose(self, chat_id: UUID | None) -> None:
        """Mark the open chat."""
        before, self._chosen = self._chosen, chat_id
        for changed in (before, chat_id):
            chat = next((one for one in self._view.chats if one.id == changed), None)
            if chat is not None:
                self._draw_row(chat)

    def neighbour(self, step: int) -> UUID | None:
        """Return the chat ``step`` rows from the chosen one (the first, when none is chosen)."""
        ids = [chat.id for chat in self._view.chats]
        if not ids:
            return None
        if self._chosen not in ids:
            return ids[0]
        return ids[max(0, min(len(ids) - 1, ids.index(self._chosen) + step))]

    def pick_chosen(self) -> None:
        """Pick the open chat, or unpick it; for supervisors in the waiting list."""
        if self._chosen is not None:
            self._pick(self._chosen)

    async def steer(self) -> None:
        """Open the steering dialog for the picked chats, or for the open one."""
        wanted: set[UUID | None] = {*self._selection.ids} or {self._chosen}
        chats = [chat for chat in self._view.chats if chat.id in wanted]
        if self._may_pick and chats:
            await self._on_steer(chats)

    @property
    def _may_pick(self) -> bool:
        return self._agent.is_supervisor and self._view.tab is Tab.WAITING

    def _pick(self, chat_id: UUID) -> None:
        chat = next((one for one in self._view.chats if one.id == chat_id), None)
        if chat is not None and self._may_pick:
            self._selection.toggle(chat_id)
            self._draw_row(chat)

    def _pick_all(self, chats: Sequence[ChatCard]) -> None:
        self._selection.pick([chat.id for chat in chats])
        self._draw_rows()

    async def longest_waiting(self) -> UUID | None:
        """Return the id of the chat that has waited longest in the department."""
        page = await self.still(
            self._services.inbox.page(self._agent, Tab.WAITING, Scope.DEPARTMENT, limit=1)
        )
        return page.chats[0].id if page.chats else None

    # ---- drawing

    def _draw_frame(self) -> None:
        with self:
            with ui.element('div').classes('desk-tabs').props('role=tablist'):
                for tab in Tab:
                    self._tabs[tab] = (
                        Piece('button')
                        .classes('desk-tab')
                        .on('click', lambda tab=tab: self.show(tab), args=[])
                    )
                    self._tabs[tab].props['role'] = 'tab'
            with ui.element('div').classes('desk-scope'):
                self._scopes = {
                    scope: Piece('button')
                    .classes('desk-scope-choice')
                    .on('click', lambda scope=scope: self.show(self._view.tab, scope), args=[])
                    for scope in Scope
                }
            self._selection = Selection(
                self._services.topics,
                on_steer=self.steer,
                on_all=lambda: self._pick_all(self._view.chats),
                on_none=lambda: self._pick_all(()),
            )
            self._list = ui.element('div').classes('desk-list').props('role=list')
            self._list.props['aria-label'] = _('상담 목록')
            self._foot = ui.element('div').classes('desk-list-foot')
        self._draw_choices()

    def _draw_choices(self) -> None:
        words = {Tab.WAITING: _('대기'), Tab.OPEN: _('진행'), Tab.CLOSED: _('종료')}
        for tab, piece in self._tabs.items():
            count = self._counts.get(tab)
            shown = (
                ''
                if count is None
                else f'{MAX_COUNT - 1:,}+'
                if count >= MAX_COUNT
                else f'{count:,}'
            )
            piece.set_inside(
                filled(
                    '{word} <span class="desk-count">{count}</span>', word=words[tab], count=shown
                )
            )
            _set(piece, 'aria-selected', 'true' if tab is self._view.tab else 'false')
        everybody = _('전체') if self._agent.sees_everything else _('부서')
        for scope, piece in self._scopes.items():
            piece.set_inside(
                filled('{word}', word=_('내 상담') if scope is Scope.MINE else everybody)
            )
            _set(piece, 'aria-pressed', 'true' if scope is self._scope else 'false')

    def _draw_row(self, chat: ChatCard) -> None:
        holder = (
            '' if chat.agent_id in (None, self._agent.id) else self._names.get(chat.agent_id, '')
        )
        if chat.is_open and self._agent.id in chat.joined_agent_ids:
            holder = _('함께 · {name}', name=holder)
        inside = inbox_row.row(
            chat,
            holder=holder,
            badges=self._care.badges(chat.customer_id),
            is_chosen=chat.id == self._chosen,
            is_picked=chat.id in self._selection.ids if self._may_pick else None,
            is_offered=chat.queue_id in self._push_queues
            and chat.offered_agent_id != self._agent.id,
        )
        if (piece := self._rows.get(chat.id)) is not None:
            piece.set_inside(inside)
            return
        with self._list:
            piece = Piece(inside=inside).classes('desk-row').props('role=listitem')
        piece.on(
            'click',
            lambda event, chat_id=chat.id: self._act(chat_id, event),
            js_handler=ACT_OF_CLICK,
        )
        self._rows[chat.id] = piece

    def _draw_rows(self) -> None:
        """Draw the list; a row that stays keeps its element, so that a click that is under way still hits it."""
        shown = {chat.id for chat in self._view.chats}
        for chat_id in self._rows.keys() - shown:
            self._forget(chat_id)
        for place, chat in enumerate(self._view.chats):
            self._draw_row(chat)
            if self._list.default_slot.children[place] is not self._rows[chat.id]:
                self._rows[chat.id].move(target_index=place)

    def _draw_foot(self) -> None:
        self._foot.clear()
        with self._foot:
            if not self._view.chats:
                ui.label(_EMPTY[self._view.tab]()).classes('desk-empty')
            elif len(self._view.chats) >= MAX_ROWS:
                ui.label(_('최근 {count}건만 보입니다.', count=MAX_ROWS)).classes('desk-empty')
            elif not self._view.is_complete:
                button(_('더 보기'), self._load_more, ButtonStyle.QUIET)

    # ---- reading

    async def _load_more(self) -> None:
        view = self._view
        page = await self.still(
            self._services.inbox.page(self._agent, view.tab, view.scope, after=view.chats[-1])
        )
        await self.still(self._learn(page.chats))
        if view is not self._view:
            return
        view.extend(page.chats, is_complete=page.is_last)
        self._let_go()
        self._draw_rows()
        self._draw_foot()

    def _recount(self, tabs: Iterable[Tab]) -> None:
        """Count these tabs' chats soon."""
        self._stale.update(tabs)
        self.within(COUNT_SECONDS, self._refresh_counts)

    async def _refresh_counts(self) -> None:
        scope, tabs = self._scope, [tab for tab in Tab if tab in self._stale]
        self._stale.clear()
        found = await self.still(self._services.inbox.counts(self._agent, scope, tabs))
        if scope is self._scope:  # else another list was chosen meanwhile
            self._counts |= found
            self._draw_choices()

    async def _learn(self, chats: list[ChatCard]) -> None:
        unknown = {
            chat.agent_id for chat in chats if chat.agent_id and chat.agent_id not in self._names
        }
        if unknown - {self._agent.id}:
            self._names |= await self.still(self._services.agents.names(list(unknown)))
        await self._care.learn(chat.customer_id for chat in chats)

    # ---- events

    def _hear(self, event: Event) -> None:
        if isinstance(event, Resync):
            self._recount(Tab)
            self.start(self.reload())
        elif isinstance(event, ChatEvent):
            self._note(event.chat)
            if event.moves:
                is_own = self._own_topic in event.topics()
                # A colleague's chat is in no other tab of one's own chats: those are not counted for it.
                self._recount(Tab if is_own or self._scope is not Scope.MINE else (Tab.WAITING,))
            self._on_news(event)

    def _note(self, chat: ChatCard) -> None:
        """Keep a row's change for the next drawing; for a chat without a row, as most are, only its version is remembered."""
        known = self._news.get(chat.id)
        if known is None and not self._view.concerns(chat):
            self._view.apply(chat)
            return
        if known is None or known.version < chat.version:
            self._news[chat.id] = chat
        self.soon(self._draw_news, at_most_every=DRAW_SECONDS)

    async def _draw_news(self) -> None:
        view, news = self._view, list(self._news.values())
        self._news = {}
        await self.still(self._learn([chat for chat in news if self._view.concerns(chat)]))
        if view is not self._view:  # another list was chosen: it is read with these changes
            return
        before = bool(self._view.chats), self._view.is_complete
        for chat in news:
            self._apply(chat)
        self._let_go()
        if len(self._view.chats) < FEW_ROWS and not self._view.is_complete:
            await self.reload()
        elif before != (bool(self._view.chats), self._view.is_complete):
            self._draw_foot()

    def _let_go(self) -> None:
        for chat in self._view.trim(MAX_ROWS):
            if chat.id in self._rows:
                self._forget(chat.id)

    def _apply(self, chat: ChatCard) -> None:
        change = self._view.apply(chat)
        if change is None:
            return
        if change.now is None:
            self._forget(chat.id)
            return
        self._draw_row(chat)
        if change.was != change.now:
            self._rows[chat.id].move(target_index=change.now)

    def _forget(self, chat_id: UUID) -> None:
        self._rows.pop(chat_id).delete()
        self._selection.drop(chat_id)

    async def _act(self, chat_id: UUID, event: GenericEventArguments) -> None:
        if event.args == 'take':
            await self._on_take(chat_id)
        elif event.args == 'pick':
            self._pick(chat_id)
        else:
            result = self._on_open(chat_id)
            if result is not None:
                await result


_EMPTY = {
    Tab.WAITING: lambda: _('기다리는 고객이 없습니다.'),
    Tab.OPEN: lambda: _('진행 중인 상담이 없습니다. 대기에서 상담을 수락하세요.'),
    Tab.CLOSED: lambda: _('종료한 상담이 없습니다.'),
}


def _set(piece: Piece, prop: str, value: str) -> None:
    if piece.props.get(prop) != value:
        piece.props[prop] = value
