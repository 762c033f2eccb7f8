"""후처리 of one contact: 상담 분류, summary, follow-up. Saved while it is typed; one key ends it."""

from collections.abc import Callable
from uuid import UUID

from nicegui import ui

from desk.errors import DeskError
from models import ChatStatus, WrapUp
from models.wrap_up import MAX_SUMMARY_CHARS
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.category_box import CategoryBox, category_name
from pages.parts.kit.kept_text import KeptText
from pages.parts.kit.markup import Piece
from services.chats.events import ChatCard
from services.contacts.categories import Leaf
from services.contacts.wrap_ups import WrapUpText

SAVE_SECONDS = 0.5
"""Typed text is saved after a pause of this length."""


class WrapUpPlace(Component):
    """The place of a chat's wrap-up form, filled when the chat is over for who is to write it."""

    def __init__(self, context: PageContext, *, waits: Callable[[], bool]) -> None:
        """Draw nothing yet; the form does not take the caret while something else ``waits`` for a key."""
        super().__init__(context.services.topics)
        self._context, self._waits = context, waits
        self._is_asked = False
        self._panel: WrapUpPanel | None = None

    def show(self, chat: ChatCard) -> None:
        """Draw the form once the chat has ended, until the wrap-up is done or the chat goes on."""
        # Whose 후처리 it is says its row: that of a colleague who works here no more may be the reader's.
        is_over = chat.status is ChatStatus.CLOSED
        if is_over and not self._is_asked:
            self.start(self._open(chat.id))
        if (
            not is_over and self._panel is not None
        ):  # reopened: its next end has a 후처리 of its own
            if not self._panel.is_deleted:
                self._panel.delete()
            self._panel = None
        self._is_asked = is_over

    async def finish(self) -> bool:
        """End the wrap-up with the typed values. Return whether there was one."""
        if self._panel is None or self._panel.is_deleted:
            return False
        await self.still(self._panel.finish())
        return True

    async def _open(self, chat_id: UUID) -> None:
        wrap_up = await self.still(self._context.services.wrap_ups.of_contact(chat_id))
        if wrap_up is None or wrap_up.agent_id != self._context.agent.id or wrap_up.left_at:
            return
        if wrap_up.done_at is None:
            with self:
                self._panel = WrapUpPanel(self._context, wrap_up)
            if not self._waits():
                self._panel.focus()


class WrapUpPanel(Component):
    """The form of one open wrap-up, for its agent."""

    def __init__(
        self, context: PageContext, wrap_up: WrapUp, *, on_done: Callable[[], object] | None = None
    ) -> None:
        super().__init__(context.services.topics, 'section')
        self._on_done = on_done
        self._context = context
        self._wrap_ups = context.services.wrap_ups
        self._contact_id = wrap_up.contact_id
        self._queue_id = wrap_up.queue_id
        self._category_id = wrap_up.category_id
        self._leaves: list[Leaf] = []
        self.classes('desk-wrap-up').props('role=region')
        self.props['aria-label'] = _('후처리')
        with self:
            self._draw(wrap_up)
        self.start(self._load())

    async def finish(self) -> None:
        """End the wrap-up with the typed values."""
        try:
            await self.still(
                self._wrap_ups.finish(self._context.agent, self._contact_id, self._written())
            )
        except DeskError as error:
            notices.tell(error)
            return
        if self._on_done is not None:
            self._on_done()
        else:
            self.delete()

    def focus(self) -> None:
        """Put the caret into the first field."""
        self._search.focus()

    def _draw(self, wrap_up: WrapUp) -> None:
        with ui.element('header').classes('desk-wrap-up-head'):
            ui.label(_('후처리')).props('role=heading aria-level=3')
            if wrap_up.limit_at is not None and wrap_up.done_at is None:
                until = int(wrap_up.limit_at.timestamp() * 1000)
                ui.label(_('남은 시간')).classes('desk-sub')
                Piece('time').props['data-countdown'] = str(until)
            self._saved = ui.label().classes('desk-sub').props('role=status')
        self._search = CategoryBox(choosable=self._choosable, choose=self._choose)
        self._chosen = ui.label().classes('desk-wrap-up-category')
        self._summary = KeptText(
            _('요약'),
            keep=f'desk.wrap-up.{self._contact_id}',
            text=wrap_up.summary,
            most=MAX_SUMMARY_CHARS,
            on_change=self._typed,
        )
        self._summary.on('keydown.ctrl.enter', self.finish, args=[])
        self._search.lead_to(self._summary)
        with ui.element('div').classes('desk-actions'):
            self._follow_up = ui.checkbox(
                _('후속 조치 필요'), value=wrap_up.needs_follow_up, on_change=self._typed
            )
            if self._on_done is not None:  # what is written is kept meanwhile
                button(_('나중에 쓰기'), self._on_done, ButtonStyle.QUIET)
            button(_('후처리 완료'), self.finish, ButtonStyle.PRIMARY)

    async def _load(self) -> None:
        self._leaves = await self.still(
            self._context.services.categories.leaves(self._queue_id, with_retired=True)
        )
        self._show_category()

    def _show_category(self) -> None:
        chosen = next((leaf for leaf in self._leaves if leaf.id == self._category_id), None)
        self._chosen.set_text(category_name(chosen) if chosen else '')

    # ---- saving

    def _choosable(self) -> list[Leaf]:
        return [leaf for leaf in self._leaves if not leaf.is_retired]

    async def _choose(self, chosen: UUID) -> None:
        self._category_id = chosen
        self._show_category()
        await self.still(self._save())

    def _typed(self) -> None:
        self._saved.set_text('')
        self.after(SAVE_SECONDS, self._save)

    async def _save(self) -> None:
        written = self._written()
        try:
            await self.still(self._wrap_ups.save(self._context.agent, self._contact_id, written))
        except DeskError as error:
            notices.tell(error)
            return
        self._saved.set_text(_('저장됨'))
        self._summary.saved(written.summary)

    def _written(self) -> WrapUpText:
        return WrapUpText(
            category_id=self._category_id,
            summary=self._summary.text,
            needs_follow_up=bool(self._follow_up.value),
        )
