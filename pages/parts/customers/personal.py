"""Masked contact details: shown unmasked for a short time to a reader who gives a reason.

The unmasked values stay on the server until then. On the telephone with the customer no reason is needed; in
a chat one reason is valid until the chat ends (``services.customers.personal_data``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models import Customer
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers.contact_access import ContactAccess
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled
from services.calls.dial_rules import DialPurpose
from services.chats.events import ChatCard
from services.customers.personal_data import (
    REVEAL_SECONDS,
    Contacts,
    RevealReason,
    masked_email,
    masked_phone,
)
from services.text.reasons import MAX_WHY_CHARS

Subject = Customer | ChatCard


async def ask_to_see(context: PageContext, subject: Subject) -> Contacts | None:
    """Ask for the reason; return the contact details once it is recorded, or ``None``."""
    with dialog.titled(context.dialogs, _('연락처 보기')) as question:
        ui.label(_('보는 사유를 고르세요. 누가 언제 왜 보았는지 기록에 남습니다.')).classes(
            'desk-hint'
        )
        with ui.element('div').classes('desk-reasons'):
            for reason, text in reason_names().items():
                if reason is not RevealReason.OTHER:
                    button(text, partial(question.submit, (reason, '')))
        other = Piece('form', inside=_other_reason()).classes('desk-reason-other')
        other.on(
            'submit',
            lambda event: question.submit((RevealReason.OTHER, _why(event))),
            js_handler=VALUES_OF_FORM,
        )
        with ui.element('div').classes('desk-actions'):
            button(_('취소'), question.close)
    answer = await context.still(question)
    return await context.still(_revealed(context, subject, *answer)) if answer else None


def _said(contacts: Contacts) -> str:
    if contacts.stays:
        return _('상담이 끝날 때까지 보입니다')
    return _('{seconds}초 동안 보입니다', seconds=REVEAL_SECONDS)


def _other_reason() -> Markup:
    return filled(
        '<input class="desk-input" name="why" required pattern=".*\\S.*" maxlength="{most}" placeholder="{why}" aria-label="{why}" autocomplete="off">'
        '<button class="desk-button desk-primary" type="submit">{look}</button>',
        most=MAX_WHY_CHARS,
        why=_('기타 사유'),
        look=_('이 사유로 보기'),
    )


def _why(event: GenericEventArguments) -> str:
    return values_of(event).get('why', '')


def reason_names() -> dict[RevealReason, str]:
    """Return the names of the possible reasons."""
    return {
        RevealReason.IDENTITY: _('본인 확인'),
        RevealReason.CALL: _('통화 연결'),
        RevealReason.ADDRESS: _('주소·연락처 확인'),
        RevealReason.OTHER: _('기타'),
    }


async def _revealed(
    context: PageContext, subject: Subject, reason: RevealReason, why: str
) -> Contacts | None:
    data = context.services.personal_data
    try:
        if isinstance(subject, Customer):
            return await data.reveal(context.agent, subject.id, reason, why)
        return await data.reveal_visitor(context.agent, subject.id, reason, why)
    except DeskError as error:
        notices.tell(error)
        return None


@dataclass(frozen=True, slots=True)
class _MaskedField:
    """An element with its masked and its unmasked markup."""

    piece: Piece
    masked: Markup
    whole: Markup


class MaskedFields(Component):
    """One person's contact details in one place of a page, masked until revealed. Draw inside of it.

    with MaskedFields(context, customer, access) as masked_fields, ui.element('dl'):
        masked_fields.phones(customer.phone, *customer.other_phones)
        masked_fields.email(customer.email)
        masked_fields.reveal_button()
    """

    def __init__(self, context: PageContext, subject: Subject, access: ContactAccess) -> None:
        """Begin with everything masked.

        Args:
            context: the page.
            subject: the customer, or the chat of a person without a record.
            access: says whether the reader sees them without a reason, and when that changes.
        """
        super().__init__(context.services.topics)
        self.classes('desk-veil')
        self._context = context
        self._subject = subject
        self._access = access
        self._is_revealed = False
        self._places: list[_MaskedField] = []
        self._buttons: list[Piece] = []
        self._whole_only: list[ui.element] = []
        access.follow(self, self._show)

    def phones(self, *numbers: str, form: Callable[[Markup], Markup] = Markup) -> Piece:
        """Draw numbers, one below the other, wrapped by ``form``."""
        lines = Markup('<br>')
        return self.draw(
            form(lines.join(masked_phone(one) for one in numbers)),
            form(lines.join(times.phone(one) for one in numbers)),
        )

    def email(self, address: str | None, form: Callable[[Markup], Markup] = Markup) -> Piece:
        """Draw an e-mail address, or that there is none, wrapped by ``form``."""
        none = _('없음')
        return self.draw(
            form(filled('{it}', it=masked_email(address) or none)),
            form(filled('{it}', it=address or none)),
        )

    def dialling(self, *numbers: str) -> None:
        """Draw buttons that call these numbers, to be seen while the numbers are; none where there is no softphone."""
        if (dial := self._context.dial) is None:
            return
        with ui.element('div').classes('desk-dialling') as place:
            for number in numbers:
                shown = times.phone(number)
                call = button(_('전화 {number}', number=shown), partial(dial, number, DialPurpose.SERVICE))  # fmt: skip
                call.props['title'] = _('상담 전화')
            button(
                _('광고 전화'),
                partial(dial, numbers[0], DialPurpose.ADVERTISING),
                ButtonStyle.QUIET,
            )
        self._whole_only.append(place)
        self._show()

    def draw(self, masked: Markup, whole: Markup) -> Piece:
        """Draw an element that shows ``masked`` or ``whole``."""
        place = _MaskedField(Piece(), masked, whole)
        self._places.append(place)
        self._show()
        return place.piece

    def reveal_button(self) -> Piece:
        """Draw the button that reveals and masks again."""
        reveal = Piece('button').classes('desk-eye').props('type=button')
        reveal.on('click', self._press, args=[])
        self._buttons.append(reveal)
        self._show()
        return reveal

    async def _press(self) -> None:
        if self._is_revealed:
            await self._mask()
        elif (contacts := await self.still(ask_to_see(self._context, self._subject))) is not None:
            self._is_revealed = True
            self._show()
            self.after(REVEAL_SECONDS, self._mask)
            notices.done(_said(contacts))

    async def _mask(self) -> None:
        self._is_revealed = False
        self._show()

    def _show(self) -> None:
        has_none = self._access.sees(self._subject)
        is_whole = has_none or self._is_revealed
        for place in self._places:
            place.piece.set_inside(place.whole if is_whole else place.masked)
        for shown in self._whole_only:
            shown.set_visibility(is_whole)
        for reveal in self._buttons:
            reveal.set_visibility(not has_none)
            reveal.set_inside(
                filled('{text}', text=_('가리기') if self._is_revealed else _('보기'))
            )
            reveal.props['aria-label'] = (
                _('연락처 가리기') if self._is_revealed else _('연락처 보기')
            )
