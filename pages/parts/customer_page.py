"""The whole picture of one customer: card and form, what may be a duplicate, notes, and everything that happened."""

from uuid import UUID

from nicegui import ui

from desk.errors import DeskError, NotFoundError
from desk.events import Resync
from models import Customer
from pages import notices
from pages.component import Component, busy
from pages.locale import _
from pages.parts import customer_card
from pages.parts.buttons import Look, button
from pages.parts.customer_erase import erase
from pages.parts.customer_form import CustomerForm
from pages.parts.customer_merge import Merging
from pages.parts.customer_timeline import CustomerTimeline
from pages.parts.markup import Piece, filled
from pages.parts.personal import ask_to_see
from pages.seat import Seat
from services.customer_events import CustomerChanged, CustomerPart, customer_topic


class CustomerPage(Component):
    """One customer in one browser tab."""

    def __init__(self, seat: Seat, customer_id: UUID) -> None:
        super().__init__(seat.services.topics)
        self.classes('desk-person')
        self._seat = seat
        self._records = seat.services.customer_records
        self._customer_id = customer_id
        self._form: CustomerForm | None = None
        self._sees_whole = False
        self._is_drawn = self._has_missed = False
        self._merging = Merging(seat, customer_id)
        busy(self, is_busy=True)

    async def open(self) -> None:
        """Draw the customer and keep them current. Raises ``NotFoundError``: there is none, or they were deleted."""
        self.listen(customer_topic(self._customer_id), self._hear)
        try:
            customer = await self._records.customer(self._seat.agent, self._customer_id)
            await self._learn_rule()
        finally:
            busy(self, is_busy=False)
        if self.is_deleted:  # while it was read
            return
        self._draw(customer)
        if self._has_missed:
            await self._read_again()

    def edit(self) -> None:
        """Open the form in the card's place."""
        if self._is_drawn and self._form is None and self._customer.id == self._customer_id:
            self._card.clear()
            with self._card:
                self._form = CustomerForm(
                    self._seat, self._customer, is_revealed=self._sees_whole, on_saved=self._saved
                )
            self._form.form.on_cancel(self._close_form)
            self._form.form.on_reveal(self._reveal)

    def write(self) -> None:
        """Put the caret into the box for notes."""
        if self._is_drawn and self._customer.id == self._customer_id:
            self._timeline.write()

    # ---- drawing

    def _draw(self, customer: Customer) -> None:
        self._customer, self._is_drawn = customer, True
        self.clear()
        with self:
            if customer.id != self._customer_id:
                self._merged_away(customer)
                return
            with ui.element('section').classes('desk-person-card') as side:
                side.props['aria-label'] = _('고객 정보')
                self._card = ui.element('div').classes('desk-person-record')
                self._alike = ui.element('div')
            self._timeline = CustomerTimeline(
                self._seat, self._customer_id, undo_merge=self._merging.undo
            )
        self._draw_card()
        self._timeline.start(self._timeline.open())  # the card does not wait for it
        self.start(self._suggest())

    def _draw_card(self) -> None:
        self._card.clear()
        with self._card:
            with ui.element('div').classes('desk-person-head'):
                customer_card.heading(self._customer)
                button(_('고치기'), self.edit)
                button(_('합치기'), self._merging.search)
            customer_card.facts(self._seat, self._customer, is_whole=self._sees_whole)
            if self._seat.agent.sees_everything:
                button(_('고객 정보 삭제'), self._erase, Look.QUIET).classes('desk-person-erase')

    async def _erase(self) -> None:
        await erase(self._seat, self._customer_id)

    async def _suggest(self) -> None:
        """Show who may be the same person twice on record."""
        duplicates = self._seat.services.customer_duplicates
        try:
            found = await duplicates.suggestions(self._seat.agent, self._customer_id)
        except DeskError:  # the card says what is the matter
            return
        if not self._alike.is_deleted:
            self._alike.clear()
            with self._alike:
                self._merging.banner(found)

    def _merged_away(self, kept: Customer) -> None:
        with ui.element('div').classes('desk-empty desk-gone'):
            ui.label(_('다른 고객과 합쳐진 고객입니다.'))
            Piece(
                'a',
                inside=filled(
                    '{text}', text=_('{name} 고객 열기', name=f'{kept.name} ({kept.code})')
                ),
            ).props['href'] = f'/desk/customers/{kept.id}'

    # ---- editing

    def _saved(self, customer: Customer) -> None:
        self._customer = customer
        self._close_form()

    async def _reveal(self, _field: str) -> None:
        if await ask_to_see(self._seat, self._customer) is not None and self._form is not None:
            self._form.reveal(self._customer)

    async def _learn_rule(self) -> None:
        """Learn whether the reader talks with this customer, and so needs no reason to see their numbers."""
        data = self._seat.services.personal_data
        self._sees_whole = bool(await data.sees_whole(self._seat.agent, self._customer_id))

    def _close_form(self) -> None:
        self._form = None
        self._draw_card()

    # ---- hearing

    def _hear(self, event: object) -> None:
        if isinstance(event, Resync) or (
            isinstance(event, CustomerChanged) and event.part is not CustomerPart.NOTES
        ):
            if self._is_drawn:
                self.start(self._read_again())
            self._has_missed = True  # what comes before the page is drawn is read after it

    async def _read_again(self) -> None:
        try:
            customer = await self._records.customer(self._seat.agent, self._customer_id)
        except NotFoundError as error:
            self.clear()
            with self:
                notices.stand(error)
            return
        except DeskError as error:
            notices.tell(error)
            return
        if self.is_deleted:
            return
        if {customer.id, self._customer.id} != {self._customer_id}:  # merged, or parted again
            self._form = None
            self._draw(customer)
            return
        self._customer = customer
        if self._form is not None:
            self._form.news(customer)
        else:
            self._draw_card()
        await self._suggest()


def parse(given: str) -> UUID:
    """Return the customer's id that an address names. Raises ``NotFoundError``."""
    try:
        return UUID(given)
    except ValueError as error:
        raise NotFoundError('customer.not_found') from error
