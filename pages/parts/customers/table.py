"""Customers as a dense table: the latest contacts, or the search results. A page of rows is one element."""

from collections.abc import Callable
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models import Customer, RiskLevel
from pages.component import Component, busy
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.customers.badges import badges, risk_name, status_name, type_name
from pages.parts.customers.found import Marks
from pages.parts.customers.search_box import note
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.search_box import Answer
from services.customers.records import PAGE, CustomerPage
from services.customers.warnings import warnings_of
from services.search.customers import MAX_HITS

GRID = 'desk-customers-grid'
MAX_PAGES = 6
"""More latest contacts than anybody looks through: further ones are found by searching."""

# A press anywhere in a row opens it; its link also opens it in another tab.
ROW_OF_CLICK = (
    '(event) => { const row = event.target.closest("[data-id]");'
    ' if (row && !event.target.closest("a")) emit(row.dataset.id) }'
)


class CustomerTable(Component):
    """One table of customers; ``head`` above it is for the screen's buttons."""

    def __init__(self, context: PageContext, *, on_open: Callable[[UUID], None]) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-customers')
        self._services, self._agent = context.services, context.agent
        self._on_open = on_open
        self._pages: list[Piece] = []
        self._ids: set[str] = set()
        self._last: CustomerPage | None = None
        with self:
            with ui.element('div').classes('desk-page-head') as self.head:
                self._title = ui.label().classes('desk-page-title').props('role=status')
                ui.element('div').classes('desk-spring')
            with ui.element('div').classes('desk-table-place'):
                with ui.element('table').classes('desk-table') as self._grid:
                    self._grid.props['id'], self._grid.props['role'] = GRID, 'grid'
                    self._grid.props['aria-label'] = _('screen.customers')
                    Piece('thead', inside=_head())
                self._foot = ui.element('div').classes('desk-list-foot')
        self._grid.on('click', self._press, js_handler=ROW_OF_CLICK)

    async def find(self, text: str) -> Answer:
        """Show the customers found by a text; without one the latest contacts. Raises nothing: errors are shown in the table."""
        busy(self._grid, is_busy=True)
        try:
            await self.still(self._search(text) if text.strip() else self._latest())
        except DeskError as error:
            self._clear(_('고객을 불러오지 못했습니다'))
            self._end(sentence(language(), error), again=text)
        finally:
            busy(self._grid, is_busy=False)
        return Answer()

    async def _search(self, text: str) -> None:
        hits = await self.still(
            self._services.customer_search.search(self._agent, text, limit=MAX_HITS)
        )
        marks = Marks(text)
        is_cut = len(hits) == MAX_HITS
        self._clear(_('찾은 고객 {count}명', count=f'{len(hits)}{"+" if is_cut else ""}'))
        self._append([hit.customer for hit in hits], marks)
        if said := note(text, len(hits) + is_cut, most=MAX_HITS):
            self._end(said)

    async def _latest(self) -> None:
        page = await self.still(self._services.customer_records.latest(self._agent))
        self._clear(_('최근 상담한 고객'))
        self._show(page)
        if not page.customers:
            self._end(_('아직 등록된 고객이 없습니다. 새 고객을 등록하세요.'))

    async def _more(self) -> None:
        if (last := self._last) is not None:
            records = self._services.customer_records
            page = await self.still(records.latest(self._agent, after=last.place))
            if last is self._last:  # else a search or another press was faster
                self._show(page)

    def _show(self, page: CustomerPage) -> None:
        self._last = page
        self._append(page.customers, Marks(''))
        self._foot.clear()
        with self._foot:
            if not page.is_last and len(self._pages) < MAX_PAGES:
                button(_('더 보기'), self._more, ButtonStyle.QUIET)
            elif not page.is_last:
                count = MAX_PAGES * PAGE
                self._end(_('{count}명까지만 보입니다. 더 입력하면 좁혀집니다.', count=count))

    def _append(self, customers: list[Customer], marks: Marks) -> None:
        new = [one for one in customers if str(one.id) not in self._ids]
        self._ids |= {str(one.id) for one in new}
        with self._grid:
            rows = Markup().join(_row(one, marks) for one in new)
            self._pages.append(Piece('tbody', inside=rows))

    def _clear(self, title: str) -> None:
        self._title.set_text(title)
        for page in self._pages:
            page.delete()
        self._pages.clear()
        self._ids.clear()
        self._foot.clear()
        self._last = None

    def _end(self, sentence: str, *, again: str | None = None) -> None:
        with self._foot:
            ui.label(sentence).classes('desk-empty')
            if again is not None:
                button(_('다시 시도'), lambda: self.find(again))

    def _press(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, str) and event.args in self._ids:
            self._on_open(UUID(event.args))


def _head() -> Markup:
    names = (
        _('이름'), _('고객 번호'), _('전화번호'), _('이메일'), _('유형'), _('상태'), _('위험도'), _('최근 상담'), _('several.chats'), _('several.calls'),
    )  # fmt: skip
    cells = Markup().join(filled('<th scope="col">{name}</th>', name=name) for name in names)
    return filled('<tr>{cells}</tr>', cells=cells)


def _row(customer: Customer, marks: Marks) -> Markup:
    at = customer.last_contact_at
    is_calm = customer.risk_level is RiskLevel.LOW
    return filled(
        '<tr id="row-{id}" data-id="{id}" data-option aria-selected="false">'
        '<td class="desk-cell-name"><a href="/desk/customers/{id}">{name}</a>{badges}</td>'
        '<td>{code}</td><td>{phone}</td><td class="desk-cell-email">{email}</td><td>{kind}</td><td>{status}</td><td>{risk}</td>'
        '<td><time title="{full}">{last}</time></td><td class="desk-number">{chats}</td><td class="desk-number">{calls}</td></tr>',
        id=customer.id,
        name=marks.name(customer.name),
        badges=badges(warnings_of(customer)),
        code=marks.code(customer),
        phone=marks.phone(customer.phone),
        email=marks.email(customer.email),
        kind=type_name(customer.customer_type),
        status=status_name(customer.status),
        risk='' if is_calm else risk_name(customer.risk_level),
        full=times.full(at) if at else '',
        last=times.short(at) if at else '',
        chats=f'{customer.total_chats:,}',
        calls=f'{customer.total_calls:,}',
    )
