"""The form of one customer: a new one, or one on record."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from desk.errors import DeskError, InvalidInputError
from models import Customer, CustomerStatus, CustomerType, RiskLevel
from pages import notices
from pages.locale import _, language, sentence
from pages.parts import times
from pages.parts.customer_badges import risk_name, status_name, type_name
from pages.parts.edit_form import EditForm, EditFormLabels, Filled, FormField, FormRecord
from pages.seat import Seat
from services import customer_fields
from services.customer_fields import ATTRIBUTE, MAX_PHONES, CustomerEdit, CustomerFields
from services.customer_records import EditClashError, Edited, Theirs
from services.personal_data import masked_email, masked_phone

PERSONAL = ('phones', 'email')
Saved = Callable[[Customer], None]


def new_form(seat: Seat, on_saved: Saved, on_cancel: Callable[[], None]) -> EditForm:
    """Draw the form of a new customer."""
    customer_id = uuid4()  # pressed twice, or told twice, it is one customer
    blank = customer_fields.values_of(Customer(name='', phone=''))
    form = EditForm(
        _labels(),
        _fields(None),
        FormRecord(values=blank | {'phones': []}, is_new=True),
        keep=f'desk.customer.new.{seat.agent.id}',
    )

    async def save(filled: Filled) -> None:
        given = _read(form, {'name': '', 'phones': [], **filled.values})
        if given is None:
            return
        try:
            customer = await seat.services.customer_records.create(
                seat.agent, CustomerFields.model_validate(given), customer_id=customer_id
            )
        except DeskError as error:
            _refused(form, error)
        else:
            form.saved()
            notices.done(_('고객을 등록했습니다'))
            on_saved(customer)

    form.on_save(save)
    form.on_cancel(on_cancel)
    return form


class CustomerForm:
    """The form of a customer on record, while it is open."""

    def __init__(
        self, seat: Seat, customer: Customer, *, is_revealed: bool, on_saved: Saved
    ) -> None:
        self._seat = seat
        self._customer_id: UUID = customer.id
        self._version = customer.version
        self._hidden = () if is_revealed else PERSONAL
        self._on_saved = on_saved
        self.form = EditForm(
            _labels(),
            _fields(customer),
            FormRecord(
                values=self._values(customer), version=customer.version, hidden=self._hidden
            ),
            keep=f'desk.customer.{customer.id}.{seat.agent.id}',
        )
        self.form.on_save(self._save)

    def news(self, customer: Customer, by: str = '') -> None:
        """Tell the form that the record is another now."""
        if customer.version > self._version:
            self._version = customer.version
            self.form.news(customer.version, self._values(customer), by)

    def reveal(self, customer: Customer) -> None:
        """Show what is hidden, so that it can be changed."""
        self._hidden = ()
        values = _values(customer)
        self.form.reveal({name: values[name] for name in PERSONAL})

    def _values(self, customer: Customer) -> dict[str, Any]:
        return {
            name: value for name, value in _values(customer).items() if name not in self._hidden
        }

    async def _save(self, filled: Filled) -> None:
        given = _read(self.form, filled.values)
        if given is None:
            return
        try:
            edit = CustomerEdit.model_validate({'version': filled.version, **given})
            edited = await self._seat.services.customer_records.edit(
                self._seat.agent, self._customer_id, edit
            )
        except EditClashError as error:
            self._version = error.customer.version
            by = next((one.agent_name for one in error.clashes if one.agent_name), '')
            self.form.news(error.customer.version, self._values(error.customer), by)
        except DeskError as error:
            _refused(self.form, error)
        else:
            self._version = edited.customer.version
            self.form.saved()
            notices.done(_said(edited))
            self._on_saved(edited.customer)


def _values(customer: Customer) -> dict[str, Any]:
    """Return a record's values as people write them."""
    values: dict[str, Any] = dict(customer_fields.values_of(customer))
    return values | {'phones': [times.phone(one) for one in values['phones']]}


def field_name(name: str) -> str:
    """Name a field of a customer; an attribute by the name that somebody gave it."""
    names = {
        'name': _('이름'),
        'phones': _('전화번호'),
        'email': _('이메일'),
        'customer_type': _('유형'),
        'status': _('상태'),
        'risk_level': _('위험도'),
        'memo': _('메모'),
    }
    return names.get(name) or name.removeprefix(ATTRIBUTE)


def field_value(name: str, value: Any) -> str:
    """Return a field's value as it may be read by everybody."""
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
        _choice('status', _('상태'), ((one.value, status_name(one)) for one in CustomerStatus)),
        _choice('risk_level', _('위험도'), ((one.value, risk_name(one)) for one in RiskLevel)),
        FormField(name='memo', label=_('메모'), kind='lines'),
        FormField(name='attributes', label=_('추가 정보'), kind='pairs', add=_('항목 추가')),
    ]


def _choice(name: str, label: str, options: Iterable[tuple[str, str]]) -> FormField:
    return FormField(name=name, label=label, kind='choice', options=list(options))


def _read(form: EditForm, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what can be kept of a filled form; or say at each field what cannot, and return nothing."""
    given: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field, value in values.items():
        name, _dot, attribute = field.partition('.')
        one = {attribute: value} if attribute else value
        try:
            customer_fields.read(CustomerFields.model_validate({name: one}))
        except InvalidInputError as error:
            errors[field] = sentence(language(), error)
        except (ValidationError, TypeError):  # not from our form
            return None
        else:
            given[name] = given.get(name, {}) | one if attribute else one
    if errors:
        form.refuse(errors)
        return None
    return given


def _refused(form: EditForm, error: DeskError) -> None:
    """Say what went wrong: at its field when it is one field's, else aside."""
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
    """Say that it is saved, and what a colleague had changed meanwhile."""
    if not edited.theirs:
        return _('저장했습니다')
    return _('저장했습니다. 그사이 {changes}', changes=', '.join(map(_their, edited.theirs)))


def _their(one: Theirs) -> str:
    return _('{name} 님이 {field} 변경', name=one.agent_name, field=field_name(one.field))


def _labels() -> EditFormLabels:
    return EditFormLabels(
        form=_('고객 정보 고치기'),
        save=_('저장'),
        cancel=_('취소'),
        mine=_('내 것'),
        theirs=_('저장된 것'),
        clash=_('{name} 님이 그사이 이 항목을 바꿨습니다. 남길 것을 고르세요.', name='{name}'),
        somebody=_('동료'),
        undecided=_('겹친 항목에서 남길 것을 먼저 고르세요.'),
        unsaved=_('저장하지 않은 내용이 있습니다.'),
        saving=_('저장하고 있습니다'),
        away=_('연결이 끊겼습니다. 입력한 내용은 그대로 있으니 연결되면 저장하세요.'),
        again=_('한 번 더 누르면 고친 내용을 버립니다.'),
        restored=_('저장하지 않은 내용을 되살렸습니다.'),
        discard=_('버리기'),
        reveal=_('보기'),
        remove=_('지우기'),
        empty=_('없음'),
        pair_name=_('항목 이름'),
        pair_value=_('내용'),
        leave_title=_('저장하지 않은 내용이 있습니다'),
        leave_text=_('지금 나가면 저장되지 않습니다. 이 탭에서 다시 열면 이어서 고칠 수 있습니다.'),
        leave=_('나가기'),
        stay=_('계속 고치기'),
    )
