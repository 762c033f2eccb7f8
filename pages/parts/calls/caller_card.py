"""발신 고객: who is calling, while it rings. By number; several who share it, and nobody, are said as well.

Linking is one key where there is no doubt; where several share the number, the agent chooses.
"""

from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import ConflictError, DeskError
from desk.events import Event
from models import Customer
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.calls.caller_person import CallerPerson
from pages.parts.calls.phone_state import Call
from pages.parts.calls.words import caller_name
from pages.parts.customers.restriction import restriction_act
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.calls.callers import Caller, Candidate, named_in
from services.customers.events import EVERY_CUSTOMER, CustomerChanged, CustomerPart

HEAR_SECONDS = 0.2
MOST_PASTS = 2
MOST_ATTRIBUTES = 8
VALUE_CHARS = 80


class CallerCard(Component):
    """The caller's card: the call, and the customers with its number."""

    def __init__(self, context: PageContext, call: Call) -> None:
        super().__init__(context.services.topics)
        self.call_id = call.id
        self._context, self._call = context, call
        self._caller = Caller(candidates=[])
        self.classes('desk-offer desk-caller').props('role=region')
        self.props['aria-label'] = _('발신 고객')
        with self:
            head = filled('<b>{who}</b> <span class="desk-tag">{queue}</span>', who=caller_name(call), queue=call.queue)  # fmt: skip
            Piece(inside=head)
            Piece('dl', inside=_attributes(call)).classes('desk-caller-attributes')
            self._people = ui.element('div').classes('desk-caller-people')
            self._people.props('aria-live=polite')
            with ui.element('div').classes('desk-offer-acts'):
                button(_('닫기'), self.delete, ButtonStyle.QUIET)
        self.listen(EVERY_CUSTOMER, self._hear, draws=False)
        self.start(notices.in_place(self._read))

    def _hear(self, event: Event) -> None:
        """Read again when one of the customers is changed meanwhile: blocked, for one."""
        if isinstance(event, CustomerChanged) and event.part is CustomerPart.RECORD:
            known = {one.customer.id for one in self._caller.candidates}
            if event.customer_id in known:
                self.within(HEAR_SECONDS, self._read)

    def open_first(self) -> None:
        """Open the first customer who may be calling."""
        if self._caller.candidates:
            self._open(self._caller.candidates[0].customer.id)

    async def link_sure(self) -> None:
        """Link the customer of whom there is no doubt; say that one is to be chosen where there is."""
        if (sure := self._caller.sure) is not None:
            await self._link(sure)
        elif self._caller.linked_id is None and self._caller.candidates:
            notices.tell(ConflictError('call.choose_customer'))
        elif self._caller.linked_id is None:
            await self._register()

    def _open(self, customer_id: UUID) -> None:
        ui.navigate.to(f'/desk/customers/{customer_id}')

    async def _read(self) -> None:
        call = self._call
        self._caller = await self.still(
            self._context.services.callers.caller(
                self._context.agent, call.id, call.number, call.attributes
            )
        )
        self._people.clear()
        with self._people:
            self._say()
            people = [self._draw(one) for one in self._caller.candidates]
        for person in people[:MOST_PASTS]:
            await self.still(person.read_past())

    def _say(self) -> None:
        if self._caller.is_kept_apart:
            warning = Piece(inside=filled('<i class="material-icons" aria-hidden="true">shield</i>{text}', text=_('보호 조치로 다시 연결하지 않는 고객입니다. 거절하면 다른 상담원에게 갑니다.')))  # fmt: skip
            warning.classes('desk-caller-barred').props('role=alert')
        count = len(self._caller.candidates)
        if not count:
            ui.label(_('이 번호의 고객이 없습니다.')).classes('desk-sub')
            if self._call.number:
                button(_('고객 등록 (Shift + C)'), self._register)
        elif count > 1:
            ui.label(_('이 번호를 쓰는 고객이 {count}명입니다.').format(count=count))

    def _draw(self, candidate: Candidate) -> CallerPerson:
        customer, caller = candidate.customer, self._caller
        person = CallerPerson(self._context, candidate)
        is_first = candidate is caller.candidates[0]
        opens = _('고객 열기 (Shift + L)') if is_first else _('고객 열기')
        person.act(opens, partial(self._open, customer.id), ButtonStyle.QUIET)
        if (act := restriction_act(self._context, customer)) is not None:
            person.act(*act, ButtonStyle.QUIET)
        if caller.linked_id is not None:
            person.act(_('연결 해제'), self._unlink, ButtonStyle.QUIET)
        else:
            is_sure = caller.sure is customer
            text = _('연결 (Shift + C)') if is_sure else _('연결')
            person.act(
                text,
                partial(self._link, customer),
                ButtonStyle.PRIMARY if is_sure else ButtonStyle.PLAIN,
            )
        return person

    # ---- linking

    async def _link(self, customer: Customer) -> None:
        callers, agent = self._context.services.callers, self._context.agent
        try:
            await self.still(callers.link(agent, self.call_id, customer.id))
        except DeskError as error:
            notices.tell(error)
        else:
            notices.done(_('{name} 고객과 연결했습니다', name=customer.name))
        self.start(self._read())  # what was pressed goes

    async def _unlink(self) -> None:
        try:
            await self.still(
                self._context.services.callers.unlink(self._context.agent, self.call_id)
            )
        except DeskError as error:
            notices.tell(error)
        else:
            notices.done(_('연결을 해제했습니다'))
        self.start(self._read())  # what was pressed goes

    async def _register(self) -> None:
        """Ask for the name of somebody who is not on record, and put them there."""
        with dialog.titled(self._context.dialogs, _('고객 등록')) as question:
            field = ui.input(value=named_in(self._call.attributes)).props('dense outlined autofocus')  # fmt: skip
            field.props['aria-label'] = _('이름')
            field.props['placeholder'] = _('이름')
            field.on('keydown.enter', lambda: question.submit(field.value), args=[])
            ui.label(caller_name(self._call)).classes('desk-sub')
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('등록'), lambda: question.submit(field.value), ButtonStyle.PRIMARY)
        name = await self.still(question)
        if not name:
            return
        try:
            await self.still(
                self._context.services.callers.register(
                    self._context.agent, self.call_id, str(name), self._call.number
                )
            )
        except DeskError as error:
            notices.tell(error)
        self.start(self._read())  # what was pressed goes


def _attributes(call: Call) -> Markup:
    """Return the attributes that the contact flow set on the call."""
    shown = list(call.attributes.items())[:MOST_ATTRIBUTES]
    return Markup().join(
        filled('<dt>{name}</dt><dd>{value}</dd>', name=name, value=value[:VALUE_CHARS])
        for name, value in shown
    )
