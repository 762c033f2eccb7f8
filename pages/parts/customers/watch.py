"""Keeps the 차단 and 고위험 warnings of the customers that one part of a page names current."""

from collections.abc import Callable, Iterable
from uuid import UUID

from markupsafe import Markup

from desk.events import Resync
from models import Agent
from pages.component import Component
from pages.parts.customers.badges import badges
from services.customers.events import EVERY_CUSTOMER, CustomerChanged
from services.customers.warnings import CustomerWarning
from services.registry import Services

READ_SECONDS = 0.5


class CustomerWatch:
    """The warnings of some customers."""

    def __init__(
        self, owner: Component, services: Services, agent: Agent, *, redraw: Callable[[], None]
    ) -> None:
        """Begin without customers; ``redraw`` is called when a warning changes."""
        self._owner = owner
        self._records = services.customer_records
        self._agent = agent
        self._redraw = redraw
        self._known: dict[UUID, tuple[CustomerWarning, ...]] = {}

    def listen(self) -> None:
        """Follow changes until the owner stops listening."""
        self._owner.listen(EVERY_CUSTOMER, self._hear, draws=False)

    async def learn(self, customer_ids: Iterable[UUID | None]) -> None:
        """Read the warnings of the customers that are not known yet."""
        if unknown := {one for one in customer_ids if one} - self._known.keys():
            found = await self._owner.still(self._records.warnings(self._agent, unknown))
            self._known |= dict.fromkeys(unknown, ()) | found

    def badges(self, customer_id: UUID | None) -> Markup:
        """Return a customer's warnings for the line that names them."""
        return badges(self._known.get(customer_id, ())) if customer_id else Markup()

    def _hear(self, event: object) -> None:
        is_known = isinstance(event, CustomerChanged) and event.customer_id in self._known
        if is_known or (isinstance(event, Resync) and self._known):
            self._owner.within(READ_SECONDS, self._read_again)

    async def _read_again(self) -> None:
        before = self._known
        found = await self._owner.still(self._records.warnings(self._agent, before.keys()))
        self._known = dict.fromkeys(before, ()) | found
        if self._known != before:
            self._redraw()
