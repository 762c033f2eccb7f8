"""Saved views of the history: named filters, kept for the person who made them."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from models import HistoryView
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.kit import dialog, toast
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.history.filter import EVERYTHING, HistoryFilter, parse
from services.history.views import MAX_NAME_CHARS


class HistoryViewsRow(Component):
    """The reader's views as links, with the buttons to save and change them."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-history-views')
        self._context = context
        self._service = context.services.history_views
        self._agent = context.agent
        self._views: list[HistoryView] = []
        self.wanted: HistoryFilter = EVERYTHING
        with self:
            self._links = Piece('nav').classes('desk-history-links')
            self._links.props['aria-label'] = _('내 조건')
            self._keep = button(_('조건 저장'), self._ask_name, ButtonStyle.QUIET)
            self._change = button(_('조건 관리'), self._manage, ButtonStyle.QUIET)

    async def load(self) -> None:
        """Read the views."""
        self._views = await self.still(self._service.views(self._agent))
        self._draw()

    def show(self, wanted: HistoryFilter) -> None:
        """Mark the view that equals the shown filter."""
        self.wanted = wanted
        self._draw()

    def _draw(self) -> None:
        current = self.wanted.query
        links = Markup().join(
            filled(
                '<a class="desk-view-link" href="/desk/history?{query}"{current}>{name}</a>',
                query=view.query,
                name=view.name,
                current=Markup(' aria-current="true"') if _query(view) == current else '',
            )
            for view in self._views
        )
        self._links.set_inside(links)
        is_new = not self.wanted.is_everything and all(_query(v) != current for v in self._views)
        self._keep.set_visibility(is_new)
        self._change.set_visibility(bool(self._views))

    # ---- dialogs

    def _ask_name(self) -> None:
        with dialog.titled(self._context.dialogs, _('조건 저장')) as asking:
            ui.label(_('지금 고른 조건에 이름을 붙여 둡니다.')).classes('desk-hint')
            name = _name_field('')

            async def keep() -> None:
                work = self._service.create(self._agent, name.value, self.wanted)
                if await self.still(self._done(work, name)):
                    asking.close()
                    notices.done(_('조건을 저장했습니다'))

            name.on('keydown.enter', keep)
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), asking.close)
                button(_('저장'), keep, ButtonStyle.PRIMARY)

    def _manage(self) -> None:
        with dialog.titled(self._context.dialogs, _('조건 관리')) as managing:
            rows = ui.element('div').classes('desk-view-rows')
            self._draw_rows(rows)
            with ui.element('div').classes('desk-actions'):
                button(_('닫기'), managing.close, ButtonStyle.PRIMARY)

    def _draw_rows(self, rows: ui.element) -> None:
        rows.clear()
        with rows:
            for view in self._views:
                with ui.element('div').classes('desk-view-row'):
                    name = _name_field(view.name)
                    again = partial(self._draw_rows, rows)
                    button(_('이름 바꾸기'), partial(self._rename, view.id, name, again))
                    button(_('지금 조건으로'), partial(self._overwrite, view.id, name, again))
                    button(_('삭제'), partial(self._delete, view, name, again), ButtonStyle.QUIET)
            if not self._views:
                ui.label(_('저장한 조건이 없습니다.')).classes('desk-hint')

    async def _rename(self, view_id: UUID, name: ui.input, again: Callable[[], None]) -> None:
        work = self._service.rename(self._agent, view_id, name.value)
        if await self.still(self._done(work, name)):
            again()
            notices.done(_('이름을 바꾸었습니다'))

    async def _overwrite(self, view_id: UUID, name: ui.input, again: Callable[[], None]) -> None:
        work = self._service.overwrite(self._agent, view_id, self.wanted)
        if await self.still(self._done(work, name)):
            again()
            notices.done(_('지금 조건을 저장했습니다'))

    async def _delete(self, view: HistoryView, name: ui.input, again: Callable[[], None]) -> None:
        """Delete a view at once; the toast says how to save it again."""
        if await self.still(self._done(self._service.delete(self._agent, view.id), name)):
            again()
            self._offer_undo(view)

    def _offer_undo(self, view: HistoryView) -> None:
        kept = parse(view.query).filter

        async def undo() -> None:
            await self.still(self._service.create(self._agent, view.name, kept))
            await self.still(self.load())

        with self._context.toasts:  # the row with the button that was pressed is gone
            text = _('“{name}” 조건을 지웠습니다', name=view.name)
            toast.undoable(self._context, text, undo)

    async def _done(self, work: Awaitable[object], field: ui.input) -> bool:
        """Await a change of the views and show them again; an error is shown at the view's field."""
        try:
            await self.still(work)
            await self.still(self.load())
        except DeskError as error:
            field.error = sentence(language(), error)
            return False
        return True


def _query(view: HistoryView) -> str:
    return parse(view.query).filter.query


def _name_field(name: str) -> ui.input:
    field = ui.input(value=name).props('dense outlined').classes('desk-view-name')
    field.props['aria-label'] = _('조건 이름')
    field.props['maxlength'] = MAX_NAME_CHARS
    return field
