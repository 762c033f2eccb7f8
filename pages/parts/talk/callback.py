"""A call instead of waiting (콜백): asked for in the chat while nobody has it, shown until the call, taken back by a press."""

from datetime import datetime

from markupsafe import Markup
from nicegui import ui

from desk import clock
from desk.errors import DeskError, InvalidInputError
from models import CallbackStatus, ChatStatus
from models.callback import MAX_CALLBACK_CHARS
from pages import notices
from pages.component import Component
from pages.locale import _, customer_sentence, language
from pages.parts.kit import times
from pages.parts.kit.markup import Piece, filled, options
from pages.parts.kit.promise_words import span
from pages.parts.talk.form_dialog import open_form
from services.calls.callback_requests import SLOT, CallbackChoice, CallbackRequests
from services.calls.callback_view import AskedCallback, asked_topic
from services.chats.events import ChatCard
from services.registry import Services
from services.settings.texts import TextName
from services.text.phone_numbers import MAX_CHARS

READ_SECONDS = 1.0
LOOK_SECONDS = 60.0
"""So often the free slots are read again: hours pass, and others take them."""


class TalkCallback(Component):
    """What a customer without an agent can do about a call. Nothing to see where none is offered."""

    def __init__(self, services: Services, chat: ChatCard) -> None:
        super().__init__(services.topics)
        self._requests: CallbackRequests = services.callback_requests
        self._texts = services.customer_texts
        self._chat = chat
        self._choice: CallbackChoice | None = None
        self.classes('talk-callback')
        with self:
            self._shown = ui.element().props('role=status')
            self._dialogs = ui.element()

    async def open(self, *, asks: bool = False) -> None:
        """Show what was asked for, or the way to ask, and follow it; with ``asks`` as if that was pressed."""
        if not self._requests.are_offered:
            return
        self.listen(
            asked_topic(self._chat.id),
            lambda _event: self.soon(self._read, at_most_every=READ_SECONDS),
        )
        await self.still(self._read())
        if asks and self._choice is not None and self._choice.slots:
            await self._ask()

    @property
    def may_be_asked(self) -> bool:
        """Whether a call can be asked for now."""
        return self._choice is not None and bool(self._choice.slots)

    def take(self, chat: ChatCard) -> None:
        """Show what a changed chat makes of it: an agent who took it needs no call."""
        was, self._chat = self._chat.status, chat
        if chat.status is not was and self._requests.are_offered:
            self.soon(self._read, at_most_every=0)

    async def _read(self) -> None:
        try:
            self._choice = await self.still(self._requests.choice(self._chat.id))
        except DeskError:  # what is shown stays until the next look
            pass
        else:
            self._draw(self._choice)
        self.within(LOOK_SECONDS, self._look)

    async def _look(self) -> None:
        await self._read()  # a work of its own: else the news would wait for it

    def _draw(self, choice: CallbackChoice) -> None:
        is_over = self._chat.status is ChatStatus.CLOSED
        self._shown.clear()
        with self._shown:
            if choice.is_waiting and choice.asked is not None:
                Piece('p', inside=_asked(choice.asked, is_over=is_over))
                cancel = Piece('button', inside=filled('{text}', text=_('콜백 취소')))
                cancel.classes('talk-button').props('type=button').on('click', self._cancel)
            elif choice.slots:
                text = _('전화로 다시 연락받기') if is_over else _('기다리지 않고 전화로 받기')
                ask = Piece('button', inside=filled('{text}', text=text))
                ask.classes('talk-button').props('type=button').on('click', self._ask)

    async def _ask(self) -> None:
        choice = self._choice
        if choice is None:
            return
        texts = await self.still(self._texts.of(self._chat.queue_id))
        notice = texts.said(TextName.RECORDING, language())
        open_form(
            self,
            self._dialogs,
            title=_('콜백 신청'),
            fields=_fields(choice, notice),
            send=self._send,
            done=_('콜백을 신청했어요'),
        )

    async def _send(self, given: dict[str, str]) -> None:
        await self.still(
            self._requests.ask(
                self._chat.id,
                phone=given.get('phone', ''),
                slot_from=_moment(given.get('slot', '')),
                body=given.get('body', ''),
            )
        )
        await self.still(self._read())

    async def _cancel(self) -> None:
        try:
            asked = await self.still(self._requests.cancel(self._chat.id))
        except DeskError as error:
            notices.stay(customer_sentence(language(), error))
            return
        await self.still(self._read())
        if asked.status is CallbackStatus.CANCELLED:
            notices.done(_('콜백을 취소했어요'))


def _moment(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidInputError('visit.callback_slot') from error
    if moment.tzinfo is None:
        raise InvalidInputError('visit.callback_slot')
    return moment


def _asked(asked: AskedCallback, *, is_over: bool) -> Markup:
    return filled(
        '<strong>{told}</strong><span>{calm}</span>',
        told=_(
            '{slot}에 {phone} 번호로 전화드릴게요',
            slot=_slot(asked.slot_from, asked.slot_to),
            phone=asked.phone,
        ),
        calm=_('먼저 전화하시거나 새 상담이 연결되면 저절로 취소돼요.')
        if is_over
        else _('상담원이 먼저 연결되면 콜백은 저절로 취소돼요.'),
    )


def _slot(since: datetime, until: datetime) -> str:
    """Return ``오늘 14:00~15:00``, or the date for another day."""
    hours = span(since, until)
    return _('오늘 {hours}', hours=hours) if times.same_day(since, clock.now()) else hours


def _fields(choice: CallbackChoice, notice: str) -> Markup:
    """Return the fields, and above the button what is said of the recording of calls."""
    slots = [(one.isoformat(), _slot(one, one + SLOT)) for one in choice.slots]
    return filled(
        '<div class="field"><label for="callback-slot">{when}</label>'
        '<select id="callback-slot" name="slot" autofocus>{slots}</select></div>'
        '<div class="field"><label for="callback-phone">{number}</label>'
        '<input id="callback-phone" name="phone" type="tel" autocomplete="tel" maxlength="{most_phone}" value="{phone}"></div>'
        '<div class="field"><label for="callback-body">{about}</label>'
        '<input id="callback-body" name="body" maxlength="{most}" autocomplete="off"></div>{notice}'
        '<button type="submit" class="talk-button talk-primary">{do}</button>',
        when=_('전화받을 시간'),
        slots=options(slots, slots[0][0] if slots else ''),
        number=_('전화번호'),
        most_phone=MAX_CHARS,
        phone=times.phone(choice.phone),
        about=_('용건 (선택)'),
        most=MAX_CALLBACK_CHARS,
        notice=filled('<p class="talk-said">{notice}</p>', notice=notice) if notice else '',
        do=_('콜백 신청'),
    )
