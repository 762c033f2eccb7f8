"""One contact beside the history: people, times and messages, scrolled to the line that was searched for."""

from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from desk.events import Resync
from models import CallDirection, Sender
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers.badges import all_badges
from pages.parts.customers.contact_access import ContactAccess
from pages.parts.customers.personal import MaskedFields
from pages.parts.customers.written import rated, written, written_before
from pages.parts.history.sheet import CHANNELS, ENDINGS
from pages.parts.history.table import length, priority_tag, state_tag
from pages.parts.kit import times
from pages.parts.kit.buttons import button
from pages.parts.kit.label_chips import chips
from pages.parts.kit.markup import Piece, filled
from pages.parts.transcript.mood_line import MoodLine
from pages.parts.transcript.note_lines import NoteLines
from pages.parts.transcript.take_along import transcript_button
from pages.parts.transcript.transcript import MessagePages, Transcript
from services.calls.dial_rules import DialPurpose
from services.calls.notices import SAID
from services.chats.events import (
    ChatCard,
    ChatEvent,
    ChatMessage,
    ChatRated,
    MessageAdded,
    chat_topic,
)
from services.contacts.wrap_ups import written_topic
from services.customers.personal_data import masked_phone
from services.history.contact import Contact
from services.history.filter import Channel, ContactState
from services.search.messages import words_of

WRITTEN_SECONDS = 0.5
"""The wrap-up is read again at most this often while somebody writes it."""


class HistoryContact(Component):
    """One contact, opened beside the table."""

    def __init__(self, context: PageContext, contact_id: UUID, *, text: str, back: str) -> None:
        """Draw nothing yet.

        Args:
            context: the page.
            contact_id: the contact to open.
            text: the search text: its matches are marked, and the first one is scrolled to.
            back: the address of the list.
        """
        super().__init__(context.services.topics, 'section')
        self.classes('desk-history-contact')
        self.props['aria-label'] = _('상담 내용')
        self._context = context
        self._services, self._agent = context.services, context.agent
        self._contact_id = contact_id
        self._sought, self._back = text, back
        self._access = ContactAccess(self, context)
        self._transcript: Transcript | None = None
        self._rated: Piece | None = None
        self._written: Piece | None = None
        self._numbers: list[int] = []
        self._at = 0

    async def open(self) -> None:
        """Draw the contact. Raises ``NotFoundError``."""
        history = self._services.history
        self._access.listen()
        self.listen(written_topic(self._contact_id), self._hear_written)  # before reading
        contact = await self.still(history.contact(self._agent, self._contact_id))
        await self.still(self._access.learn([contact.customer.id] if contact.customer else []))
        if self._sought and contact.channel is Channel.CHAT:
            self._numbers = await self.still(
                history.found_numbers(self._agent, contact.id, self._sought)
            )
        with self:
            self._head(contact)
            await self.still(self._facts(contact))
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
                    '<h2 id="history-contact" tabindex="-1">{name}</h2><div class="desk-tags">{state}{priority}{badges}{labels}</div>',
                    name=contact.name or _('알 수 없는 고객'),
                    state=state_tag(contact.state),
                    priority=priority_tag(contact.priority),
                    badges=all_badges(customer) if customer else Markup(),
                    labels=chips(contact.labels),
                )
            ).classes('desk-who')
            ui.element('div').classes('desk-spring')
            with ui.element('nav').classes('desk-history-ways') as ways:
                ways.props['aria-label'] = _('바로 가기')
                if customer is not None:
                    _way(f'/desk/customers/{customer.id}', _('고객 보기'))
                if contact.channel is Channel.CHAT and contact.state not in _OVER:
                    _way(f'/desk/chats/{contact.id}', _('상담 열기'))
                if contact.channel is Channel.CHAT:
                    transcript_button(self._context, contact.id)
                close = filled(
                    '<i class="material-icons" aria-hidden="true">close</i><span class="desk-unseen">{text}</span>',
                    text=_('목록으로'),
                )
                Piece('a', inside=close).classes('desk-icon').props['href'] = self._back

    async def _facts(self, contact: Contact) -> None:
        heard = await self.still(self._services.announcements.heard(contact.id))
        facts = {
            _('시작'): times.full(contact.start_time),
            _('상담 시간'): length(contact),
            _('상담원'): contact.agent_name,
            _('부서'): _(contact.department),
            _('채널'): _channel(contact),
            _('종료 사유'): _(ENDINGS[contact.ending]) if contact.ending else '',
            _('미리 알린 글'): _('{version}판: {body}', version=heard.version, body=heard.body)
            if heard.version
            else '',
            _('녹음 안내'): _('통화 흐름이 안내함') if heard.recording == SAID else heard.recording,
        }
        with ui.element('div').classes('desk-history-facts'):
            inside = Markup().join(
                filled('<div><dt>{name}</dt><dd>{value}</dd></div>', name=name, value=value)
                for name, value in facts.items()
                if value
            )
            Piece('dl', inside=inside)
            await self.still(self._phone(contact))
        self._rated = Piece('dl', inside=rated(contact.rating)).classes('desk-written')
        self._written = Piece('dl', inside=written(contact.wrap_up)).classes('desk-written')
        past = await self.still(self._services.wrap_ups.past(contact.id))
        Piece('dl', inside=written_before(past)).classes('desk-written')

    def _hear_written(self, _event: object) -> None:
        self.soon(self._read_written, at_most_every=WRITTEN_SECONDS)

    async def _read_written(self) -> None:
        views = await self.still(self._services.wrap_ups.views([self._contact_id]))
        if self._written is not None:
            self._written.set_inside(written(views.get(self._contact_id)))

    async def _phone(self, contact: Contact) -> None:
        """Draw the contact details, masked; a call without a customer has none to reveal."""
        if contact.customer is not None:
            with MaskedFields(self._context, contact.customer, self._access) as masked_fields:
                masked_fields.phones(contact.customer.phone)
                masked_fields.reveal_button()
                masked_fields.dialling(contact.customer.phone)
        elif contact.channel is Channel.CHAT:
            chat = await self.still(self._services.chats.chat(self._agent, contact.id))
            with MaskedFields(self._context, chat, self._access) as masked_fields:
                masked_fields.phones(contact.phone)
                masked_fields.reveal_button()
                masked_fields.dialling(contact.phone)
        else:
            is_whole = contact.shows_number(self._agent, ())
            shown = times.phone(contact.phone) if is_whole else masked_phone(contact.phone)
            Piece(inside=filled('{phone}', phone=shown))
            if is_whole and contact.phone and (dial := self._context.dial) is not None:
                call = partial(dial, contact.phone, DialPurpose.SERVICE)
                button(_('전화 {number}', number=shown), call)

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
        mood = MoodLine(self._context, self._contact_id)
        self._transcript = Transcript(
            self._pages(),
            own=Sender.AGENT,
            writer=lambda _line: '',
            label=_('상담 내용'),
            words=words_of(self._sought),
        )
        mood.follow(self._transcript)
        NoteLines(self._context, self._contact_id, self._transcript).follow()

    # ---- the transcript

    async def step_found(self, step: int) -> None:
        """Scroll to the next match (or the one before); the first follows the last."""
        if self._transcript is None or not self._numbers:
            return
        self._at = (self._at + step) % len(self._numbers)
        self._say_where()
        await self._transcript.load_around(self._numbers[self._at])

    async def _load(self) -> None:
        if self._transcript is None:
            return
        chat = await self.still(self._services.chats.chat(self._agent, self._contact_id))
        self._show_marks(chat)
        await self.still(self._transcript.load())
        if self._numbers:
            await self._transcript.load_around(self._numbers[self._at])

    def _show_marks(self, chat: ChatCard) -> None:
        """Show how far the customer has read, also in an ended chat."""
        if self._transcript is not None:
            self._transcript.set_marks(
                delivered=chat.customer_delivered_number, read=chat.customer_read_number
            )

    def _pages(self) -> MessagePages:
        chats, agent, chat_id = self._services.chats, self._agent, self._contact_id

        async def before(number: int | None, limit: int) -> list[ChatMessage]:
            return await chats.transcript(agent, chat_id, before=number, limit=limit)

        async def after(number: int) -> list[ChatMessage]:
            return await chats.messages_after(agent, chat_id, number)

        return MessagePages(before=before, after=after)

    def _hear(self, event: object) -> None:
        if self._transcript is None:
            return
        if isinstance(event, ChatRated) and self._rated is not None:
            self._rated.set_inside(rated(event.rating))
        if isinstance(event, ChatEvent):
            self._show_marks(event.chat)
        if isinstance(event, MessageAdded):
            self._transcript.add(event.message)
        if isinstance(event, Resync) or self._transcript.view.is_behind:
            self.start(self._catch_up())

    async def _catch_up(self) -> None:
        if self._transcript is None:
            return
        try:
            await self._transcript.catch_up()
        except DeskError:  # forbidden or unreadable now: the shown text stays
            return


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
