"""콜백 약속: whom to call, from when until when, and why."""

from datetime import timedelta

from markupsafe import Markup
from nicegui.events import GenericEventArguments

from desk import clock
from desk.errors import DeskError
from models import Customer
from models.callback import MAX_CALLBACK_CHARS
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.promise_words import field_moment, field_value
from services.calls.callbacks import NewCallback

FORM = 'desk-callback-new'
SLOT_MINUTES = (30, 60, 120, 240)
SOON = timedelta(hours=1)


def new_callback(context: PageContext, customer: Customer | None = None) -> None:
    """Ask when somebody is to be called back, and put them into the queue."""

    async def submit(event: GenericEventArguments) -> None:
        try:
            await context.still(
                context.services.callbacks.promise(context.agent, _wish(values_of(event), customer))
            )
        except DeskError as error:
            notices.tell(error)
            return
        asking.close()
        notices.done(_('콜백을 약속했습니다'))

    with dialog.titled(context.dialogs, _('콜백 약속')) as asking:
        form = Piece('form', inside=_fields(customer)).classes('desk-steer')
        form.props['id'] = FORM
        form.on('submit', submit, js_handler=VALUES_OF_FORM)


def _wish(given: dict[str, str], customer: Customer | None) -> NewCallback:
    since = field_moment(given.get('from', '')) or clock.now()
    minutes = given.get('minutes', '')
    length = int(minutes) if minutes in {str(one) for one in SLOT_MINUTES} else SLOT_MINUTES[0]
    return NewCallback(
        slot_from=since,
        slot_to=since + timedelta(minutes=length),
        customer_id=customer.id if customer else None,
        phone='' if customer else given.get('phone', ''),
        name='' if customer else given.get('name', ''),
        body=given.get('body', ''),
        is_asked_by_customer=given.get('asked') == 'yes',
    )


def _fields(customer: Customer | None) -> Markup:
    return filled(
        '{who}<label class="desk-steer-field">{from_label}<input class="desk-input" name="from" type="datetime-local" required value="{soon}"></label>'
        '<label class="desk-steer-field">{length}<select class="desk-input" name="minutes">{lengths}</select></label>'
        '<label class="desk-steer-field">{body}<input class="desk-input" name="body" maxlength="{most}" autocomplete="off" dir="auto"></label>'
        '<label class="desk-steer-field">{by}<select class="desk-input" name="asked"><option value="yes">{asked}</option><option value="no">{offered}</option></select></label>'
        '<button type="submit" class="desk-button desk-primary">{do}</button>',
        who=_who(customer),
        from_label=_('언제부터'),
        soon=field_value(clock.now() + SOON),
        length=_('얼마 동안'),
        lengths=Markup().join(
            filled(
                '<option value="{one}">{text}</option>', one=one, text=_('{minutes}분', minutes=one)
            )
            for one in SLOT_MINUTES
        ),
        body=_('용건'),
        most=MAX_CALLBACK_CHARS,
        by=_('누가 정했나요'),
        asked=_('고객이 요청'),
        offered=_('상담원이 약속'),
        do=_('콜백 약속'),
    )


def _who(customer: Customer | None) -> Markup:
    if customer is not None:
        return filled('<p><b>{name}</b></p>', name=customer.name)
    return filled(
        '<label class="desk-steer-field">{name}<input class="desk-input" name="name" maxlength="100" autocomplete="off" autofocus></label>'
        '<label class="desk-steer-field">{phone}<input class="desk-input" name="phone" inputmode="tel" required maxlength="60" autocomplete="off"></label>',
        name=_('이름'),
        phone=_('전화번호'),
    )
