"""A customer's card: names, numbers, and the centre's own attributes."""

from functools import partial

from markupsafe import Markup
from nicegui import ui

from models import Customer
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers.badges import all_badges
from pages.parts.customers.contact_access import ContactAccess
from pages.parts.customers.personal import MaskedFields
from pages.parts.kit import times
from pages.parts.kit.markup import Piece, filled
from services.customers.fields import phones_of


def heading(customer: Customer) -> None:
    """Draw the name with its badges."""
    Piece(
        inside=filled(
            '<h2>{name}</h2><span class="desk-tags">{badges}</span><span class="desk-sub">{code}</span>',
            name=customer.name,
            badges=all_badges(customer),
            code=customer.code,
        )
    ).classes('desk-customer-head')


def facts(context: PageContext, customer: Customer, access: ContactAccess) -> None:
    """Draw the record's fields; ``access`` knows whether the reader is in contact with the customer now."""
    with (
        MaskedFields(context, customer, access) as masked_fields,
        ui.element('dl').classes('desk-facts'),
    ):
        masked_fields.phones(*phones_of(customer), form=partial(fact, _('전화번호')))
        masked_fields.email(customer.email, form=partial(fact, _('이메일')))
        _fact(_('상담'), contacts(customer))
        _fact(_('최근 상담'), times.moment(customer.last_contact_at) or _('상담 없음'))
        _fact(_('등록일'), times.date(customer.created_at))
        for name, value in customer.attributes.items():
            _fact(name, value)
    with masked_fields:
        masked_fields.reveal_button()
        masked_fields.dialling(*phones_of(customer))
    memo(customer)


def memo(customer: Customer) -> None:
    """Draw the memo, if there is one."""
    if customer.memo:
        Piece(inside=filled('{memo}', memo=customer.memo)).classes('desk-memo')


def fact(name: str, value: str | Markup) -> Markup:
    """Return one field of a card."""
    return filled('<dt>{name}</dt><dd>{value}</dd>', name=name, value=value)


def contacts(customer: Customer) -> str:
    """Return how many contacts there were with the customer."""
    return _(
        '채팅 {chats}회 · 통화 {calls}회', chats=customer.total_chats, calls=customer.total_calls
    )


def elsewhere(count: int) -> str:
    """Return how many further chats the reader may not see, so that they do not seem to be missing."""
    return _('다른 부서의 상담 {count}건은 보이지 않습니다.', count=count)


def _fact(name: str, value: str | Markup) -> None:
    Piece(inside=fact(name, value))
