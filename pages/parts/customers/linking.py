"""Linking a chat to a customer's record, after a confirmation that shows both names and numbers."""

from markupsafe import Markup
from nicegui import ui

from models import Customer
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers.badges import badges
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.chats.events import ChatCard
from services.customers.fields import phones_of
from services.customers.linking import Likeness
from services.customers.personal_data import masked_phone
from services.customers.warnings import warnings_of
from services.text.phone_numbers import without_extension

LAST_DIGITS = 4


def candidate(chat: ChatCard, customer: Customer) -> Markup:
    """Return a customer who may be the person in a chat, with the matches and the mismatches."""
    return filled(
        '<b>{name}</b>{badges}<span class="desk-sub">{code} · {phone}</span>{likeness}',
        name=customer.name,
        badges=badges(warnings_of(customer)),
        code=customer.code,
        phone=masked_phone(_number(chat, customer)),
        likeness=_likeness(chat, customer),
    )


async def ask_to_link(context: PageContext, chat: ChatCard, customer: Customer) -> bool:
    """Ask whether the person in a chat is this customer, showing both names and the ends of both numbers."""
    with dialog.titled(context.dialogs, _('이 상담과 연결할까요?')) as question:
        both = _side(_('상담한 사람'), chat.visitor_name, chat.visitor_phone) + _side(
            _('등록된 고객'), customer.name, _number(chat, customer), customer.code
        )
        Piece('dl', inside=both).classes('desk-link-both')
        Piece(inside=_likeness(chat, customer))
        ui.label(
            _('본인인지 확인한 뒤에 연결하세요. 잘못 연결하면 연결 해제로 되돌릴 수 있습니다.')
        )
        with ui.element('div').classes('desk-actions'):
            button(_('취소'), question.close)
            button(_('연결'), lambda: question.submit(True), ButtonStyle.PRIMARY).props('autofocus')
    return bool(await context.still(question))


async def ask_to_unlink(context: PageContext, customer: Customer) -> bool:
    """Ask whether to unlink a chat from a customer's record."""
    with dialog.titled(context.dialogs, _('연결을 해제할까요?')) as question:
        ui.label(
            _(
                '이 상담이 {name} ({code}) 고객의 기록에서 빠집니다. 다시 연결할 수 있습니다.',
                name=customer.name,
                code=customer.code,
            )
        )
        with ui.element('div').classes('desk-actions'):
            button(_('취소'), question.close)
            button(_('연결 해제'), lambda: question.submit(True), ButtonStyle.PRIMARY)
    return bool(await context.still(question))


def _number(chat: ChatCard, customer: Customer) -> str:
    """Return the customer's number that equals the typed one, else the first."""
    return chat.visitor_phone if chat.visitor_phone in phones_of(customer) else customer.phone


def _side(title: str, name: str, phone: str, code: str = '') -> Markup:
    return filled(
        '<div><dt>{title}</dt><dd><b>{name}</b> <span class="desk-sub">{code}</span></dd><dd>{end}</dd></div>',
        title=title,
        name=name,
        code=code,
        end=_('끝 네 자리 {digits}', digits=without_extension(phone)[-LAST_DIGITS:]),
    )


def _likeness(chat: ChatCard, customer: Customer) -> Markup:
    alike = Likeness.of(chat, customer)
    phone = _('전화번호 같음') if alike.has_same_phone else _('전화번호 다름')
    name = _('이름 같음') if alike.has_same_name else _('이름 다름')
    is_sure = alike.has_same_phone and alike.has_same_name
    return filled(
        '<span class="desk-likeness{doubt}">{phone} · {name}</span>',
        doubt='' if is_sure else ' desk-doubt',
        phone=phone,
        name=name,
    )
