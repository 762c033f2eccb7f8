"""One contact beside the history: who, when, with whom, and what was said, at the line that was looked for."""

from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from models import CallDirection, Sender
from pages.component import Component
from pages.locale import _
from pages.parts import times
from pages.parts.customer_badges import all_badges
from pages.parts.history_sheet import CHANNELS, ENDINGS
from pages.parts.history_table import length, priority_tag, state_tag
from pages.parts.markup import Piece, filled
from pages.parts.personal import Veil
from pages.parts.transcript import MessagePages, Transcript
from pages.seat import Seat
from services.chat_events import ChatMessage, MessageAdded, chat_topic
from services.history import Contact
from services.history_filter import Channel, ContactState
from services.message_search import words_of
from services.personal_data import masked_phone


class HistoryContact(Component):
    """One contact, opened in place."""

    def __init__(self, seat: Seat, contact_id: UUID, *, text: str, back: str) -> None:
        """Draw nothing yet.

        Args:
            seat: who looks.
            contact_id: at what.
            text: what was looked for: it is marked, and the first place is brought into sight.
            back: the address of the list.
        """
        super().__init__(seat.services.topics, 'section')
        self.classes('desk-history-contact')
        self.props['aria-label'] = _('상담 내용')
        self._seat = seat
        self._services, self._agent = seat.services, seat.agent
        self._contact_id = contact_id
        self._sought, self._back = text, back
        self._transcript: Transcript | None = None
        self._numbers: list[int] = []
        self._at = 0

    async def open(self) -> None:
        """Draw it. Raises ``NotFoundError``."""
        history = self._services.history
        contact = await history.contact(self._agent, self._contact_id)
        known = [contact.customer.id] if contact.customer else []
        whole = await self._services.personal_data.sees_whole(self._agent, *known)
        if self._sought and contact.channel is Channel.CHAT:
            self._numbers = await history.found_numbers(self._agent, contact.id, self._sought)
        with self:
            self._head(contact)
            await self._facts(contact, is_whole=contact.shows_number(self._agent, whole))
            if self._numbers:
                self._found_bar()
            if contact.channel is Channel.CHAT:
                self._lines()
        if self._transcript is not None:
            self.listen(chat_topic(contact.id), self._hear)
            await self._load()

    # ---- drawing

    def _head(self, contact: Contact) -> None:
        customer = contact.customer
        with ui.element('header').classes('desk-history-head'):
            Piece(
                inside=filled(
                    '<h2 id="history-contact" tabindex="-1">{name}</h2><div class="desk-tags">{state}{priority}{badges}</div>',
                    name=contact.name or _('알 수 없는 고객'),
                    state=state_tag(contact.state),
                    priority=priority_tag(contact.priority),
                    badges=all_badges(customer) if customer else Markup(),
                )
            ).classes('desk-who')
            ui.element('div').classes('desk-spring')
            with ui.element('nav').classes('desk-history-ways') as ways:
                ways.props['aria-label'] = _('바로 가기')
                if customer is not None:
                    _way(f'/desk/customers/{customer.id}', _('고객 보기'))
                if contact.channel is Channel.CHAT and contact.state not in _OVER:
                    _way(f'/desk/chats/{contact.id}', _('상담 열기'))
                close = filled(
                    '<i class="material-icons" aria-hidden="true">close</i><span class="desk-unseen">{text}</span>',
                    text=_('목록으로'),
                )
                Piece('a', inside=close).classes('desk-icon').props['href'] = self._back

    async def _facts(self, contact: Contact, *, is_whole: bool) -> None:
        facts = {
            _('시작'): times.full(contact.start_time),
            _('상담 시간'): length(contact),
            _('상담원'): contact.agent_name,
            _('부서'): _(contact.department),
            _('채널'): _channel(contact),
            _('종료 사유'): _(ENDINGS[contact.ending]) if contact.ending else '',
        }
        with ui.element('div').classes('desk-history-facts'):
            inside = Markup().join(
                filled('<div><dt>{name}</dt><dd>{value}</dd></div>', name=name, value=value)
                for name, value in facts.items()
                if value
            )
            Piece('dl', inside=inside)
            await self._phone(contact, is_whole=is_whole)

    async def _phone(self, contact: Contact, *, is_whole: bool) -> None:
        """Draw how to reach them, behind a veil; there is none to lift over a call from nobody known."""
        if contact.customer is not None:
            with Veil(self._seat, contact.customer, is_whole=is_whole) as veil:
                veil.phones(contact.customer.phone)
                veil.eye()
        elif contact.channel is Channel.CHAT:
            chat = await self._services.chats.chat(self._agent, contact.id)
            with Veil(self._seat, chat, is_whole=is_whole) as veil:
                veil.phones(contact.phone)
                veil.eye()
        else:
            shown = times.phone(contact.phone) if is_whole else masked_phone(contact.phone)
            Piece(inside=filled('{phone}', phone=shown))

    def _found_bar(self) -> None:
        with ui.element('div').classes('desk-found-bar').props('role=status'):
            self._found_at = Piece('span')
            for icon, text, step in (
                ('keyboard_arrow_up', _('앞의 찾은 곳'), -1),
                ('keyboard_arrow_down', _('다음 찾은 곳'), 1),
            ):
                inside = filled(
                    '<i class="material-icons" aria-hidden="true">{icon}</i><span class="desk-unseen">{text}</span>',
                    icon=icon,
                    text=text,
                )
                arrow = Piece('button', inside=inside).classes('desk-icon').props('type=button')
                arrow.on('click', lambda step=step: self.step_found(step), args=[])
        self._say_where()

    def _say_where(self) -> None:
        self._found_at.set_inside(
            filled(
                '{text}',
                text=_(
                    '“{text}” {count}곳 중 {place}번째',
                    text=self._sought,
                    count=len(self._numbers),
                    place=self._at + 1,
                ),
            )
        )

    def _lines(self) -> None:
        self._transcript = Transcript(
            self._pages(),
            own=Sender.AGENT,
            writer=lambda _line: '',
            label=_('상담 내용'),
            words=words_of(self._sought),
        )

    # ---- what was said

    async def step_found(self, step: int) -> None:
        """Go to the next place (or the one before) that says what was looked for; after the last comes the first."""
        if self._transcript is None or not self._numbers:
            return
        self._at = (self._at + step) % len(self._numbers)
        self._say_where()
        await self._transcript.load_around(self._numbers[self._at])

    async def _load(self) -> None:
        if self._transcript is None:
            return
        await self._transcript.load()
        if self._numbers:
            await self._transcript.load_around(self._numbers[self._at])

    def _pages(self) -> MessagePages:
        chats, agent, chat_id = self._services.chats, self._agent, self._contact_id

        async def before(number: int | None, limit: int) -> list[ChatMessage]:
            return await chats.transcript(agent, chat_id, before=number, limit=limit)

        async def after(number: int) -> list[ChatMessage]:
            return await chats.messages_after(agent, chat_id, number)

        return MessagePages(before=before, after=after)

    def _hear(self, event: object) -> None:
        if isinstance(event, MessageAdded) and self._transcript is not None:
            self._transcript.add(event.message)


_OVER = (ContactState.CLOSED, ContactState.ABANDONED)


def _way(address: str, text: str) -> None:
    Piece('a', inside=filled('{text}', text=text)).classes('desk-button desk-quiet').props[
        'href'
    ] = address


def _channel(contact: Contact) -> str:
    if contact.channel is Channel.CHAT:
        return _(CHANNELS[contact.channel])
    is_out = contact.direction == CallDirection.OUTBOUND
    return _('건 통화') if is_out else _('받은 통화')
