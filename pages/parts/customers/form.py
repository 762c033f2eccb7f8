"""The form of a new customer, and of one on record."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from desk.errors import DeskError, InvalidInputError
from models import CallPermission, Customer, CustomerStatus, CustomerType, RiskLevel
from pages import notices
from pages.component import still
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.customers.badges import permission_name, risk_name, status_name, type_name
from pages.parts.customers.contact_access import ContactAccess
from pages.parts.kit import times
from pages.parts.kit.edit_form import EditForm, Filled, FormField, FormRecord
from pages.parts.kit.edit_labels import edit_labels
from services.customers import fields as customer_fields
from services.customers.fields import ATTRIBUTE, MAX_PHONES, CustomerEdit, CustomerFields
from services.customers.masks import masked_value
from services.customers.personal_data import masked_email, masked_phone
from services.customers.records import EditClashError, Edited, Theirs

PERSONAL = ('phones', 'email')
Saved = Callable[[Customer], Awaitable[None] | None]


def new_form(context: PageContext, on_saved: Saved, on_cancel: Callable[[], None]) -> EditForm:
    """Draw the form of a new customer."""
    customer_id = uuid4()  # a repeated press or request creates one customer only
    blank = customer_fields.values_of(Customer(name='', phone=''))
    form = EditForm(
        edit_labels(_('고객 정보 고치기')),
        _fields(None),
        FormRecord(values=blank | {'phones': []}, is_new=True),
        keep=f'desk.customer.new.{context.agent.id}',
    )

    async def save(filled: Filled) -> None:
        given = _read(form, {'name': '', 'phones': [], **filled.values})
        if given is None:
            return
        try:
            customer = await still(
                form,
                context.services.customer_records.create(
                    context.agent, CustomerFields.model_validate(given), customer_id=customer_id
                ),
            )
        except DeskError as error:
            _refused(form, error)
        else:
            form.saved()
            notices.done(_('고객을 등록했습니다'))
            await _called(on_saved, customer)

    form.on_save(save)
    form.on_cancel(on_cancel)
    return form


class CustomerForm:
    """The form of a customer on record, while it is open."""

    def __init__(
        self, context: PageContext, customer: Customer, access: ContactAccess, *, on_saved: Saved
    ) -> None:
        """Draw the form.

        Args:
            context: the page.
            customer: the record.
            access: says whether contact details are shown unmasked, and when that changes.
            on_saved: called with the record as it was stored.
        """
        self._context = context
        self._customer = customer
        self._access = access
        self._is_revealed = False
        self._on_saved = on_saved
        self.form = EditForm(
            edit_labels(_('고객 정보 고치기')),
            _fields(customer),
            FormRecord(values=self._shown(customer), version=customer.version, hidden=PERSONAL),
            keep=f'desk.customer.{customer.id}.{context.agent.id}',
        )
        self.form.on_save(self._save)
        access.follow(self.form, self._hide)

    def news(self, customer: Customer, by: str = '') -> None:
        """Tell the form that a colleague changed the record."""
        before, self._customer = self._customer, customer
        if customer.version > before.version:
            shown, old, new = self._shown(customer), _values(before), _values(customer)
            veiled = {
                name: masked_value(name, customer_fields.values_of(customer)[name])
                for name in PERSONAL
                if name not in shown and old[name] != new[name]
            }
            self.form.news(customer.version, shown, by, veiled=veiled)

    def reveal(self, customer: Customer) -> None:
        """Show the masked fields unmasked, so that they can be changed."""
        self._is_revealed = True
        values = _values(customer)
        self.form.reveal({name: values[name] for name in PERSONAL})

    def _hide(self) -> None:
        """Mask the fields that the reader may no longer see; the reader's own changes in them stay."""
        shown = self._shown(self._customer)
        self.form.hide([name for name in PERSONAL if name not in shown], values=shown)

    def _shown(self, customer: Customer) -> dict[str, Any]:
        """Return the values that the form may show now. An empty field needs no mask."""
        is_whole = self._is_revealed or self._access.sees(customer)
        return {
            name: value
            for name, value in _values(customer).items()
            if is_whole or name not in PERSONAL or not value
        }

    async def _save(self, filled: Filled) -> None:
        given = _read(self.form, filled.values)
        if given is None:
            return
        try:
            edit = CustomerEdit.model_validate({'version': filled.version, **given})
            edited = await still(
                self.form,
                self._context.services.customer_records.edit(
                    self._context.agent, self._customer.id, edit
                ),
            )
        except EditClashError as error:
            by = next((one.agent_name for one in error.clashes if one.agent_name), '')
            self.news(error.customer, by)
        except DeskError as error:
            _refused(self.form, error)
        else:
            self._customer = edited.customer
            self.form.saved()
            notices.done(_said(edited))
            await _called(self._on_saved, edited.customer)


async def _called(act: Saved, customer: Customer) -> None:
    if (work := act(customer)) is not None:
        await work


def _values(customer: Customer) -> dict[str, Any]:
    """Return a record's values as people write them."""
    values: dict[str, Any] = dict(customer_fields.values_of(customer))
    return values | {'phones': [times.phone(one) for one in values['phones']]}


def field_name(name: str) -> str:
    """Return the name of a field; an attribute has the name that an agent gave it."""
    names = {
        'name': _('이름'),
        'phones': _('전화번호'),
        'email': _('이메일'),
        'customer_type': _('유형'),
        'status': _('상태'),
        'risk_level': _('위험도'),
        'call_permission': _('전화 동의'),
        'memo': _('메모'),
    }
    return names.get(name) or name.removeprefix(ATTRIBUTE)


def field_value(name: str, value: Any) -> str:
    """Return a field's value as everybody may read it."""
    if not value:
        return _('없음')
    shown = _SHOWN.get(name, str)
    return shown(value)


_SHOWN: dict[str, Callable[[Any], str]] = {
    'phones': lambda phones: ', '.join(map(masked_phone, phones)),
    'email': masked_email,
    'customer_type': lambda value: type_name(CustomerType(value)),
    'status': lambda value: status_name(CustomerStatus(value)),
    'risk_level': lambda value: risk_name(RiskLevel(value)),
    'call_permission': lambda value: permission_name(CallPermission(value)),
}


def _fields(customer: Customer | None) -> list[FormField]:
    phones = customer_fields.phones_of(customer) if customer else []
    return [
        FormField(name='name', label=_('이름')),
        FormField(
            name='phones',
            label=_('전화번호'),
            kind='list',
            add=_('전화번호 추가'),
            most=MAX_PHONES,
            masked=', '.join(masked_phone(one) for one in phones),
        ),
        FormField(
            name='email', label=_('이메일'), masked=masked_email(customer.email if customer else '')
        ),
        _choice('customer_type', _('유형'), ((one.value, type_name(one)) for one in CustomerType)),
        _choice('risk_level', _('위험도'), ((one.value, risk_name(one)) for one in RiskLevel)),
        _choice(
            'call_permission',
            _('전화 동의'),
            ((one.value, permission_name(one)) for one in CallPermission),
        ),
        _choice(
            'status',
            _('상태'),
            ((one.value, status_name(one)) for one in CustomerStatus),
            hint=_(
                '차단하면 열린 채팅이 끝나고 콜백이 취소되며, 새 채팅과 콜백, 고객에게 거는 전화가 막힙니다. 통화 중이면 끊지 않습니다.'
            ),
        ),
        FormField(name='memo', label=_('메모'), kind='lines'),
        FormField(name='attributes', label=_('추가 정보'), kind='pairs', add=_('항목 추가')),
    ]


def _choice(
    name: str, label: str, options: Iterable[tuple[str, str]], *, hint: str = ''
) -> FormField:
    return FormField(name=name, label=label, kind='choice', options=list(options), hint=hint)


def _read(form: EditForm, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the values of a filled form; or show at each field what is wrong, and return ``None``."""
    given: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field, value in values.items():
        name, _dot, attribute = field.partition('.')
        one = {attribute: value} if attribute else value
        try:
            customer_fields.parse_fields(CustomerFields.model_validate({name: one}))
        except InvalidInputError as error:
            errors[field] = sentence(language(), error)
        except (ValidationError, TypeError):  # not sent by our form
            return None
        else:
            given[name] = given.get(name, {}) | one if attribute else one
    if errors:
        form.refuse(errors)
        return None
    return given


def _refused(form: EditForm, error: DeskError) -> None:
    """Show an error at its field when it belongs to one, else as a notice."""
    field = _FIELD_OF.get(error.key)
    if field:
        form.refuse({field: sentence(language(), error)})
    else:
        form.failed()
        notices.tell(error)


_FIELD_OF = {
    'customer.name': 'name',
    'customer.phone_missing': 'phones',
    'customer.phones_many': 'phones',
    'customer.attributes_many': 'attributes',
}


def _said(edited: Edited) -> str:
    """Show that the record is saved, and the changes that a colleague made meanwhile."""
    if not edited.theirs:
        return _('저장했습니다')
    return _('저장했습니다. 그사이 {changes}', changes=', '.join(map(_their, edited.theirs)))


def _their(one: Theirs) -> str:
    return _('{name} 님이 {field} 변경', name=one.agent_name, field=field_name(one.field))
