"""Who a call is with: candidates by number, and the record behind it once an agent has made sure.

A number proves nothing: families and offices share one. A call whose number one record alone has is that record's unless
an agent says otherwise; a link can be taken back. Linking shows nothing of a record that was masked before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from desk.errors import ConflictError, NotFoundError
from models import Agent, AuditAction, Call, Customer
from services.calls import queries
from services.calls.events import CallChanged
from services.contacts import promise_queries
from services.contacts.pair_queries import barred_from
from services.contacts.promise_view import PromiseView
from services.customers import queries as customer_queries
from services.customers.events import CustomerPart
from services.customers.fields import read_name
from services.customers.phone_lookup import PhoneLookup
from services.customers.records import held_current
from services.customers.unit_of_work import CustomerUnitOfWork, CustomerUnitsOfWork
from services.text.folding import name_key
from services.text.phone_numbers import parse_phone
from services.text.terms import clean

MAX_CANDIDATES = 5
MAX_PROMISES = 3
NAMED_BY = ('고객명', '이름', 'customerName', 'CustomerName', 'name')
"""Attributes in which flows note what the caller is called; the first that is there counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record with the caller's number."""

    customer: Customer
    has_same_name: bool | None
    """Whether the caller gave its name; nothing when they gave none."""
    promises: list[PromiseView] = field(default_factory=list)
    """What was promised to them and is still open, the first due first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What is known of who is on the other side of a call."""

    candidates: list[Candidate]
    """Those of the same name first; with the linked one alone once there is one."""
    call_id: UUID | None = None
    """Empty before the desk has heard of the call."""
    linked_id: UUID | None = None
    is_kept_apart: bool = False
    """Whether the agent who asks is protected from this caller (보호): Connect routes calls, so they decide."""

    @property
    def sure(self) -> Customer | None:
        """The record that one key may link: the only one, or the only one of the name that was given."""
        if self.linked_id is not None:
            return None
        named = [one for one in self.candidates if one.has_same_name]
        found = named or self.candidates
        return found[0].customer if len(found) == 1 else None


class Callers:
    """The customers behind calls."""

    def __init__(self, units: CustomerUnitsOfWork, phones: PhoneLookup) -> None:
        self._units = units
        self._db = units.db
        self._phones = phones

    async def caller(
        self, agent: Agent, contact_id: str, number: str, attributes: Mapping[str, str]
    ) -> Caller:
        """Return who may be at the other end of one of Connect's contacts: by its link, else by number.

        Args:
            agent: who asks.
            contact_id: the contact that their softphone has.
            number: the other side's, as Connect writes it; empty when it is withheld.
            attributes: what the flow noted.
        """
        async with self._db.reading() as session:
            call = await queries.call_of_contact(session, agent, contact_id)
            linked = call.customer_id if call else None
            record = await customer_queries.by_id(session, linked) if linked else None
            barred = await barred_from(session, linked, parse_phone(number) or '')
        found = [record] if record and not record.erased_at else []
        phone = parse_phone(number)
        if not found and phone is not None:
            found = await self._phones.customers(phone)
        named = named_in(attributes)
        candidates = [
            Candidate(customer=one, has_same_name=_is_named(one, named) if named else None)
            for one in found
        ]
        candidates.sort(key=lambda one: not one.has_same_name)
        return Caller(
            candidates=await self._with_promises(agent, candidates[:MAX_CANDIDATES]),
            call_id=call.id if call else None,
            linked_id=linked if record else None,
            is_kept_apart=agent.id in barred,
        )

    async def link(self, agent: Agent, contact_id: str, customer_id: UUID) -> Call:
        """Say that a call is with this customer. Linking the same one again changes nothing.

        Raises:
            NotFoundError: there is no such customer, or the call is not the agent's to see.
            ConflictError: the desk has not heard of the call yet, it is linked to another customer, or this one became
                part of another.
        """
        async with self._units.begin() as work:
            call = await _locked(work, agent, contact_id)
            customer = await held_current(work.session, customer_id)
            _link(work, agent, call, customer)
        return call

    async def unlink(self, agent: Agent, contact_id: str) -> Call:
        """Say that a call is not, or not surely, with the customer it is linked to. Raises as ``link``."""
        async with self._units.begin() as work:
            call = await _locked(work, agent, contact_id)
            if call.customer_id is not None:
                customer = await held_current(work.session, call.customer_id)
                _set(work, call, customer, None)
                _record(work, agent, AuditAction.CUSTOMER_UNLINKED, call, customer)
        return call

    async def register(self, agent: Agent, contact_id: str, name: str, number: str = '') -> Call:
        """Make a customer out of a name and the call's number, and link the call to it.

        ``number`` is what the softphone shows: the desk may not have been told yet.

        Raises as ``link``, and ``InvalidInputError`` for what is no name.
        """
        kept = read_name(name)
        async with self._units.begin() as work:
            call = await _locked(work, agent, contact_id)
            if call.customer_id is not None:
                raise ConflictError('call.linked')
            phone = parse_phone(call.phone) or parse_phone(number)
            if phone is None:
                raise ConflictError('call.no_number')
            customer = Customer(name=kept, phone=phone)
            work.create(agent, customer)
            await work.session.flush()
            work.record(
                agent, AuditAction.CUSTOMER_CREATED, subject=customer, fields=['name', 'phone']
            )
            _link(work, agent, call, customer)
        return call

    async def _with_promises(self, agent: Agent, candidates: list[Candidate]) -> list[Candidate]:
        found: list[Candidate] = []
        async with self._db.reading() as session:
            for one in candidates:
                theirs = promise_queries.seen_of_customer(agent, one.customer.id)
                promises = await promise_queries.shown(
                    session, theirs, promise_queries.IS_OPEN, limit=MAX_PROMISES
                )
                found.append(
                    Candidate(
                        customer=one.customer, has_same_name=one.has_same_name, promises=promises
                    )
                )
        return found


def named_in(attributes: Mapping[str, str]) -> str:
    """Return what the flow noted as the caller's name; empty when it noted none."""
    return next((attributes[one] for one in NAMED_BY if attributes.get(one)), '')


def _is_named(customer: Customer, name: str) -> bool:
    return name_key(clean(customer.name)) == name_key(clean(name))


async def _locked(work: CustomerUnitOfWork, agent: Agent, contact_id: str) -> Call:
    known = await queries.call_by_contact(work.session, contact_id)
    if known is None:
        raise ConflictError('call.not_heard_of')
    if await queries.call_of(work.session, agent, known.id) is None:
        raise NotFoundError('call.not_found')
    call = await queries.call_by_id(work.session, known.id, lock=True)
    if call is None:
        raise NotFoundError('call.not_found')
    return call


def _link(work: CustomerUnitOfWork, agent: Agent, call: Call, customer: Customer) -> None:
    if call.customer_id == customer.id:
        return
    if call.customer_id is not None:
        raise ConflictError('call.linked')
    _set(work, call, customer, customer.id)
    _record(work, agent, AuditAction.CUSTOMER_LINKED, call, customer)


def _set(
    work: CustomerUnitOfWork, call: Call, customer: Customer, customer_id: UUID | None
) -> None:
    call.customer_id = customer_id
    call.version += 1
    work.session.add(call)
    work.work.tell(CallChanged.of(call))
    work.tell(customer, CustomerPart.CONTACTS)


def _record(
    work: CustomerUnitOfWork, agent: Agent, action: AuditAction, call: Call, customer: Customer
) -> None:
    work.record(agent, action, subject=customer, details={'call_id': str(call.id)})
