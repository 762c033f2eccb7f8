"""The history as a dense table, newest first. A page of rows is one element; a window of pages is kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk import clock
from desk.errors import DeskError
from models import Priority
from pages.component import Component, busy
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.customers.badges import badges
from pages.parts.customers.contact_access import ContactAccess
from pages.parts.customers.written import category_path
from pages.parts.history.found_line import found_line
from pages.parts.history.sheet import CHANNELS, PRIORITIES, STATES
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.label_chips import chips
from pages.parts.kit.markup import Piece, filled
from pages.parts.transcript.tones import mood_tag
from services.calls.dial_rules import DialPurpose
from services.contacts.category_names import BETWEEN
from services.contacts.wrap_up_view import WrapUpView
from services.customers.personal_data import masked_phone
from services.customers.warnings import warnings_of
from services.history.contact import Contact
from services.history.filter import Channel, ContactState, HistoryFilter
from services.history.history import MEANT, HistoryPage
from services.search.messages import is_searchable
from services.work.cursors import Position

MAX_PAGES = 6
"""Pages of rows that are drawn; further pages replace the first."""
ICONS = {Channel.CHAT: 'chat_bubble_outline', Channel.CALL: 'call'}
# A press anywhere in a row opens it; its link also opens it in another tab, its telephone calls the customer.
ROW_OF_CLICK = (
    '(event) => { const row = event.target.closest("[data-id]");'
    ' const dials = Boolean(event.target.closest("[data-dial]"));'
    ' if (row && !event.target.closest("a")) emit({ id: row.dataset.id, dials }) }'
)


@dataclass(frozen=True, slots=True)
class _Rows:
    """One page of rows: its element, its contacts, and its start."""

    piece: Piece
    contacts: tuple[Contact, ...]
    begin: Position | None

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The ids of its contacts, from the top."""
        return tuple(one.id for one in self.contacts)


class HistoryTable(Component):
    """One table of contacts."""

    def __init__(
        self,
        context: PageContext,
        *,
        on_open: Callable[[UUID], None],
        address: Callable[[UUID], str],
    ) -> None:
        """Draw the empty table.

        Args:
            context: the page.
            on_open: called when a row is pressed.
            address: returns the address of a contact.
        """
        super().__init__(context.services.topics)
        self.classes('desk-history-list')
        self._context = context
        self._services, self._agent = context.services, context.agent
        self._on_open, self._address = on_open, address
        self.wanted: HistoryFilter | None = None
        self._pages: list[_Rows] = []
        self._before: list[Position | None] = []
        self._next: Position | None = None
        self._chosen: UUID | None = None
        self._is_narrow = True
        self._access = ContactAccess(self, context)
        self._access.listen()
        self._access.follow(self, self._draw_numbers)
        with self:
            self._top = ui.element('div').classes('desk-list-foot')
            with ui.element('table').classes('desk-table desk-history-table') as self._grid:
                self._grid.props['aria-label'] = _('이력')
                Piece('thead', inside=_head())
            self._foot = ui.element('div').classes('desk-list-foot')
        self._grid.on('click', self._press, js_handler=ROW_OF_CLICK)

    async def show(self, wanted: HistoryFilter) -> None:
        """Show the newest contacts of a filter. Raises nothing: errors are shown in the table."""
        self.wanted = wanted
        busy(self._grid, is_busy=True)
        try:
            page = await self.still(self._services.history.page(self._agent, wanted))
            await self.still(self._learn_access(page.contacts))
        except DeskError as error:
            if wanted is self.wanted:
                self._start_over()
                self._say_why(error)
            return
        finally:
            if wanted is self.wanted:
                busy(self._grid, is_busy=False)
        if wanted is self.wanted:  # else another filter was chosen meanwhile
            self._start_over()
            self._append(page, None)
            self._draw_ends()

    def choose(self, contact_id: UUID | None) -> None:
        """Mark the contact that is open beside the table."""
        before, self._chosen = self._chosen, contact_id
        for page in self._pages:
            for one in page.ids:
                if one in (before, contact_id):
                    _mark(page.piece, one, is_chosen=one == contact_id)

    def neighbour(self, step: int) -> UUID | None:
        """Return the contact ``step`` rows from the chosen one (the first, when none is chosen)."""
        ids = [one for page in self._pages for one in page.ids]
        if not ids:
            return None
        if self._chosen not in ids:
            return ids[0]
        return ids[max(0, min(len(ids) - 1, ids.index(self._chosen) + step))]

    async def _more(self) -> None:
        begin, wanted = self._next, self.wanted
        if begin is None or wanted is None:
            return
        page = await self.still(self._services.history.page(self._agent, wanted, before=begin))
        await self.still(self._learn_access(page.contacts))
        if wanted is not self.wanted or begin != self._next:
            return
        self._append(page, begin)
        while len(self._pages) > MAX_PAGES:
            gone = self._pages.pop(0)
            self._before.append(gone.begin)
            gone.piece.delete()
        self._draw_ends()

    async def _earlier_rows(self) -> None:
        """Bring back the page that was removed at the top; the last page is removed instead."""
        begin, wanted = self._before[-1], self.wanted
        if wanted is None:
            return
        page = await self.still(self._services.history.page(self._agent, wanted, before=begin))
        await self.still(self._learn_access(page.contacts))
        if wanted is not self.wanted or not self._before or begin != self._before[-1]:
            return
        self._before.pop()
        self._pages.insert(0, self._draw(page, begin, at=1))
        gone = self._pages.pop()
        self._next = gone.begin
        gone.piece.delete()
        self._draw_ends()

    async def _learn_access(self, contacts: list[Contact]) -> None:
        """Read for which of these and the shown contacts the reader may see numbers unmasked."""
        standing = (one for page in self._pages for one in page.contacts)
        await self._access.learn(one.customer.id for one in (*contacts, *standing) if one.customer)

    # ---- drawing

    def _start_over(self) -> None:
        for page in self._pages:
            page.piece.delete()
        self._pages.clear()
        self._before.clear()
        self._next = None
        for end in (self._top, self._foot):
            end.clear()
        ui.run_javascript('document.querySelector(".desk-history-list")?.scrollTo(0, 0)')

    def _append(self, page: HistoryPage, begin: Position | None) -> None:
        if page.contacts:
            self._pages.append(self._draw(page, begin))
        self._next = page.next
        self._is_narrow = page.is_narrow

    def _draw(self, page: HistoryPage, begin: Position | None, *, at: int | None = None) -> _Rows:
        with self._grid:
            piece = Piece('tbody', inside=self._rows_of(page.contacts))
        if at is not None:
            piece.move(target_index=at)
        return _Rows(piece, tuple(page.contacts), begin)

    def _rows_of(self, contacts: Iterable[Contact]) -> Markup:
        return Markup().join(
            _row(
                one,
                phone=self._number(one),
                address=self._address(one.id),
                is_chosen=one.id == self._chosen,
            )
            for one in contacts
        )

    def _number(self, contact: Contact) -> Markup:
        """Return a contact's number, masked; unmasked with a button that calls it."""
        if not self._sees(contact):
            return filled('{phone}', phone=masked_phone(contact.number))
        shown = times.phone(contact.number)
        if self._context.dial is None or not contact.number:
            return filled('{phone}', phone=shown)
        return filled('{phone} {dial}', phone=shown, dial=dial_button(shown))

    def _sees(self, contact: Contact) -> bool:
        if contact.customer is not None:
            return self._access.sees(contact.customer)
        return self._access.holds(contact.id, at_first=contact.shows_number(self._agent, ()))

    def _draw_numbers(self) -> None:
        for page in self._pages:
            page.piece.set_inside(self._rows_of(page.contacts))

    def _draw_ends(self) -> None:
        for end in (self._top, self._foot):
            end.clear()
        if self._before:
            with self._top:
                button(_('앞의 이력 보기'), self._earlier_rows, ButtonStyle.QUIET)
        with self._foot:
            if not self._pages:
                ui.label(self._nothing()).classes('desk-empty')
            elif self._next is not None:
                button(_('더 보기'), self._more, ButtonStyle.QUIET)
            if not self._is_narrow:
                ui.label(
                    _(
                        '맞는 고객이 많아 최근 {count}명의 상담만 찾았습니다. 더 입력하면 좁혀집니다.',
                        count=MEANT,
                    )
                ).classes('desk-empty')

    def _nothing(self) -> str:
        if self.wanted is None or self.wanted.is_everything:
            return _('아직 상담이 없습니다.')
        if self.wanted.text and not is_searchable(self.wanted.text):
            return _('맞는 고객이 없습니다. 대화 내용은 두 글자부터 찾습니다.')
        return _('조건에 맞는 이력이 없습니다. 기간을 넓히거나 조건을 지워 보세요.')

    def _say_why(self, error: DeskError) -> None:
        with self._foot, ui.element('div').classes('desk-empty').props('role=alert'):
            if error.key == 'database.slow':
                ui.label(_('너무 많아 찾는 데 오래 걸립니다. 기간이나 조건을 좁혀 주세요.'))
            else:
                ui.label(_('이력을 불러오지 못했습니다.'))
                ui.label(sentence(language(), error))
            button(_('다시 시도'), self._again)

    async def _again(self) -> None:
        if self.wanted is not None:
            await self.show(self.wanted)

    async def _press(self, event: GenericEventArguments) -> None:
        pressed = event.args if isinstance(event.args, dict) else {}
        shown = (one for page in self._pages for one in page.contacts)
        contact = next((one for one in shown if str(one.id) == pressed.get('id')), None)
        if contact is None:
            return
        if not pressed.get('dials'):
            self._on_open(contact.id)
        elif self._context.dial is not None and self._sees(contact):
            await self._context.dial(contact.number, DialPurpose.SERVICE)


def dial_button(shown: str) -> Markup:
    """Return the button of a row that calls its number."""
    return filled(
        '<button type="button" class="desk-row-dial" data-dial aria-label="{text}" title="{text}">'
        '<i class="material-icons" aria-hidden="true">call</i></button>',
        text=_('전화 {number}', number=shown),
    )


def state_tag(state: ContactState) -> Markup:
    """Return a state as a coloured word."""
    return filled(
        '<span class="desk-tag desk-state" data-state="{state}">{word}</span>',
        state=state,
        word=_(STATES[state]),
    )


def priority_tag(priority: Priority) -> Markup:
    """Return a priority as a word; nothing for the usual one."""
    if priority is Priority.MEDIUM:
        return Markup()
    is_high = priority in {Priority.HIGH, Priority.URGENT}
    return filled(
        '<span class="desk-tag{look}">{word}</span>',
        look=' desk-tag-danger' if is_high else '',
        word=_(PRIORITIES[priority]),
    )


def channel_icon(channel: Channel) -> Markup:
    """Return a channel as an icon with its name."""
    return filled(
        '<i class="material-icons desk-channel" role="img" aria-label="{name}" title="{name}">{icon}</i>',
        name=_(CHANNELS[channel]),
        icon=ICONS[channel],
    )


def length(contact: Contact) -> str:
    """Return the talking time: ``4:50``, ``1:02:03``; empty while the contact is open, or when nobody answered."""
    return times.length(contact.length) if contact.length is not None else ''


def category_mark(wrap_up: WrapUpView) -> Markup:
    """Return a contact's category: the last name of the path, the whole path on hover, and the follow-up mark."""
    path = category_path(wrap_up)
    follow_up = filled(
        '<i class="material-icons desk-follow-up" role="img" aria-label="{name}" title="{name}">flag</i>',
        name=_('후속 조치 필요'),
    )
    return filled(
        '{mark}<span title="{path}">{name}</span>',
        mark=follow_up if wrap_up.needs_follow_up else '',
        path=path,
        name=path.rpartition(BETWEEN)[2],
    )


def _mark(page: Piece, contact_id: UUID, *, is_chosen: bool) -> None:
    bare, current = _marks(contact_id)
    inside = page.inside.replace(current, bare)
    page.set_inside(inside.replace(bare, current) if is_chosen else inside)


def _marks(contact_id: UUID) -> tuple[Markup, Markup]:
    """Return the attributes of a row that is not open, and of the open one."""
    return (
        filled('data-id="{id}" ', id=contact_id),
        filled('data-id="{id}" aria-current="true" ', id=contact_id),
    )


def _head() -> Markup:
    names = {
        'time': _('시작'), 'channel': _('채널'), 'name': _('고객'), 'state': _('상태'), 'agent': _('상담원'),
        'department': _('부서'), 'length': _('상담 시간'), 'category': _('상담 분류'), 'line': _('마지막 메시지'),
    }  # fmt: skip
    cells = Markup().join(
        filled('<th scope="col" class="desk-col-{key}">{name}</th>', key=key, name=name)
        for key, name in names.items()
    )
    return filled('<tr>{cells}</tr>', cells=cells)


def _row(contact: Contact, *, phone: Markup, address: str, is_chosen: bool) -> Markup:
    customer = contact.customer
    is_today = times.same_day(contact.start_time, clock.now())
    return filled(
        '<tr {mark}class="desk-history-row">'
        '<td class="desk-col-time"><time title="{full}">{day} <b>{hour}</b></time></td>'
        '<td class="desk-col-channel">{channel}</td>'
        '<td class="desk-col-name"><a href="{address}">{name}</a>{badges}<span class="desk-sub">{phone}</span></td>'
        '<td class="desk-col-state">{state}{priority}{tone}</td><td class="desk-col-agent">{agent}</td>'
        '<td class="desk-col-department">{department}</td><td class="desk-col-length">{length}</td>'
        '<td class="desk-col-category">{category}</td>'
        '<td class="desk-col-line" dir="auto">{line}</td></tr>',
        mark=_marks(contact.id)[is_chosen],
        full=times.full(contact.start_time),
        day='' if is_today else times.short(contact.start_time),
        hour=times.hour(contact.start_time),
        channel=channel_icon(contact.channel),
        address=address,
        name=contact.name or _('알 수 없는 고객'),
        badges=badges(warnings_of(customer)) if customer else Markup(),
        phone=phone,
        state=state_tag(contact.state),
        priority=priority_tag(contact.priority),
        tone=mood_tag(contact.mood),
        agent=contact.agent_name,
        department=_(contact.department),
        length=length(contact),
        category=category_mark(contact.wrap_up) if contact.wrap_up else '',
        line=chips(contact.labels) + _line(contact),
    )


def _line(contact: Contact) -> Markup | str:
    if contact.found is not None:
        return found_line(contact.found)
    return contact.last_line
