"""Customers on record: found, created, edited. Every agent may see and edit every customer.

Two people may edit one record at once. Changes in different fields are combined, and the second
person is shown the first one's; when both change the same field, the second one chooses. Nothing is
overwritten unseen.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import override

from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import Agent, AuditAction, Customer, CustomerChange, CustomerStatus
from services.chats.blocking import end_chats_of_blocked
from services.customers import fields as customer_fields
from services.customers import queries
from services.customers.fields import MAX_NAME_CHARS, CustomerEdit, CustomerFields, Value, Values
from services.customers.masks import masked_value
from services.customers.merge_plan import BESIDE
from services.customers.unit_of_work import CustomerUnitsOfWork, names_of
from services.customers.warnings import CustomerWarning, warnings_for
from services.work.cursors import Cursor

PAGE = 50
MAX_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A colleague's change of one field, and its time."""

    field: str
    before: Value
    after: Value
    agent_name: str
    """Empty for the desk itself."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A record after an edit, and colleagues' changes of other fields since it was read."""

    customer: Customer
    theirs: tuple[Theirs, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One field that two people changed: the original value, the colleague's, and the second person's."""

    field: str
    base: Value
    theirs: Value
    mine: Value
    agent_name: str
    """The colleague; empty when unknown."""


class EditClashError(ConflictError):
    """A colleague changed the same fields. Nothing was stored: choose, and edit ``version`` again."""

    def __init__(self, clashes: Sequence[Clash], *, customer: Customer) -> None:
        super().__init__('customer.edit_clash')
        self.clashes = tuple(clashes)
        self.customer = customer

    @property
    @override
    def details(self) -> dict[str, object]:
        """Return the differences, with contact data masked, and the version to continue from."""
        clashes = [
            {
                'field': one.field,
                **{
                    name: masked_value(one.field, getattr(one, name))
                    for name in ('base', 'theirs', 'mine')
                },
            }
            for one in self.clashes
        ]
        return {'version': self.customer.version, 'clashes': clashes}


class MergedAwayError(ConflictError):
    """The record was merged into another one, which has to be edited instead."""

    def __init__(self, kept_id: UUID) -> None:
        super().__init__('customer.merged_away')
        self.kept_id = kept_id

    @property
    @override
    def details(self) -> dict[str, object]:
        """Return the id of the other record."""
        return {'customer_id': str(self.kept_id)}


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A page of customers; ``is_last`` when none follow."""

    customers: list[Customer]
    is_last: bool

    @property
    def place(self) -> Cursor:
        """The place where the next page begins."""
        last = self.customers[-1]
        return Cursor(last.last_contact_at, last.id)


class CustomerRecords:
    """The records of customers."""

    def __init__(self, units: CustomerUnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def customer(self, _agent: Agent, customer_id: UUID) -> Customer:
        """Return a customer.

        A merged record's id returns the record it was merged into, with another id.

        Raises ``NotFoundError`` when it does not exist, or was erased (``customer.erased``).
        """
        async with self._db.reading() as session:
            return require_customer(await queries.following_merges(session, customer_id))

    async def latest(
        self, _agent: Agent, *, after: Cursor | None = None, limit: int = PAGE
    ) -> CustomerPage:
        """Return customers, latest contact first, those without contacts last, after a place."""
        limit = min(limit, MAX_PAGE)
        customers: list[Customer] = []
        async with self._db.reading() as session:
            place = after.timed if after else None
            if after is None or place:
                customers += await queries.latest(session, place, limit=limit + 1)
            if len(customers) <= limit:
                left = limit + 1 - len(customers)
                behind = after.row_id if after and not place else None
                customers += await queries.never_met(session, behind, limit=left)
        return CustomerPage(customers[:limit], is_last=len(customers) <= limit)

    async def warnings(
        self, _agent: Agent, customer_ids: Collection[UUID]
    ) -> dict[UUID, tuple[CustomerWarning, ...]]:
        """Return the warnings for those of these customers who are blocked or of high risk.

        One query.
        """
        if not customer_ids:
            return {}
        async with self._db.reading() as session:
            rows = await queries.careful_about(session, customer_ids)
        return {customer_id: warnings_for(status, risk) for customer_id, status, risk in rows}

    async def create(
        self, agent: Agent, fields: CustomerFields, *, customer_id: UUID | None = None
    ) -> Customer:
        """Create a customer; the same ``customer_id`` again returns the existing one.

        Raises:
            InvalidInputError: the name or number is missing, or a value cannot be stored.
        """
        values = customer_fields.parse_fields(fields)
        if 'name' not in values:
            raise InvalidInputError('customer.name', most=MAX_NAME_CHARS)
        if 'phones' not in values:
            raise InvalidInputError('customer.phone_missing')
        customer = Customer(name='', phone='')
        customer.id = customer_id or customer.id
        customer_fields.put(customer, values)
        async with self._units.begin() as work:
            await queries.one_at_a_time(work.session, customer.id)
            if earlier := await queries.by_id(work.session, customer.id):
                return require_customer(earlier)
            work.create(agent, customer)
            work.record(
                agent, AuditAction.CUSTOMER_CREATED, subject=customer, fields=names_of(values)
            )
            await work.session.flush()
        return customer

    async def edit(self, agent: Agent, customer_id: UUID, edit: CustomerEdit) -> Edited:
        """Edit a record. An edit without a difference changes nothing; one that blocks the customer ends their chats.

        Raises:
            EditClashError: a colleague changed the same fields after ``edit.version``.
            MergedAwayError: the record was merged into another.
            NotFoundError, InvalidInputError: the record does not exist; a value is invalid.
        """
        mine = customer_fields.parse_fields(edit)
        async with self._units.begin() as work:
            customer = await locked_current(work.session, customer_id)
            known = await self._theirs(work.session, customer, edit.version)
            theirs = known or {}
            current = customer_fields.values_of(customer)
            changes = customer_fields.differing(current, mine)
            if clashes := [
                _clash(field, theirs.get(field), current, mine)
                for field in changes
                if known is None or field in theirs
            ]:
                raise EditClashError(clashes, customer=customer)
            if changes:
                names = work.change(agent, customer, changes)
                work.record(agent, AuditAction.CUSTOMER_CHANGED, subject=customer, fields=names)
        if 'status' in changes and customer.status == CustomerStatus.BLOCKED:
            phones = customer_fields.phones_of(customer)
            await end_chats_of_blocked(self._units.of_others, agent, customer.id, phones)
        return Edited(customer=customer, theirs=tuple(theirs.values()))

    async def last_editor(self, _agent: Agent, customer_id: UUID, *, since: int) -> str:
        """Return the name of the last editor after a version; empty for the desk itself and for none."""
        async with self._db.reading() as session:
            rows = await queries.changes_since(session, customer_id, since)
        return rows[-1][1].name if rows and rows[-1][1] else ''

    async def _theirs(
        self, session: AsyncSession, customer: Customer, version: int
    ) -> dict[str, Theirs] | None:
        """Return the changes after a version, by field; ``None`` when some were not recorded."""
        if version == customer.version:
            return {}
        rows = await queries.changes_since(session, customer.id, version)
        if len(rows) != customer.version - version:
            return None
        return _folded(rows)


async def locked_current(session: AsyncSession, customer_id: UUID) -> Customer:
    """Return an active record, locked. Raises ``NotFoundError``, ``MergedAwayError``."""
    customer = (await queries.locked(session, [customer_id])).get(customer_id)
    if customer and customer.merged_into_id:
        raise MergedAwayError(customer.merged_into_id)
    return require_customer(customer)


async def held_current(session: AsyncSession, customer_id: UUID) -> Customer:
    """Return an active record, which stays active until the transaction ends.

    Raises as ``locked_current``.
    """
    customer = await queries.held(session, customer_id)
    if customer and customer.merged_into_id:
        raise MergedAwayError(customer.merged_into_id)
    return require_customer(customer)


def require_customer(customer: Customer | None) -> Customer:
    """Return the customer, or raise ``NotFoundError`` for ``None``."""
    if customer is None:
        raise NotFoundError('customer.not_found')
    if customer.erased_at:
        raise NotFoundError('customer.erased')
    return customer


def _folded(rows: Sequence[tuple[CustomerChange, Agent | None]]) -> dict[str, Theirs]:
    """Combine several changes: a field's value before the first, and after the last."""
    theirs: dict[str, Theirs] = {}
    for change, agent in rows:
        for field, (before, after) in change.fields.items():
            earlier = theirs.get(field)
            theirs[field] = Theirs(
                field=field,
                before=earlier.before if earlier else before,
                after=after,
                agent_name=agent.name if agent else '',
                at=change.created_at,
            )
    for name in BESIDE:
        theirs.pop(name, None)
    return {field: one for field, one in theirs.items() if one.before != one.after}


def _clash(field: str, theirs: Theirs | None, current: Values, mine: Values) -> Clash:
    return Clash(
        field=field,
        base=theirs.before if theirs else None,
        theirs=current.get(field),
        mine=mine[field],
        agent_name=theirs.agent_name if theirs else '',
    )
