"""Who the chat is with: the record's card once an agent linked it, candidates before, and earlier chats in place."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from models import Customer, CustomerStatus, CustomerType, RiskLevel, Sender
from pages import notices
from pages.component import Component
from pages.locale import _
from pages.parts import times
from pages.parts.buttons import button
from pages.parts.markup import Piece, filled
from pages.parts.personal import Veil
from pages.parts.transcript import MessagePages, Transcript
from pages.seat import Seat
from services.chat_events import ChatCard, ChatEvent, ChatMessage, chat_topic
from services.customers import Acquaintance
from services.personal_data import holds, masked_email, masked_phone


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
        self.listen(chat_topic(self._chat_id), self._hear)
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
            else:
                self._strangers(chat, known)

    def _hear(self, event: object) -> None:
        if isinstance(event, ChatEvent) and event.chat.customer_id != self._customer_id:
            self.start(self._draw())

    def _card(self, customer: Customer, *, is_whole: bool) -> None:
        kinds = {CustomerType.INDIVIDUAL: _('개인'), CustomerType.CORPORATE: _('법인')}
        Piece(inside=filled('<h2>{name}</h2>', name=customer.name)).classes('desk-customer-name')
        with ui.element('div').classes('desk-tags'):
            Piece('span', inside=filled('{kind}', kind=kinds[customer.customer_type])).classes(
                'desk-tag'
            )
            for word in _warnings(customer):
                Piece('span', inside=filled('{word}', word=word)).classes(
                    'desk-tag desk-tag-danger'
                )
        with Veil(self._seat, customer, is_whole=is_whole) as veil:
            with ui.element('dl').classes('desk-facts'):
                veil.phones(
                    customer.phone, *customer.other_phones, form=partial(_fact, _('전화번호'))
                )
                veil.email(customer.email, form=partial(_fact, _('이메일')))
                contacts = _(
                    '채팅 {chats}회 · 통화 {calls}회',
                    chats=customer.total_chats,
                    calls=customer.total_calls,
                )
                Piece(inside=_fact(_('상담'), contacts))
                Piece(inside=_fact(_('등록일'), times.date(customer.created_at)))
            veil.eye()

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
                        '<b>{name}</b><span class="desk-sub">{email}</span>',
                        name=customer.name,
                        email=masked_email(customer.email) or masked_phone(customer.phone),
                    )
                )
                button(_('연결'), partial(self._do, self._link, customer))
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
        with place, ui.element('div').classes('desk-earlier-transcript') as self._opened:
            transcript = Transcript(
                self._pages(chat.id), own=Sender.AGENT, writer=_nobody, label=_('이전 상담 내용')
            )
        await transcript.load()

    def _pages(self, chat_id: UUID) -> MessagePages:
        async def before(number: int | None, limit: int) -> list[ChatMessage]:
            return await self._services.chats.transcript(
                self._agent, chat_id, before=number, limit=limit
            )

        async def after(number: int) -> list[ChatMessage]:
            return await self._services.chats.messages_after(self._agent, chat_id, number)

        return MessagePages(before=before, after=after)

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


def _fact(name: str, value: str | Markup) -> Markup:
    return filled('<dt>{name}</dt><dd>{value}</dd>', name=name, value=value)


def _nobody(_message: ChatMessage) -> str:
    return ''


def _warnings(customer: Customer) -> list[str]:
    statuses: dict[CustomerStatus, Callable[[], str]] = {
        CustomerStatus.BLOCKED: lambda: _('차단'),
        CustomerStatus.INACTIVE: lambda: _('휴면'),
    }
    risks: dict[RiskLevel, Callable[[], str]] = {
        RiskLevel.HIGH: lambda: _('주의 높음'),
        RiskLevel.MEDIUM: lambda: _('주의'),
    }
    words = [statuses.get(customer.status), risks.get(customer.risk_level)]
    return [word() for word in words if word is not None]


def _earlier_row(chat: ChatCard) -> Markup:
    return filled(
        '<span class="desk-row-line"><span>{department}</span><time title="{full}">{short}</time></span>'
        '<span class="desk-row-last">{last}</span>',
        department=chat.department,
        full=times.full(chat.start_time),
        short=times.short(chat.start_time),
        last=chat.last_line,
    )
