"""One customer's page: card and form, likely duplicates, notes, and the timeline."""

from functools import partial
from uuid import UUID

from nicegui import ui

from desk.errors import DeskError, NotFoundError
from desk.events import Resync
from models import Customer
from pages import notices
from pages.component import Component, busy, still
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers import card as customer_card
from pages.parts.customers.attachments import CustomerFilesPart
from pages.parts.customers.callback_form import new_callback
from pages.parts.customers.contact_access import ContactAccess
from pages.parts.customers.erase import erase
from pages.parts.customers.file_dialog import make_file
from pages.parts.customers.form import CustomerForm
from pages.parts.customers.merge import MergePanel
from pages.parts.customers.personal import ask_to_see
from pages.parts.customers.timeline import TimelineList
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.customers.events import CustomerChanged, CustomerPart, customer_topic


class CustomerProfile(Component):
    """One customer's page in one browser tab."""

    def __init__(self, context: PageContext, customer_id: UUID) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-person')
        self._context = context
        self._records = context.services.customer_records
        self._customer_id = customer_id
        self._form: CustomerForm | None = None
        self._access = ContactAccess(self, context)
        self._is_drawn = self._has_missed = False
        self._merging = MergePanel(context, customer_id)
        busy(self, is_busy=True)

    async def open(self) -> None:
        """Draw the customer and keep the page current. Raises ``NotFoundError`` when there is none, or the record was deleted."""
        self.listen(customer_topic(self._customer_id), self._hear)
        self._access.listen()
        try:
            customer = await self.still(
                self._records.customer(self._context.agent, self._customer_id)
            )
            await self.still(self._access.learn([self._customer_id]))
        finally:
            busy(self, is_busy=False)
        self._draw(customer)
        if self._has_missed:
            await self._read_again()

    def refresh(self) -> bool:
        """Apply the reader's changed rights; typed text stays. Return that it did."""
        if self._is_drawn and self._customer.id == self._customer_id:
            self._timeline.refresh()
            self.start(self._read_again())
        self._has_missed = True
        return True

    async def edit(self) -> None:
        """Replace the card by the form."""
        if not self._is_drawn:
            return
        await self.still(self._access.learn([self._customer_id]))
        if self._form is None and self._customer.id == self._customer_id:
            self._card.clear()
            with self._card:
                self._form = CustomerForm(
                    self._context, self._customer, self._access, on_saved=self._saved
                )
            self._form.form.on_cancel(self._close_form)
            self._form.form.on_reveal(self._reveal)

    def write(self) -> None:
        """Put the caret into the note box."""
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
                if self._context.services.customer_attachments.are_on:
                    CustomerFilesPart(self._context, self._customer_id)
            self._timeline = TimelineList(
                self._context, self._customer_id, undo_merge=self._merging.undo
            )
        self._draw_card()
        self._timeline.start(self._timeline.open())  # beside the card
        self.start(self._suggest())

    def _draw_card(self) -> None:
        self._card.clear()
        with self._card:
            with ui.element('div').classes('desk-person-head'):
                customer_card.heading(self._customer)
                button(_('고치기'), self.edit)
                button(_('합치기'), self._merging.search)
                button(_('콜백 약속'), partial(new_callback, self._context, self._customer))
            customer_card.facts(self._context, self._customer, self._access)
            if self._context.agent.is_supervisor:
                button(_('열람 자료'), self._file, ButtonStyle.QUIET).classes('desk-person-file')
                button(_('고객 정보 삭제'), self._erase, ButtonStyle.QUIET).classes(
                    'desk-person-erase'
                )

    async def _file(self) -> None:
        await make_file(self._context, self._customer_id)

    async def _erase(self) -> None:
        await erase(self._context, self._customer_id)

    async def _suggest(self) -> None:
        """Show the likely duplicates."""
        duplicates, place = self._context.services.customer_duplicates, self._alike
        try:
            found = await still(
                place, duplicates.suggestions(self._context.agent, self._customer_id)
            )
        except DeskError:  # reading the card shows the same error
            return
        place.clear()
        with place:
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

    async def _saved(self, customer: Customer) -> None:
        self._customer = customer
        await self._close_form()

    async def _reveal(self, _field: str) -> None:
        form = self._form
        if form is None:
            return
        may_see = self._access.sees(self._customer)
        if may_see or await self.still(ask_to_see(self._context, self._customer)) is not None:
            form.reveal(self._customer)

    async def _close_form(self) -> None:
        self._form = None
        await self.still(self._access.learn([self._customer_id]))
        self._draw_card()

    # ---- events

    def _hear(self, event: object) -> None:
        if isinstance(event, Resync) or (
            isinstance(event, CustomerChanged)
            and event.part not in (CustomerPart.NOTES, CustomerPart.FILES)
        ):
            if self._is_drawn:
                self.start(self._read_again())
            self._has_missed = True  # events before the page is drawn are caught up after it

    async def _read_again(self) -> None:
        try:
            customer = await self.still(
                self._records.customer(self._context.agent, self._customer_id)
            )
            await self.still(self._access.learn([self._customer_id]))
        except NotFoundError as error:
            self.clear()
            with self:
                notices.show_error(error, back='/desk/customers')
            return
        except DeskError as error:
            notices.tell(error)
            return
        if {customer.id, self._customer.id} != {self._customer_id}:  # merged, or separated again
            self._form = None
            self._draw(customer)
            return
        before, self._customer = self._customer, customer
        if self._form is not None:
            by = await self.still(self._editor(since=before.version))
            if self._form is not None:
                self._form.news(customer, by)
        else:
            self._draw_card()
        await self._suggest()

    async def _editor(self, *, since: int) -> str:
        try:
            return await self._records.last_editor(
                self._context.agent, self._customer_id, since=since
            )
        except DeskError:  # the change matters more than its author
            return ''
