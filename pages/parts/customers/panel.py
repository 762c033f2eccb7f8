"""The customer of a chat: candidates until an agent links a record, then the record's card and earlier chats."""

from collections.abc import Awaitable
from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError, NotFoundError
from desk.events import Resync
from models import Customer, CustomerStatus
from pages import notices
from pages.component import Component, still
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers import card as customer_card
from pages.parts.customers import linking
from pages.parts.customers.attachments import CustomerFilesPart
from pages.parts.customers.contact_access import ContactAccess
from pages.parts.customers.personal import MaskedFields
from pages.parts.customers.promised import PromisedHere
from pages.parts.customers.restriction import restriction_act
from pages.parts.customers.search_box import CustomerSearchBox
from pages.parts.customers.where_from import WhereFrom
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled, linked
from pages.parts.transcript.earlier_chat import EarlierChat
from services.chats.events import ChatCard, ChatEvent, chat_topic
from services.customers.events import EVERY_CUSTOMER, CustomerChanged
from services.customers.linking import CustomerOfChat
from services.customers.timeline import TimelineEntry, TimelineKind
from services.widget.widget import SOURCE

FEW_NOTES = 2
READ_SECONDS = 0.2


class CustomerPanel(Component):
    """The customer of one chat."""

    def __init__(self, context: PageContext, chat_id: UUID) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-customer')
        self._context = context
        self._services = context.services
        self._agent = context.agent
        self._chat_id = chat_id
        self._customer_id: UUID | None = None
        self._access = ContactAccess(self, context)
        self._opened: EarlierChat | None = None
        self._drawn: object = None

    async def open(self) -> None:
        """Draw the customer, and redraw when an agent links a record. Raises ``NotFoundError``."""
        self.listen([chat_topic(self._chat_id), EVERY_CUSTOMER], self._hear, draws=False)
        self._access.listen()
        await self._draw()

    async def refresh(self) -> None:
        """Apply the reader's changed rights; nothing once the reader may not see the chat: its place shows the error."""
        try:
            await self._draw()
        except NotFoundError:
            self.clear()
        except DeskError:  # the shown card may be out of date; the badge says so
            return

    async def _draw(self) -> None:
        known = await self.still(
            self._services.customers.customer_of_chat(self._agent, self._chat_id)
        )
        await self.still(self._access.learn([known.customer.id] if known.customer else []))
        chat, self._customer_id = known.chat, known.chat.customer_id
        if self._drawn != (drawn := _drawn_of(chat, known)):  # else typed text stays
            self._drawn, self._opened = drawn, None
            self._draw_panel(chat, known)
        if known.customer is not None:
            self.start(self._learn_more(known.customer))

    def _draw_panel(self, chat: ChatCard, known: CustomerOfChat) -> None:
        self.clear()
        with self:
            if chat.source == SOURCE:
                WhereFrom(self._context, chat.id)
            if known.customer is not None:
                self._card(known.customer)
                PromisedHere(self._context, chat.id, known.customer.id)
                if self._services.customer_attachments.are_on:
                    CustomerFilesPart(self._context, known.customer.id)
                self._earlier(known)
            else:
                self._strangers(chat, known)
                PromisedHere(self._context, chat.id, None)

    def _hear(self, event: object) -> None:
        is_linked = isinstance(event, ChatEvent) and event.chat.customer_id != self._customer_id
        is_theirs = isinstance(event, CustomerChanged) and event.customer_id == self._customer_id
        if is_linked or is_theirs or isinstance(event, Resync):
            self.within(READ_SECONDS, self.refresh)

    def _card(self, customer: Customer) -> None:
        customer_card.heading(customer)
        if customer.status is CustomerStatus.BLOCKED:
            _blocked(_('차단된 고객입니다. 채팅을 시작하거나 메시지를 보낼 수 없습니다.'))
        way = Piece('a', inside=filled('{text}', text=_('고객 화면 열기')))
        way.props['href'] = f'/desk/customers/{customer.id}'
        customer_card.facts(self._context, customer, self._access)
        button(_('연결 해제'), partial(self._unlink, customer), ButtonStyle.QUIET).classes(
            'desk-unlink'
        )
        if (act := restriction_act(self._context, customer)) is not None:
            button(*act, ButtonStyle.QUIET).classes('desk-unlink')
        self._more = ui.element('div').classes('desk-person-record')

    async def _learn_more(self, customer: Customer) -> None:
        """Show the newest notes in short, and that there may be a duplicate."""
        place = self._more
        try:
            notes = await still(
                place,
                self._services.customer_timeline.page(
                    self._agent, customer.id, kinds={TimelineKind.NOTE}, limit=FEW_NOTES
                ),
            )
            alike = await still(
                place, self._services.customer_duplicates.suggestions(self._agent, customer.id)
            )
        except DeskError:  # the card itself is shown
            return
        place.clear()
        with place:
            if alike:
                Piece(inside=_alike(customer, len(alike))).classes('desk-duplicates')
            for entry in notes.entries:
                Piece(inside=_note(entry)).classes('desk-memo')

    def _strangers(self, chat: ChatCard, known: CustomerOfChat) -> None:
        Piece(inside=filled('<h2>{name}</h2>', name=chat.visitor_name)).classes(
            'desk-customer-name'
        )
        with (
            MaskedFields(self._context, chat, self._access) as masked_fields,
            ui.element('div').classes('desk-veiled'),
        ):
            masked_fields.phones(chat.visitor_phone).classes('desk-sub')
            masked_fields.reveal_button()
            masked_fields.dialling(chat.visitor_phone)
        ui.label(_('아직 확인되지 않은 고객입니다. 본인 확인 뒤 고객 정보와 연결하세요.')).classes(
            'desk-hint'
        )
        if any(one.status is CustomerStatus.BLOCKED for one in known.candidates):
            _blocked(
                _(
                    '차단된 고객의 전화번호입니다. 이 번호로는 채팅을 시작하거나 메시지를 보낼 수 없습니다.'
                )
            )
        for customer in known.candidates:
            with ui.element('div').classes('desk-candidate'):
                Piece(inside=linking.candidate(chat, customer))
                button(_('연결'), partial(self._link, chat, customer))
        CustomerSearchBox(
            self._context,
            placeholder=_('연결할 고객 검색'),
            choose=partial(self._link_found, chat),
        )
        button(_('새 고객으로 등록'), self._register)

    def _earlier(self, known: CustomerOfChat) -> None:
        ui.label(_('이전 상담')).classes('desk-section').props('role=heading aria-level=3')
        if not known.earlier and not known.elsewhere:
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
        if known.elsewhere:
            ui.label(customer_card.elsewhere(known.elsewhere)).classes('desk-hint')

    async def _toggle(self, row: Piece, place: ui.element, chat: ChatCard) -> None:
        """Open an earlier chat's transcript under its row, or close it; one is open at a time."""
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
        self._opened = EarlierChat(place, self._context, chat.id)
        await self._opened.load()

    async def _link_found(self, chat: ChatCard, customer_id: UUID) -> None:
        try:
            customer = await self.still(
                self._services.customer_records.customer(self._agent, customer_id)
            )
        except DeskError as error:
            notices.tell(error)
            return
        await self._link(chat, customer)

    async def _link(self, chat: ChatCard, customer: Customer) -> None:
        if await self._context.still(linking.ask_to_link(self._context, chat, customer)):
            link = self._services.customers.link(self._agent, self._chat_id, customer.id)
            await self._done(link, _('고객 정보를 연결했습니다'))

    async def _unlink(self, customer: Customer) -> None:
        if await self._context.still(linking.ask_to_unlink(self._context, customer)):
            unlink = self._services.customers.unlink(self._agent, self._chat_id)
            await self._done(unlink, _('고객 정보의 연결을 해제했습니다'))

    async def _register(self) -> None:
        register = self._services.customers.register(self._agent, self._chat_id)
        await self._done(register, _('새 고객으로 등록했습니다'))

    async def _done(self, act: Awaitable[object], said: str) -> None:
        """Await an action and show its success or its error."""
        try:
            await self._context.still(act)
        except DeskError as error:
            notices.tell(error)
        else:
            notices.done(said)


def _blocked(why: str) -> None:
    """Return the notice that the customer is blocked, with the reason."""
    ui.label(why).classes('desk-hint desk-blocked').props('role=note')


def _drawn_of(chat: ChatCard, known: CustomerOfChat) -> object:
    """Return all values that the panel is drawn from: while they are equal, nothing is redrawn."""
    people = [known.customer, *known.candidates]
    return (
        chat.customer_id,
        [(one.id, one.version) for one in people if one],
        [(one.id, one.version) for one in known.earlier],
        known.elsewhere,
    )


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
