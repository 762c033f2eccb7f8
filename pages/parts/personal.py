"""Numbers and addresses behind a veil: masked, until somebody who needs them says why; then whole for a short time.

What is whole stays on the server while it is veiled. Who holds an open contact with its owner has no veil
(``services.personal_data``); it falls when the contact ends.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models import Customer
from pages import notices
from pages.component import Component
from pages.locale import _
from pages.parts import dialog, times
from pages.parts.buttons import button
from pages.parts.form_values import VALUES_OF_FORM
from pages.parts.markup import Piece, filled
from pages.seat import Seat
from services.chat_events import ChatCard, ChatEvent, holder_topic
from services.personal_data import (
    MAX_WHY_CHARS,
    REVEAL_SECONDS,
    Contacts,
    Reason,
    holds,
    masked_email,
    masked_phone,
)

Subject = Customer | ChatCard


async def ask_to_see(seat: Seat, subject: Subject) -> Contacts | None:
    """Ask why somebody wants to see how to reach a person; return it once that is written down, or nothing."""
    with dialog.titled(seat.dialogs, _('연락처 보기')) as question:
        ui.label(_('보는 사유를 고르세요. 누가 언제 왜 보았는지 기록에 남습니다.')).classes(
            'desk-hint'
        )
        with ui.element('div').classes('desk-reasons'):
            for reason, text in reason_names().items():
                if reason is not Reason.OTHER:
                    button(text, partial(question.submit, (reason, '')))
        other = Piece('form', inside=_other_reason()).classes('desk-reason-other')
        other.on(
            'submit',
            lambda event: question.submit((Reason.OTHER, _why(event))),
            js_handler=VALUES_OF_FORM,
        )
        with ui.element('div').classes('desk-actions'):
            button(_('취소'), question.close)
    answer = await question
    return await _revealed(seat, subject, *answer) if answer else None


def _other_reason() -> Markup:
    return filled(
        '<input class="desk-input" name="why" maxlength="{most}" placeholder="{why}" aria-label="{why}" autocomplete="off">'
        '<button class="desk-button desk-primary" type="submit">{look}</button>',
        most=MAX_WHY_CHARS,
        why=_('기타 사유'),
        look=_('이 사유로 보기'),
    )


def _why(event: GenericEventArguments) -> str:
    return str(event.args.get('why', '')) if isinstance(event.args, Mapping) else ''


def reason_names() -> dict[Reason, str]:
    """Name the reasons that somebody may have."""
    return {
        Reason.IDENTITY: _('본인 확인'),
        Reason.CALL: _('통화 연결'),
        Reason.ADDRESS: _('주소·연락처 확인'),
        Reason.OTHER: _('기타'),
    }


async def _revealed(seat: Seat, subject: Subject, reason: Reason, why: str) -> Contacts | None:
    data = seat.services.personal_data
    try:
        if isinstance(subject, Customer):
            return await data.reveal(seat.agent, subject.id, reason, why)
        return await data.reveal_visitor(seat.agent, subject.id, reason, why)
    except DeskError as error:
        notices.tell(error)
        return None


@dataclass(frozen=True, slots=True)
class _Veiled:
    """A place that shows one of two."""

    piece: Piece
    masked: Markup
    whole: Markup


class Veil(Component):
    """What is personal of one person, in one place of a page. It has no looks of its own: draw inside of it.

    with Veil(seat, customer, is_whole=…) as veil, ui.element('dl'):
        veil.phones(customer.phone, *customer.other_phones)
        veil.email(customer.email)
        veil.eye()
    """

    def __init__(self, seat: Seat, subject: Subject, *, is_whole: bool) -> None:
        """Begin a veil.

        Args:
            seat: who sits there.
            subject: the customer, or the chat of somebody who is none yet.
            is_whole: whether there is none: ``PersonalData.sees_whole``, for chats ``personal_data.holds``.
        """
        super().__init__(seat.services.topics)
        self.classes('desk-veil')
        self._seat = seat
        self._subject = subject
        self._is_whole = is_whole
        self._is_lifted = False
        self._places: list[_Veiled] = []
        self._eyes: list[Piece] = []
        self.listen(holder_topic(seat.agent.id), self._hear)

    def phones(self, *numbers: str, form: Callable[[Markup], Markup] = Markup) -> Piece:
        """Draw numbers, one below the other, inside what ``form`` puts around them."""
        lines = Markup('<br>')
        return self.draw(
            form(lines.join(masked_phone(one) for one in numbers)),
            form(lines.join(times.phone(one) for one in numbers)),
        )

    def email(self, address: str | None, form: Callable[[Markup], Markup] = Markup) -> Piece:
        """Draw an address, or that there is none, inside what ``form`` puts around it."""
        none = _('없음')
        return self.draw(
            form(filled('{it}', it=masked_email(address) or none)),
            form(filled('{it}', it=address or none)),
        )

    def draw(self, masked: Markup, whole: Markup) -> Piece:
        """Draw something that is masked while it is veiled."""
        place = _Veiled(Piece(), masked, whole)
        self._places.append(place)
        self._show()
        return place.piece

    def eye(self) -> Piece:
        """Draw the button that lifts the veil and lets it fall."""
        eye = Piece('button').classes('desk-eye').props('type=button')
        eye.on('click', self._press, args=[])
        self._eyes.append(eye)
        self._show()
        return eye

    async def _press(self) -> None:
        if self._is_lifted:
            await self._fall()
        elif await ask_to_see(self._seat, self._subject) is not None and not self.is_deleted:
            self._is_lifted = True
            self._show()
            self.after(REVEAL_SECONDS, self._fall)
            notices.done(_('{seconds}초 동안 보입니다', seconds=REVEAL_SECONDS))

    async def _fall(self) -> None:
        self._is_lifted = False
        self._show()

    def _show(self) -> None:
        is_whole = self._is_whole or self._is_lifted
        for place in self._places:
            place.piece.set_inside(place.whole if is_whole else place.masked)
        for eye in self._eyes:
            eye.set_visibility(not self._is_whole)
            eye.set_inside(filled('{text}', text=_('가리기') if self._is_lifted else _('보기')))
            eye.props['aria-label'] = _('연락처 가리기') if self._is_lifted else _('연락처 보기')

    def _hear(self, event: object) -> None:
        if not isinstance(event, ChatEvent):
            return
        if isinstance(self._subject, ChatCard):
            if event.chat.id == self._subject.id:
                self._set_whole(holds(self._seat.agent, event.chat))
        elif event.chat.customer_id == self._subject.id:
            self.start(self._ask_rule(self._subject))

    async def _ask_rule(self, customer: Customer) -> None:
        data = self._seat.services.personal_data
        self._set_whole(bool(await data.sees_whole(self._seat.agent, customer.id)))

    def _set_whole(self, is_whole: bool) -> None:
        if is_whole != self._is_whole:
            self._is_whole = is_whole
            self._show()
