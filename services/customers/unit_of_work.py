"""The unit of work for changes of customers, which also stores the earlier values.

Every change of a record adds a ``customer_changes`` row, updates open cards, and is visible in
every process's phone look-ups before the caller continues.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar
from uuid import UUID

from desk import clock
from desk.db import Database
from desk.errors import ConflictError
from models import Agent, Customer, CustomerChange
from services.customers import fields as customer_fields
from services.customers.events import CustomerChanged, CustomerPart
from services.customers.fields import Value, Values, phones_of
from services.customers.phone_lookup import PhoneLookup
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

ATTEMPTS = 5

DoneT = TypeVar('DoneT')


class TryAgainError(Exception):
    """The rows to lock have grown: the unit of work is run again (``CustomerUnitsOfWork.attempt``)."""


class CustomerUnitOfWork:
    """One unit of work in which customers change."""

    def __init__(self, work: UnitOfWork, lookup: PhoneLookup) -> None:
        self.work = work
        self.session = work.session
        self.record = work.record
        self.phones: set[str] = set()
        """Numbers that may belong to other customers after the commit."""
        self._lookup = lookup

    def change(
        self,
        agent: Agent | None,
        customer: Customer,
        changes: Values,
        *,
        change_id: UUID | None = None,
        beside: Mapping[str, list[Value]] | None = None,
    ) -> list[str]:
        """Change a locked record; return the names of the changed fields, with all attributes as one.

        Args:
            agent: the person who acts; none for the desk itself.
            customer: the record.
            changes: the new values.
            change_id: the id of the row that stores the earlier values.
            beside: further entries of that row which are not fields, by name: [before, after].
        """
        before, old_phones = customer_fields.values_of(customer), phones_of(customer)
        changes = customer_fields.differing(before, changes)
        customer_fields.put(customer, changes)
        customer.version += 1
        customer.updated_at = clock.now()
        kept: dict[str, list[Value]] = {
            name: [before.get(name), value] for name, value in changes.items()
        }
        self._keep(agent, customer, {**kept, **(beside or {})}, change_id)
        self.tell(
            customer, phones=[*old_phones, *phones_of(customer)] if 'phones' in changes else ()
        )
        return names_of(changes)

    def create(self, agent: Agent, customer: Customer) -> None:
        """Store a new record."""
        self.session.add(customer)
        values = customer_fields.values_of(customer)
        self._keep(agent, customer, {name: [None, value] for name, value in values.items()}, None)
        self.tell(customer, phones=phones_of(customer))

    def tell(
        self,
        customer: Customer,
        part: CustomerPart = CustomerPart.RECORD,
        *,
        other_id: UUID | None = None,
        phones: Sequence[str] = (),
    ) -> None:
        """Announce the changed part of a customer to open cards; drop cached look-ups of ``phones``."""
        self.forget(phones)
        self.work.tell(
            CustomerChanged(
                customer_id=customer.id,
                part=part,
                version=customer.version,
                other_id=other_id,
                phone_keys=tuple(dict.fromkeys(map(self._lookup.key, phones))),
            )
        )

    def forget(self, phones: Sequence[str]) -> None:
        """Drop cached look-ups of numbers after the commit."""
        self.phones.update(phones)

    def _keep(
        self,
        agent: Agent | None,
        customer: Customer,
        fields: dict[str, list[Value]],
        change_id: UUID | None,
    ) -> None:
        change = CustomerChange(
            customer_id=customer.id,
            agent_id=agent.id if agent else None,
            version=customer.version,
            fields=fields,
        )
        if change_id:
            change.id = change_id
        self.session.add(change)


class CustomerUnitsOfWork:
    """Begins units of work on customers."""

    def __init__(self, units: UnitsOfWork, lookup: PhoneLookup) -> None:
        self._units = units
        self._lookup = lookup

    @property
    def of_others(self) -> UnitsOfWork:
        """Units of work for what follows from a change in other packages' tables."""
        return self._units

    @property
    def db(self) -> Database:
        """The database of these units of work."""
        return self._units.db

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[CustomerUnitOfWork]:
        """Run the block as one transaction; once it returns, no look-up answers from before the change."""
        phones: set[str] = set()
        try:
            async with self._units.begin() as work:
                changing = CustomerUnitOfWork(work, self._lookup)
                phones = changing.phones
                yield changing
        finally:  # also when the outcome of the commit is unknown
            await self._lookup.forget(phones)

    async def attempt(self, act: Callable[[CustomerUnitOfWork], Awaitable[DoneT]]) -> DoneT:
        """Run a unit of work, again when it raises ``TryAgainError``.

        Raises ``ConflictError`` after too many tries.
        """
        for _ in range(ATTEMPTS):
            with suppress(TryAgainError):
                async with self.begin() as work:
                    return await act(work)
        raise ConflictError('customer.busy')


def names_of(changes: Values) -> list[str]:
    """Return field names for the audit log, without attributes' names, which may be personal data."""
    return list(dict.fromkeys(name.partition('.')[0] for name in changes))
