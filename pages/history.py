"""The history at ``/desk/history``: every contact that the reader may see; one opens beside it, at ``/desk/history/{id}``.

The address holds the whole filter. A colleague who opens it sees only the contacts that the colleague may see.
"""

from dataclasses import replace
from uuid import UUID

from nicegui import PageArguments, ui

from desk.errors import DeskError
from pages import notices, shell
from pages.component import Component
from pages.locale import _
from pages.parts.history.category_filter import CategoryFilter
from pages.parts.history.contact import HistoryContact
from pages.parts.history.export_dialog import export_dialog
from pages.parts.history.filter_bar import HistoryBar
from pages.parts.history.table import HistoryTable
from pages.parts.history.views import HistoryViewsRow
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.key_map import Keys
from pages.parts.kit.markup import Piece, filled
from pages.shell import Shell
from pages.web import current_screen
from pages.web.paths import id_in
from services.history.filter import EVERYTHING, FIELDS, HistoryFilter, Reading, read_filter
from services.history.history import Choices, Hits, Precision

HISTORY = '/desk/history'
CONTACT = f'{HISTORY}/{{contact_id}}'


def register(screens: shell.Screens) -> None:
    """Serve the history and what opens in it."""
    screens.add(HISTORY, history, below=(CONTACT,))


async def history(shell: Shell) -> None:
    """Draw the history; the screen reads the address itself."""
    await HistoryScreen(shell).open()


class HistoryScreen(Component):
    """Filters and table on the left, the opened contact on the right."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.services.topics)
        self._shell = shell
        self._services, self._agent = shell.services, shell.agent
        self._wanted: HistoryFilter | None = None
        self._hits: Hits | None = None
        self._contact: HistoryContact | None = None
        self._opened: UUID | None = None
        self.keys = self._make_keys()
        self.classes('desk-history')
        with self:
            self._over = ui.element('div').classes('desk-history-over')
            with ui.element('div').classes('desk-history-body'):
                self._table = HistoryTable(shell, on_open=self._open, address=self._address)
                self._side = ui.element('div').classes('desk-history-side')
        with self._over:
            self._bar_place = ui.element('div').classes('desk-history-bar-place')
            with ui.element('div').classes('desk-history-count'):
                self._said = Piece('span').props('role=status')
                self._exactly = button(_('정확히 세기'), self._count_exactly, ButtonStyle.QUIET)
                ui.element('div').classes('desk-spring')
                self._views = HistoryViewsRow(shell)
                with ui.element('div').classes('desk-history-actions'):
                    button(_('내보내기'), self._export, ButtonStyle.QUIET)
        self._bar: HistoryBar | None = None
        self._category: CategoryFilter | None = None

    async def open(self) -> None:
        """Draw the contacts that the address asks for, and follow the address."""
        with self._side:  # before any await: NiceGUI must know these paths
            self._route = ui.sub_pages(
                {'/': self._at_list, '/{contact_id}': self._at_contact}, show_404=False
            )
        current_screen.mark(self._side, CONTACT)
        choices: Choices = await self.still(self._services.history.choices(self._agent))
        with self._bar_place:
            self._bar = HistoryBar(choices, self._choose)
            if choices.categories:
                self._category = CategoryFilter(
                    self._shell, choices.categories, self._choose_category
                )
        if self._wanted is not None:
            self._show_filter(self._wanted)
        await self._views.load()

    # ---- the address

    async def _at_list(self, args: PageArguments) -> None:
        self._opened, self._contact = None, None
        self._table.choose(None)
        self._side.classes(remove='desk-history-opened')
        self._shell.keys.use(self.keys)
        await self._show(_reading(args))

    async def _at_contact(self, contact_id: str, args: PageArguments) -> None:
        self._shell.keys.use(self.keys)
        self._side.classes('desk-history-opened')
        reading = _reading(args)
        self.start(self._show(reading))
        await notices.in_place(lambda: self._draw_contact(contact_id, reading.filter), back=HISTORY)

    async def _draw_contact(self, given: str, wanted: HistoryFilter) -> None:
        contact_id = id_in(given, error_key='history.not_found')
        self._opened = contact_id
        self._table.choose(contact_id)
        back = f'{HISTORY}?{wanted.query}' if wanted.query else HISTORY
        current_screen.act_on(CONTACT)
        self._contact = contact = HistoryContact(
            self._shell, contact_id, text=wanted.text, back=back
        )
        try:
            await contact.still(contact.open())
        except DeskError:
            contact.delete()
            self._contact = None
            raise
        ui.run_javascript('document.getElementById("history-contact")?.focus()')

    async def _show(self, reading: Reading) -> None:
        """Show the contacts of a filter, unless they are shown already."""
        if reading.filter == self._wanted:
            return
        self._wanted = reading.filter
        self._views.show(reading.filter)
        self._show_filter(reading.filter)
        if reading.ignored:
            names = ', '.join(_field_names()[name] for name in reading.ignored)
            ui.notify(
                _('주소에서 알아볼 수 없는 조건은 뺐습니다: {names}', names=names),
                type='warning',
                position='top',
            )
        self._say_hits(None)
        await self.still(self._table.show(reading.filter))
        await self._estimate()

    def _show_filter(self, wanted: HistoryFilter) -> None:
        if self._bar is not None:
            self._bar.show(wanted)
        if self._category is not None:
            self._category.show(wanted.category_id)

    # ---- opening contacts and choosing filters

    def _choose_category(self, category_id: UUID | None) -> None:
        self._choose(replace(self._wanted or EVERYTHING, category_id=category_id))

    def _choose(self, wanted: HistoryFilter) -> None:
        ui.navigate.to(f'{HISTORY}?{wanted.query}' if wanted.query else HISTORY)

    def _open(self, contact_id: UUID) -> None:
        ui.navigate.to(self._address(contact_id))

    def _address(self, contact_id: UUID) -> str:
        query = self._wanted.query if self._wanted else ''
        return f'{HISTORY}/{contact_id}?{query}' if query else f'{HISTORY}/{contact_id}'

    def _step(self, step: int) -> None:
        """Replace the open contact by the next one; going back once still leads to the list."""
        contact_id = self._table.neighbour(step)
        if contact_id is None or contact_id == self._opened:
            return
        if self._opened is None:
            self._open(contact_id)
            return
        self._shell.set_address(self._address(contact_id))
        self._route.refresh()

    def _close(self) -> None:
        if self._opened is not None:
            query = self._wanted.query if self._wanted else ''
            ui.navigate.to(f'{HISTORY}?{query}' if query else HISTORY)

    async def _step_found(self, step: int) -> None:
        if self._contact is not None:
            await self._contact.step_found(step)

    def _find(self) -> None:
        if self._bar is not None:
            self._bar.focus()

    def _export(self) -> None:
        if self._wanted is not None:
            export_dialog(self._shell, self._wanted, self._hits)

    def _make_keys(self) -> Keys:
        keys = Keys()
        keys.add('KeyJ', 'J', _('다음 이력'), lambda: self._step(1))
        keys.add('KeyK', 'K', _('이전 이력'), lambda: self._step(-1))
        keys.add('KeyF', 'F', _('이력에서 찾기'), self._find)
        keys.add('KeyN', 'N', _('다음 찾은 곳'), lambda: self._step_found(1))
        keys.add('KeyP', 'P', _('앞의 찾은 곳'), lambda: self._step_found(-1))
        keys.add('Escape', 'Esc', _('목록으로'), self._close)
        return keys

    # ---- the number of contacts

    async def _estimate(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        try:
            hits = await self.still(self._services.history.estimated(self._agent, wanted))
        except DeskError:
            return  # the table shows the error; the number is unknown
        if wanted == self._wanted:
            self._say_hits(hits)

    async def _count_exactly(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        self._said.set_inside(filled('{text}', text=_('세고 있습니다')))
        hits = self._hits
        try:
            hits = await self.still(self._services.history.exact(self._agent, wanted))
        except DeskError as error:
            notices.tell(error)
        if wanted == self._wanted:
            self._say_hits(hits)

    def _say_hits(self, hits: Hits | None) -> None:
        self._hits = hits
        self._said.set_inside(filled('{text}', text=hits_text(hits) if hits else ''))
        self._exactly.set_visibility(hits is not None and hits.precision is Precision.ABOUT)


def hits_text(hits: Hits) -> str:
    """Return the number of contacts in words: exact, estimated, or at least."""
    number = f'{_rounded(hits):,}'
    return {
        Precision.EXACT: _('{number}건', number=number),
        Precision.ABOUT: _('약 {number}건', number=number),
        Precision.AT_LEAST: _('{number}건 이상', number=number),
    }[hits.precision]


def _rounded(hits: Hits) -> int:
    """Round an estimate to two significant digits."""
    if hits.precision is not Precision.ABOUT:
        return hits.number
    return round(hits.number, 2 - len(str(hits.number)))


def _reading(args: PageArguments) -> Reading:
    return read_filter(dict(args.query_parameters))


def _field_names() -> dict[str, str]:
    names = (
        _('기간'),
        _('시작일'),
        _('종료일'),
        _('상담원'),
        _('부서'),
        _('채널'),
        _('상태'),
        _('중요도'),
        _('상담 분류'),
        _('후속 조치 필요'),
        _('고객 감정'),
        _('만족도'),
        _('라벨'),
        _('검색어'),
    )
    return dict(zip(FIELDS, names, strict=True))
