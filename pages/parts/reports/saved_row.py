"""Saved reports: those that the reader subscribed to, each with its figures, and the dialogs to save and choose them."""

from collections.abc import Awaitable, Callable
from functools import partial

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.reports.words import Words, value_text
from services.reports.figures import Figure
from services.reports.report_query import ReportQuery
from services.reports.reports import Report
from services.reports.saved import MAX_NAME_CHARS, Saved

HEADLINE = (Figure.ARRIVED, Figure.SERVICE_LEVEL, Figure.ANSWER_RATE)
"""The figures beside the name of a subscribed report."""


class SavedReportsRow(Component):
    """The reader's subscribed reports as links."""

    def __init__(self, context: PageContext, address: str) -> None:
        super().__init__(context.services.topics)
        self._context, self._address = context, address
        self._service, self._agent = context.services.saved_reports, context.agent
        self._query = ReportQuery()
        self.classes('report-saved')
        with self:
            self._links = Piece('nav').classes('report-links')
            self._links.props['aria-label'] = _('받아 보는 보고서')
            button(_('이 보고서 저장'), self._ask_name, ButtonStyle.QUIET)
            button(_('저장한 보고서'), self._choose, ButtonStyle.QUIET)

    def show(self, query: ReportQuery) -> None:
        """Note the shown report: it is what would be saved."""
        self._query = query

    async def load(self) -> None:
        """Read and show the subscribed reports as they are now."""
        found = await self.still(self._service.subscribed(self._agent))
        self._links.set_inside(Markup().join(self._link(*one) for one in found))

    def _link(self, saved: Saved, report: Report) -> Markup:
        words = Words(language())
        figures = ' · '.join(
            f'{words.figure(one)} {value_text(one, report.total.value(one))}' for one in HEADLINE
        )
        return filled(
            '<a href="{address}?{query}"><b>{name}</b> <span>{figures}</span></a>',
            address=self._address,
            query=saved.query.address,
            name=saved.name,
            figures=figures,
        )

    def _ask_name(self) -> None:
        with dialog.titled(self._context.dialogs, _('보고서 저장')) as asking:
            ui.label(_('지금 보는 기간과 기준에 이름을 붙여 둡니다. 다른 팀장도 볼 수 있습니다.'))
            name = ui.input().props('dense outlined')
            name.props['aria-label'] = _('보고서 이름')
            name.props['maxlength'] = MAX_NAME_CHARS

            async def keep() -> None:
                try:
                    await self.still(self._service.save(self._agent, name.value, self._query))
                except DeskError as error:
                    name.error = sentence(language(), error)
                    return
                asking.close()
                notices.done(_('보고서를 저장했습니다'))
                await self.load()

            name.on('keydown.enter', keep)
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), asking.close)
                button(_('저장'), keep, ButtonStyle.PRIMARY)

    async def _choose(self) -> None:
        found = await self.still(self._service.all(self._agent))
        with dialog.titled(self._context.dialogs, _('저장한 보고서')) as opened:
            rows = ui.element('div').classes('board-alert-list')
            self._draw_rows(rows, found)
            with ui.element('div').classes('desk-actions'):
                button(_('닫기'), opened.close, ButtonStyle.PRIMARY).props('autofocus')

    def _draw_rows(self, rows: ui.element, found: list[Saved]) -> None:
        rows.clear()
        with rows:
            for one in found:
                with ui.element('p'):
                    link = filled(
                        '<a href="{address}?{query}">{name}</a> <small>{by}</small>',
                        address=self._address, query=one.query.address, name=one.name, by=one.made_by,
                    )  # fmt: skip
                    Piece('span', inside=link)
                    text = _('그만 받기') if one.is_mine else _('받아 보기')
                    change = partial(
                        self._service.subscribe, self._agent, one.id, wanted=not one.is_mine
                    )
                    button(text, partial(self._change, rows, change))
                    if one.may_delete:
                        delete = partial(self._service.delete, self._agent, one.id)
                        button(_('삭제'), partial(self._change, rows, delete), ButtonStyle.QUIET)
            if not found:
                ui.label(_('저장한 보고서가 없습니다.')).classes('desk-hint')

    async def _change(self, rows: ui.element, change: Callable[[], Awaitable[None]]) -> None:
        try:
            await self.still(change())
        except DeskError as error:
            notices.tell(error)
        found = await self.still(self._service.all(self._agent))
        if not rows.is_deleted:
            self._draw_rows(rows, found)
        await self.load()
