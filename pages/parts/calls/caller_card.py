"""발신 고객: the caller of a ringing call, found by number: one customer, several who share the number, or none."""

from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from models import Customer
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.calls.phone_state import Call
from pages.parts.calls.words import caller_name
from pages.parts.customers.badges import all_badges
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.times import moment
from services.customers.timeline import TimelineEntry, TimelineKind
from services.text.phone_numbers import parse_phone

MOST_CUSTOMERS = 5
MOST_ENTRIES = 4
MOST_ATTRIBUTES = 8
SHOWN = frozenset({TimelineKind.CHAT, TimelineKind.CALL, TimelineKind.NOTE})
LINE_CHARS = 80


class CallerCard(Component):
    """The caller's card: the call, and the customers with its number."""

    def __init__(self, context: PageContext, call: Call) -> None:
        super().__init__(context.services.topics)
        self.call_id = call.id
        self._context, self._call = context, call
        self._found: list[UUID] = []
        self.classes('desk-offer desk-caller').props('role=region')
        self.props['aria-label'] = _('발신 고객')
        with self:
            head = filled('<b>{who}</b> <span class="desk-tag">{queue}</span>', who=caller_name(call), queue=call.queue)  # fmt: skip
            Piece(inside=head)
            Piece('dl', inside=_attributes(call)).classes('desk-caller-attributes')
            self._people = ui.element('div').classes('desk-caller-people')
            self._people.props('aria-live=polite')
            with ui.element('div').classes('desk-offer-acts'):
                button(_('닫기'), self.delete, ButtonStyle.QUIET)
        self.start(notices.in_place(self._read))

    def open_first(self) -> None:
        """Open the first customer on the card."""
        if self._found:
            self._open(self._found[0])

    def _open(self, customer_id: UUID) -> None:
        ui.navigate.to(f'/desk/customers/{customer_id}')

    async def _read(self) -> None:
        number = parse_phone(self._call.number)
        found: list[Customer] = []
        if number is not None:
            lookup = self._context.services.phone_lookup
            found = await self.still(lookup.customers(number, limit=MOST_CUSTOMERS))
        self._found = [customer.id for customer in found]
        with self._people:
            if not found:
                ui.label(_('이 번호의 고객이 없습니다.')).classes('desk-sub')
            elif len(found) > 1:
                ui.label(_('이 번호를 쓰는 고객이 {count}명입니다.').format(count=len(found)))
            for customer in found:
                self._draw(customer)
        for customer in found[:2]:
            await self.still(self._read_past(customer))

    def _draw(self, customer: Customer) -> None:
        with ui.element('div').classes('desk-caller-person') as place:
            Piece(inside=filled('<b>{name}</b> {badges} <span class="desk-sub">{code}</span>', name=customer.name, badges=all_badges(customer), code=customer.code))  # fmt: skip
            past = Piece('ul')
            past.props['data-customer'] = str(customer.id)
            is_first = customer.id == self._found[0]
            text = _('고객 열기 (Shift + L)') if is_first else _('고객 열기')
            opens = button(text, partial(self._open, customer.id))
            opens.props['aria-label'] = f'{customer.name} {_("고객 열기")}'
        place.props['data-customer'] = str(customer.id)

    async def _read_past(self, customer: Customer) -> None:
        timeline = self._context.services.customer_timeline
        try:
            page = await self.still(
                timeline.page(self._context.agent, customer.id, kinds=SHOWN, limit=MOST_ENTRIES)
            )
        except DeskError:  # merged or deleted while the call rang
            return
        lines = Markup().join(_line(entry) for entry in page.entries)
        for piece in self._people.descendants():
            if isinstance(piece, Piece) and piece.props.get('data-customer') == str(customer.id):
                piece.set_inside(lines)


def _attributes(call: Call) -> Markup:
    """Return the attributes that the contact flow set on the call."""
    shown = list(call.attributes.items())[:MOST_ATTRIBUTES]
    return Markup().join(
        filled('<dt>{name}</dt><dd>{value}</dd>', name=name, value=value[:LINE_CHARS])
        for name, value in shown
    )


def _line(entry: TimelineEntry) -> Markup:
    kind, said = _('통화'), ''
    if entry.chat is not None:
        kind, said = _('채팅'), entry.chat.last_line
    elif entry.note is not None:
        kind, said = _('메모'), entry.note.text
    elif entry.wrap_up is not None:
        said = entry.wrap_up.summary
    return filled(
        '<li><time>{at}</time> <span class="desk-tag">{kind}</span> {said}</li>',
        at=moment(entry.at, language()),
        kind=kind,
        said=said[:LINE_CHARS],
    )
