"""Who the chat is with: the record's card once an agent linked it, candidates before, and earlier chats in place."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from models import Customer
from pages import notices
from pages.component import Component
from pages.locale import _
from pages.parts import customer_card, dialog, times
from pages.parts.buttons import Look, button
from pages.parts.customer_badges import badges
from pages.parts.customer_search_box import CustomerSearchBox
from pages.parts.earlier_chat import open_under
from pages.parts.markup import Piece, filled, linked
from pages.parts.personal import Veil
from pages.seat import Seat
from services.chat_events import ChatCard, ChatEvent, chat_topic
from services.customer_events import EVERY_CUSTOMER, CustomerChanged
from services.customer_timeline import TimelineEntry, TimelineKind
from services.customer_warnings import warnings_of
from services.customers import Acquaintance
from services.personal_data import holds, masked_email, masked_phone

FEW_NOTES = 2
READ_SECONDS = 0.2


class CustomerPanel(Component):
    """The customer of one chat."""

    def __init__(self, seat: Seat, chat_id: UUID) -> None:
        super().__init__(seat.services.topics)
        self.classes('desk-customer')
        self._seat = seat
        self._services = seat.services
        self._agent = seat.agent
        self._chat_id = chat_id
        self._customer_id: UUID | None = None
        self._opened: ui.element | None = None

    async def open(self) -> None:
        """Draw who the chat is with, and draw it again when an agent links a record. Raises ``NotFoundError``."""
        self.listen([chat_topic(self._chat_id), EVERY_CUSTOMER], self._hear, draws=False)
        await self._draw()

    async def _draw(self) -> None:
        chat = await self._services.chats.chat(self._agent, self._chat_id)
        known = await self._services.customers.acquaintance(self._agent, self._chat_id)
        self._customer_id = chat.customer_id
        ids = [known.customer.id] if known.customer else []
        whole = await self._services.personal_data.sees_whole(self._agent, *ids)
        if self.is_deleted:  # while it was read
            return
        self.clear()
        with self:
            if known.customer is not None:
                self._card(known.customer, is_whole=bool(whole))
                self._earlier(known)
                self.start(self._learn_more(known.customer))
            else:
                self._strangers(chat, known)

    def _hear(self, event: object) -> None:
        is_linked = isinstance(event, ChatEvent) and event.chat.customer_id != self._customer_id
        is_theirs = isinstance(event, CustomerChanged) and event.customer_id == self._customer_id
        if is_linked or is_theirs:
            self.within(READ_SECONDS, self._draw)

    def _card(self, customer: Customer, *, is_whole: bool) -> None:
        customer_card.heading(customer)
        way = Piece('a', inside=filled('{text}', text=_('고객 화면 열기')))
        way.props['href'] = f'/desk/customers/{customer.id}'
        customer_card.facts(self._seat, customer, is_whole=is_whole)
        self._more = ui.element('div').classes('desk-person-record')

    async def _learn_more(self, customer: Customer) -> None:
        """Show briefly what colleagues wrote last, and that there may be a duplicate."""
        try:
            notes = await self._services.customer_timeline.page(
                self._agent, customer.id, kinds={TimelineKind.NOTE}, limit=FEW_NOTES
            )
            alike = await self._services.customer_duplicates.suggestions(self._agent, customer.id)
        except DeskError:  # the card itself is there
            return
        if self._more.is_deleted:
            return
        self._more.clear()
        with self._more:
            if alike:
                Piece(inside=_alike(customer, len(alike))).classes('desk-duplicates')
            for entry in notes.entries:
                Piece(inside=_note(entry)).classes('desk-memo')

    def _strangers(self, chat: ChatCard, known: Acquaintance) -> None:
        Piece(inside=filled('<h2>{name}</h2>', name=chat.visitor_name)).classes(
            'desk-customer-name'
        )
        veil = Veil(self._seat, chat, is_whole=holds(self._agent, chat))
        with veil, ui.element('div').classes('desk-veiled'):
            veil.phones(chat.visitor_phone).classes('desk-sub')
            veil.eye()
        ui.label(_('아직 확인되지 않은 고객입니다. 본인 확인 뒤 고객 정보와 연결하세요.')).classes(
            'desk-hint'
        )
        for customer in known.candidates:
            with ui.element('div').classes('desk-candidate'):
                Piece(
                    inside=filled(
                        '<b>{name}</b>{badges}<span class="desk-sub">{email}</span>',
                        name=customer.name,
                        badges=badges(warnings_of(customer)),
                        email=masked_email(customer.email) or masked_phone(customer.phone),
                    )
                )
                button(_('연결'), partial(self._do, self._link, customer))
        CustomerSearchBox(self._seat, placeholder=_('연결할 고객 검색'), choose=self._link_found)
        button(_('새 고객으로 등록'), partial(self._do, self._register))

    def _earlier(self, known: Acquaintance) -> None:
        ui.label(_('이전 상담')).classes('desk-section').props('role=heading aria-level=3')
        if not known.earlier:
            ui.label(_('이전 상담이 없습니다.')).classes('desk-hint')
        for chat in known.earlier:
            with ui.element('div').classes('desk-earlier') as place:
                row = (
                    Piece('button', inside=_earlier_row(chat))
                    .classes('desk-earlier-row')
                    .props('type=button aria-expanded=false')
                )
                row.on(
                    'click',
                    lambda row=row, place=place, chat=chat: self._toggle(row, place, chat),
                    args=[],
                )

    async def _toggle(self, row: Piece, place: ui.element, chat: ChatCard) -> None:
        """Open an earlier chat's transcript under its row, or close it; one at a time."""
        was_open = row.props.get('aria-expanded') == 'true'
        if self._opened is not None:
            self._opened.delete()
            self._opened = None
        for other in self.descendants():
            if isinstance(other, Piece) and other.props.get('aria-expanded') == 'true':
                other.props['aria-expanded'] = 'false'
        if was_open:
            return
        row.props['aria-expanded'] = 'true'
        self._opened = await open_under(place, self._seat, chat.id)

    async def _link_found(self, customer_id: UUID) -> None:
        """Ask once: whoever was found by a search was not shown beside the chat."""
        try:
            customer = await self._services.customer_records.customer(self._agent, customer_id)
        except DeskError as error:
            notices.tell(error)
            return
        with dialog.titled(self._seat.dialogs, _('이 상담과 연결할까요?')) as question:
            customer_card.heading(customer)
            ui.label(_('연결한 뒤에는 이 고객의 상담으로 남습니다. 본인인지 확인하세요.'))
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('연결'), lambda: question.submit(True), Look.PRIMARY).props('autofocus')
        if await question:
            await self._do(self._link, customer)

    async def _link(self, customer: Customer) -> None:
        await self._services.customers.link(self._agent, self._chat_id, customer.id)
        notices.done(_('고객 정보를 연결했습니다'))

    async def _register(self) -> None:
        await self._services.customers.register(self._agent, self._chat_id)
        notices.done(_('새 고객으로 등록했습니다'))

    async def _do(self, act: Callable[..., Awaitable[None]], *given: Customer) -> None:
        try:
            await act(*given)
        except DeskError as error:
            notices.tell(error)


def _alike(customer: Customer, count: int) -> Markup:
    return filled(
        '<a href="/desk/customers/{id}">{text}</a>',
        id=customer.id,
        text=_('같은 고객일 수 있는 기록이 {count}건 있습니다', count=count),
    )


def _note(entry: TimelineEntry) -> Markup:
    return filled(
        '<span class="desk-sub">{who} · {when}</span><br>{text}',
        who=entry.agent_name,
        when=times.short(entry.at),
        text=linked(entry.note.text if entry.note else ''),
    )


def _earlier_row(chat: ChatCard) -> Markup:
    return filled(
        '<span class="desk-row-line"><span>{department}</span><time title="{full}">{short}</time></span>'
        '<span class="desk-row-last">{last}</span>',
        department=_(chat.department),
        full=times.full(chat.start_time),
        short=times.short(chat.start_time),
        last=chat.last_line,
    )
