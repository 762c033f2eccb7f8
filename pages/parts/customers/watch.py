"""차단 and 고위험 of the customers that one part of a page names, kept current."""

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
    """What must be known of some customers before talking to them."""

    def __init__(
        self, owner: Component, services: Services, agent: Agent, *, redraw: Callable[[], None]
    ) -> None:
        """Watch nobody yet; ``redraw`` is called when something about somebody is another."""
        self._owner = owner
        self._records = services.customer_records
        self._agent = agent
        self._redraw = redraw
        self._known: dict[UUID, tuple[CustomerWarning, ...]] = {}

    def listen(self) -> None:
        """Hear of changes from now on, until the owner stops listening."""
        self._owner.listen(EVERY_CUSTOMER, self._hear, draws=False)

    async def learn(self, customer_ids: Iterable[UUID | None]) -> None:
        """Read what is not known of these customers."""
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
