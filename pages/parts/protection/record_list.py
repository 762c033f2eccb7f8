"""The list of cases of 보호: whom, what, how it ended, and which supervisor came to help; current while it is open."""

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from desk.events import Event, Resync
from models import Channel
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.kit import times
from pages.parts.kit.buttons import button
from pages.parts.kit.markup import Piece, filled
from pages.parts.protection.words import kind_name, state_name
from services.customers.personal_data import masked_phone
from services.protection.events import CASES, ProtectionChanged, view
from services.protection.records import PAGE, CaseRow
from services.work.cursors import Position

READ_SECONDS = 0.5


class RecordList(Component):
    """All cases within reach, newest first."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-audit desk-protections')
        self._context = context
        self._rows: list[CaseRow] = []
        self._is_all = False

    async def open(self) -> None:
        """Draw the list and keep it current. Raises ``NotAllowedError``."""
        self.listen(CASES, self._hear, draws=False)
        await self.still(self._read())

    def _hear(self, event: Event) -> None:
        if isinstance(event, ProtectionChanged | Resync):
            self.within(READ_SECONDS, self._read_news)

    async def _read_news(self) -> None:
        try:
            await self.still(self._read())
        except DeskError as error:
            notices.tell(error)

    async def _read(self) -> None:
        """Read the first page again; further pages are read on request."""
        self._rows = await self.still(self._page(None))
        self._is_all = len(self._rows) < PAGE
        self._draw()

    async def _read_more(self) -> None:
        last = self._rows[-1].case
        more = await self.still(self._page((last.created_at, last.id)))
        self._rows, self._is_all = [*self._rows, *more], len(more) < PAGE
        self._draw()

    async def _page(self, before: Position | None) -> list[CaseRow]:
        return await self._context.services.protection_records.page(
            self._context.agent, before=before
        )

    def _draw(self) -> None:
        self.clear()
        with self:
            with ui.element('div').classes('desk-page-head'):
                ui.label(_('보호 기록')).classes('desk-page-title').props(
                    'role=heading aria-level=2'
                )
            if not self._rows:
                ui.label(_('아직 보호 기록이 없습니다. 상담원이 보호를 시작하면 여기에 남습니다.')).classes('desk-empty')  # fmt: skip
                return
            with ui.element('div').classes('desk-table-place'):
                table = Piece('table', inside=self._inside()).classes('desk-table')
                table.props['aria-label'] = _('보호 기록')
            if not self._is_all:
                button(_('더 보기'), self._read_more)

    def _inside(self) -> Markup:
        heads = (_('시작'), _('상담원'), _('부서'), _('고객'), _('유형'), _('상태'), _('맡은 사람'))  # fmt: skip
        columns = Markup().join(filled('<th scope="col">{name}</th>', name=one) for one in heads)
        rows = Markup().join(self._row(one) for one in self._rows)
        return filled('<thead><tr>{columns}</tr></thead><tbody>{rows}</tbody>', columns=columns, rows=rows)  # fmt: skip

    def _row(self, row: CaseRow) -> Markup:
        case = row.case
        channel = _('채팅') if case.channel is Channel.CHAT else _('통화')
        cells = (
            row.agent_name,
            case.department,
            case.customer_name or masked_phone(case.phone),
            f'{kind_name(language(), case.kind)} · {channel}',
            state_name(language(), view(case)),
            row.taken_by or (_('아직 없음') if row.alert and row.alert.ended_at is None else ''),
        )
        return filled(
            '<tr><td><a href="/desk/protection/{id}">{began}</a></td>{cells}</tr>',
            id=case.id,
            began=times.full(case.created_at),
            cells=Markup().join(filled('<td>{text}</td>', text=one) for one in cells),
        )
