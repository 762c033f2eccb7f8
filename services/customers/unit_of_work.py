"""Where records of customers are changed: in one piece of work that also keeps what was there before.

Every change of a record leaves a ``customer_changes`` row, tells open cards, and is right in the telephone look-ups
of every process before the caller goes on.
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
    """What was to be locked has grown meanwhile: the work is begun anew (``CustomerUnitsOfWork.attempt``)."""


class CustomerUnitOfWork:
    """One piece of work in which customers change."""

    def __init__(self, work: UnitOfWork, lookup: PhoneLookup) -> None:
        self.work = work
        self.session = work.session
        self.record = work.record
        self.phones: set[str] = set()
        """The numbers that may lead to others once this is committed."""
        self._lookup = lookup

    def change(
        self,
        agent: Agent,
        customer: Customer,
        changes: Values,
        *,
        change_id: UUID | None = None,
        beside: Mapping[str, list[Value]] | None = None,
    ) -> list[str]:
        """Change a record that the work holds locked; returns the names of the fields that did, attributes as one.

        Args:
            agent: who does it.
            customer: the record.
            changes: the values that come.
            change_id: the id of the row that keeps what was there before.
            beside: what the row keeps beside them that is no field, by name: [before, after].
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
        """Keep a new record."""
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
        """Tell open cards what is another now; ``phones`` are looked up anew by everybody."""
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
        """Let numbers be looked up anew once this is committed."""
        self.phones.update(phones)

    def _keep(
        self,
        agent: Agent,
        customer: Customer,
        fields: dict[str, list[Value]],
        change_id: UUID | None,
    ) -> None:
        change = CustomerChange(
            customer_id=customer.id, agent_id=agent.id, version=customer.version, fields=fields
        )
        if change_id:
            change.id = change_id
        self.session.add(change)


class CustomerUnitsOfWork:
    """Where pieces of work on customers are done."""

    def __init__(self, units: UnitsOfWork, lookup: PhoneLookup) -> None:
        self._units = units
        self._lookup = lookup

    @property
    def db(self) -> Database:
        """The database behind it."""
        return self._units.db

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[CustomerUnitOfWork]:
        """Run the block as one transaction; when it is committed, nobody finds an old answer by a changed number."""
        phones: set[str] = set()
        try:
            async with self._units.begin() as work:
                changing = CustomerUnitOfWork(work, self._lookup)
                phones = changing.phones
                yield changing
        finally:  # also when it is not known whether it was committed
            await self._lookup.forget(phones)

    async def attempt(self, act: Callable[[CustomerUnitOfWork], Awaitable[DoneT]]) -> DoneT:
        """Do a piece of work, anew when it raises ``TryAgainError``. Raises ``ConflictError`` when it does not come to rest."""
        for _ in range(ATTEMPTS):
            with suppress(TryAgainError):
                async with self.begin() as work:
                    return await act(work)
        raise ConflictError('customer.busy')


def names_of(changes: Values) -> list[str]:
    """Return the names of fields for the audit log: what somebody called an attribute may name a person."""
    return list(dict.fromkeys(name.partition('.')[0] for name in changes))
