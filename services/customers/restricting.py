"""이용 제한: a block with an end, which lifts itself. It is the block that everybody knows, with a day on it.

Supervisors restrict, with a reason. Whoever changes the status by hand ends the restriction with it.
"""

from datetime import timedelta
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, InvalidInputError
from models import Agent, AuditAction, Customer, CustomerStatus
from services.chats.blocking import end_chats_of_all_blocked, end_chats_of_blocked
from services.contacts.access import require_supervisor
from services.customers import fields as customer_fields
from services.customers import queries
from services.customers.records import locked_current
from services.customers.unit_of_work import CustomerUnitsOfWork
from services.text.reasons import parse_why

LEAST_DAYS, MOST_DAYS = 1, 365
BATCH = 100


class Restrictions:
    """Blocks with an end."""

    def __init__(self, units: CustomerUnitsOfWork) -> None:
        self._units = units

    async def restrict(self, by: Agent, customer_id: UUID, days: int, why: str) -> Customer:
        """Block a customer for some days from now, and end their chats; of one who is restricted set another end.

        Raises:
            NotAllowedError: not a supervisor.
            InvalidInputError: the reason is missing, or the number of days out of range.
            NotFoundError, MergedAwayError: the customer does not exist, or was merged.
            ConflictError: the customer is blocked without an end.
        """
        require_supervisor(by)
        reason = parse_why(why, error_key='personal.why')
        if not LEAST_DAYS <= days <= MOST_DAYS:
            raise InvalidInputError('settings.number', least=LEAST_DAYS, most=MOST_DAYS)
        async with self._units.begin() as work:
            customer = await locked_current(work.session, customer_id)
            if customer.status is CustomerStatus.BLOCKED and customer.blocked_until is None:
                raise ConflictError('customer.blocked_already')
            work.change(by, customer, {'status': CustomerStatus.BLOCKED.value})
            customer.blocked_until = clock.now() + timedelta(days=days)
            work.session.add(customer)
            work.record(
                by, AuditAction.CUSTOMER_RESTRICTED, subject=customer, reason=reason,
                details={'days': days},
            )  # fmt: skip
        phones = customer_fields.phones_of(customer)
        await end_chats_of_blocked(self._units.of_others, by, customer.id, phones)
        return customer

    async def release(self, by: Agent | None, customer_id: UUID) -> Customer:
        """Lift a restriction; one that is over already, or a block without an end, stays as it is.

        Raises ``NotAllowedError``, ``NotFoundError``, ``MergedAwayError``.
        """
        if by is not None:
            require_supervisor(by)
        async with self._units.begin() as work:
            customer = await locked_current(work.session, customer_id)
            if customer.status is CustomerStatus.BLOCKED and customer.blocked_until is not None:
                work.change(by, customer, {'status': CustomerStatus.ACTIVE.value})
                work.session.add(customer)
                work.record(by, AuditAction.CUSTOMER_RELEASED, subject=customer)
        return customer

    async def release_due(self) -> list[UUID]:
        """Lift the restrictions whose time is over; return whose."""
        async with self._units.db.reading() as session:
            due = await queries.blocks_over(session, clock.now(), BATCH)
        for customer_id in due:
            await self.release(None, customer_id)
        return due

    async def end_left_chats(self) -> int:
        """End the chats of blocked customers that nobody ended: a process was killed, or a number became theirs later."""
        return await end_chats_of_all_blocked(self._units.of_others)
