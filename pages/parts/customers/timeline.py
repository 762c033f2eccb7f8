"""One customer's timeline, newest first: chats, calls, notes and changes of the record."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from desk.events import Resync
from pages import notices
from pages.component import Component, busy
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.customers import card as customer_card
from pages.parts.customers import timeline_entry
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.reply_box import ReplyBox, ReplyBoxLabels, ReplyBoxPlace, TypedReply
from pages.parts.transcript.earlier_chat import EarlierChat
from services.contacts.promise_view import PromiseChanged, promised_topic
from services.contacts.wrap_ups import WrapUpChanged, written_topic
from services.customers.events import CustomerChanged, customer_topic
from services.customers.notes import MAX_NOTE_CHARS
from services.customers.timeline import EVERY_KIND, PAGE, TimelineEntry, TimelineKind, TimelinePage
from services.work.cursors import Cursor

READ_SECONDS = 0.3
MORE = 90
"""Entries that each 더 보기 adds: its reader is looking for something."""
MAX_SHOWN = 300
"""Entries at most; older ones are in the history."""
ACT_OF_CLICK = '(event) => emit(event.target.closest("[data-act]")?.dataset.act ?? "")'


class TimelineList(Component):
    """One customer's timeline in one browser tab, below a box for notes."""

    def __init__(
        self,
        context: PageContext,
        customer_id: UUID,
        *,
        undo_merge: Callable[[UUID], Awaitable[None]],
    ) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-timeline')
        self._context = context
        self._customer_id = customer_id
        self._undo_merge = undo_merge
        self._kinds = EVERY_KIND
        self._entries: dict[UUID, TimelineEntry] = {}
        self._places: dict[UUID, ui.element] = {}
        self._rows: dict[UUID, Piece] = {}
        self._opened: dict[UUID, EarlierChat] = {}
        self._followed: set[UUID] = set()
        self._draw_frame()

    async def open(self) -> None:
        """Read the newest entries and keep them current."""
        self.listen(customer_topic(self._customer_id), self._hear, draws=False)
        await self._show(EVERY_KIND)

    def refresh(self) -> None:
        """Apply the reader's changed rights."""
        self.within(READ_SECONDS, self._read_again)

    def write(self) -> None:
        """Put the caret into the note box."""
        self._box.focus()

    # ---- drawing

    def _draw_frame(self) -> None:
        with self:
            self._box = self._note_box()
            with ui.element('div').classes('desk-scope').props('role=group') as choices:
                choices.props['aria-label'] = _('보기 좁히기')
                self._choices = {
                    kinds: Piece('button', inside=filled('{word}', word=word))
                    .classes('desk-scope-choice')
                    .on('click', lambda kinds=kinds: self._show(kinds), args=[])
                    for kinds, word in _filters().items()
                }
            self._list = ui.element('div').classes('desk-timeline-list').props('role=list')
            self._list.props['aria-label'] = _('고객 이력')
            self._foot = ui.element('div').classes('desk-list-foot')

    def _note_box(self) -> ReplyBox:
        labels = ReplyBoxLabels(
            placeholder=_('동료가 함께 볼 상담 메모를 입력하세요...'),
            box=_('상담 메모'),
            send=_('남기기'),
            sending=_('저장하고 있습니다'),
            waiting=_('연결되면 저장됩니다'),
            failed=_('실패'),
            again=_('다시 시도'),
            discard=_('지우기'),
            send_anyway=_('그대로 남기기'),
            edit=_('고치기'),
            too_long=_('메모가 너무 깁니다'),
        )
        place = ReplyBoxPlace(
            keep=f'desk.note.{self._customer_id}.{self._context.agent.id}', transcript='#none'
        )
        box = ReplyBox(labels, place, limit=MAX_NOTE_CHARS)
        box.on_send(self._add_note)
        return box

    def _draw_choices(self) -> None:
        for kinds, piece in self._choices.items():
            piece.props['aria-pressed'] = 'true' if kinds == self._kinds else 'false'
            piece.update()

    def _draw(self, entries: list[TimelineEntry]) -> None:
        """Draw exactly these entries; an entry that stays keeps its element, with the transcript open in it."""
        wanted = {entry.id for entry in entries}
        for gone in self._places.keys() - wanted:
            self._places.pop(gone).delete()
            self._opened.pop(gone, None)
            self._rows.pop(gone, None)
        self._entries = {entry.id: entry for entry in entries}
        self._follow(entries)
        for place, entry in enumerate(entries):
            self._draw_entry(entry)
            if self._list.default_slot.children[place] is not self._places[entry.id]:
                self._places[entry.id].move(target_index=place)

    def _draw_entry(self, entry: TimelineEntry) -> None:
        inside = timeline_entry.entry(entry, self._context.agent, is_open=entry.id in self._opened)
        if (row := self._rows.get(entry.id)) is not None:
            row.set_inside(inside)
            return
        with self._list, ui.element('div').props('role=listitem') as place:
            row = Piece(inside=inside).classes('desk-entry')
        row.props['data-kind'] = entry.kind.value
        row.on(
            'click',
            lambda event, entry_id=entry.id: self._act(entry_id, event),
            js_handler=ACT_OF_CLICK,
        )
        self._places[entry.id], self._rows[entry.id] = place, row

    def _draw_foot(self, page: TimelinePage) -> None:
        self._foot.clear()
        with self._foot:
            if page.is_last and page.elsewhere:
                ui.label(customer_card.elsewhere(page.elsewhere)).classes('desk-empty')
            elif not self._entries:
                ui.label(_('아직 아무 일도 없었습니다.')).classes('desk-empty')
            elif len(self._entries) >= MAX_SHOWN:
                ui.label(_('최근 {count}건만 보입니다.', count=MAX_SHOWN)).classes('desk-empty')
            elif not page.is_last:
                button(_('더 보기'), self._more, ButtonStyle.QUIET)

    # ---- reading

    async def _show(self, kinds: frozenset[TimelineKind]) -> None:
        self._kinds = kinds
        self._draw_choices()
        busy(self._list, is_busy=True)
        try:
            await self.still(self._read(PAGE))
        finally:
            busy(self._list, is_busy=False)

    async def _read(self, count: int) -> None:
        kinds = self._kinds
        try:
            page = await self.still(self._page(limit=count))
        except DeskError as error:
            self._broken(error)
            return
        if kinds is self._kinds:  # the filter was not changed meanwhile
            self._draw(page.entries)
            self._draw_foot(page)

    async def _read_again(self) -> None:
        await self._read(max(PAGE, len(self._entries)))

    async def _more(self) -> None:
        kinds = self._kinds
        page = await self.still(self._page(after=list(self._entries.values())[-1], limit=MORE))
        if kinds is not self._kinds:  # the filter was changed meanwhile
            return
        fresh = [one for one in page.entries if one.id not in self._entries]
        self._draw([*self._entries.values(), *fresh])
        self._draw_foot(page)

    async def _page(self, *, after: TimelineEntry | None = None, limit: int = PAGE) -> TimelinePage:
        place = Cursor(after.at, after.id) if after else None
        return await self._context.services.customer_timeline.page(
            self._context.agent, self._customer_id, kinds=self._kinds, after=place, limit=limit
        )

    def _broken(self, error: DeskError) -> None:
        self._foot.clear()
        with self._foot:
            ui.label(sentence(language(), error)).classes('desk-empty').props('role=alert')
            button(_('다시 시도'), self._read_again)

    # ---- events and actions

    def _follow(self, entries: list[TimelineEntry]) -> None:
        """Follow the promises and wrap-ups of these contacts."""
        contacts = {one.id for one in entries if one.chat or one.call}
        for contact_id in contacts - self._followed:
            self._followed.add(contact_id)
            topics = [written_topic(contact_id), promised_topic(contact_id)]
            self.listen(topics, self._hear, draws=False)

    def _hear(self, event: object) -> None:
        if isinstance(event, CustomerChanged | WrapUpChanged | PromiseChanged | Resync):
            self.within(READ_SECONDS, self._read_again)

    async def _add_note(self, sent: TypedReply) -> None:
        notes = self._context.services.customer_notes
        try:
            await self.still(
                notes.add(self._context.agent, self._customer_id, sent.text, note_id=sent.id)
            )
        except DeskError as error:
            self._box.fail(sent.id, sentence(language(), error))
        else:
            self._box.settle(sent.id)
            await self._read_again()  # at once, before its event comes

    async def _act(self, entry_id: UUID, event: GenericEventArguments) -> None:
        entry = self._entries.get(entry_id)
        if entry is None:
            return
        acts: dict[str, Callable[[TimelineEntry], Awaitable[None]]] = {
            'open': self._toggle,
            'edit': self._edit_note,
            'remove': self._remove_note,
            'undo': self._undo,
        }
        act = acts.get(event.args) if isinstance(event.args, str) else None
        if act is not None:
            try:
                await act(entry)
            except DeskError as error:
                notices.tell(error)

    async def _toggle(self, entry: TimelineEntry) -> None:
        """Open a chat's transcript under its entry, or close it."""
        if (held := self._opened.pop(entry.id, None)) is not None:
            held.delete()
        elif entry.chat is not None:
            held = EarlierChat(self._places[entry.id], self._context, entry.chat.id)
            self._opened[entry.id] = held
            held.start(held.load())
        self._draw_entry(entry)

    async def _undo(self, entry: TimelineEntry) -> None:
        if entry.merge is not None:
            await self._undo_merge(entry.merge.id)

    async def _edit_note(self, entry: TimelineEntry) -> None:
        if entry.note is None:
            return
        with dialog.titled(self._context.dialogs, _('메모 고치기')) as question:
            text = ui.textarea(_('상담 메모'), value=entry.note.text).props(
                'outlined autogrow autofocus'
            )
            text.props['maxlength'] = MAX_NOTE_CHARS
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('저장'), lambda: question.submit(text.value), ButtonStyle.PRIMARY)
        if (written := await self._context.still(question)) is not None:
            notes = self._context.services.customer_notes
            await notes.change(self._context.agent, entry.note.id, str(written))

    async def _remove_note(self, entry: TimelineEntry) -> None:
        if entry.note is None:
            return
        with dialog.titled(self._context.dialogs, _('메모를 지울까요?')) as question:
            ui.label(_('지운 메모는 되돌릴 수 없습니다.'))
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('지우기'), lambda: question.submit(True), ButtonStyle.DANGER)
        if await self._context.still(question):
            await self._context.still(
                self._context.services.customer_notes.remove(self._context.agent, entry.note.id)
            )
            notices.done(_('메모를 지웠습니다'))


def _filters() -> dict[frozenset[TimelineKind], str]:
    return {
        EVERY_KIND: _('전체'),
        frozenset({TimelineKind.CHAT}): _('several.chats'),
        frozenset({TimelineKind.CALL}): _('several.calls'),
        frozenset({TimelineKind.NOTE}): _('several.notes'),
        frozenset({TimelineKind.CHANGE}): _('several.changes'),
    }
