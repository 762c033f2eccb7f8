"""Links chats to customers on record, once an agent has verified the person.

A link shows no masked data of the record (``services.customers.personal_data``), and can be undone.
"""

from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.errors import ConflictError
from models import Agent, AuditAction, ChatSession, Customer
from services.chats import queries as chat_queries
from services.chats.changes import require_chat, tell_changed
from services.chats.events import ChatCard
from services.customers import queries as customer_queries
from services.customers.events import CustomerPart
from services.customers.fields import phones_of
from services.customers.phone_lookup import PhoneLookup
from services.customers.records import held_current
from services.customers.unit_of_work import CustomerUnitOfWork, CustomerUnitsOfWork
from services.text.folding import name_key
from services.text.terms import clean

MAX_CANDIDATES = 5
MAX_EARLIER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOfChat:
    """The known facts about the person in a chat.

    ``customer`` is set once an agent linked the record. Until then ``candidates`` are the records
    with the typed number, those with the typed name first: a typed number proves nothing.
    """

    chat: ChatCard
    customer: Customer | None = None
    candidates: list[Customer] = field(default_factory=list)
    earlier: list[ChatCard] = field(default_factory=list)
    elsewhere: int = 0
    """The number of further chats that the agent may not see: their existence is no secret, their
    content is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The fields in which a record and the person in a chat agree."""

    has_same_name: bool
    has_same_phone: bool

    @classmethod
    def of(cls, chat: ChatSession | ChatCard, customer: Customer) -> Self:
        """Compare a record with the typed values; case and spaces are ignored as in the search."""
        return cls(
            has_same_name=_name(chat.visitor_name) == _name(customer.name),
            has_same_phone=chat.visitor_phone in phones_of(customer),
        )


class Customers:
    """The customers of chats."""

    def __init__(self, units: CustomerUnitsOfWork, phones: PhoneLookup) -> None:
        self._units = units
        self._db = units.db
        self._phones = phones

    async def customer_of_chat(self, agent: Agent, chat_id: UUID) -> CustomerOfChat:
        """Return the customer of a chat, and their earlier chats that the agent may see, newest first.

        Raises ``NotFoundError`` when the chat does not exist or the agent may not see it.
        """
        async with self._db.reading() as session:
            chat = require_chat(await chat_queries.chat_of(session, agent, chat_id))
            if chat.customer_id is not None:
                return await _customer_of_chat(session, agent, chat, chat.customer_id)
        found = await self._phones.customers(chat.visitor_phone)
        found.sort(key=lambda one: not Likeness.of(chat, one).has_same_name)
        return CustomerOfChat(chat=chat_queries.card(chat), candidates=found[:MAX_CANDIDATES])

    async def link(self, agent: Agent, chat_id: UUID, customer_id: UUID) -> ChatCard:
        """Link a chat to this customer. Linking the same one again changes nothing.

        Raises:
            NotFoundError: the chat or customer does not exist, or the agent may not see it.
            ConflictError: the chat is linked to another customer, or this one was merged into another.
        """
        async with self._units.begin() as work:
            chat = require_chat(await chat_queries.locked_chat_of(work.session, agent, chat_id))
            customer = await held_current(work.session, customer_id)
            _link(work, agent, chat, customer)
        return chat_queries.card(chat)

    async def link_signed(self, chat_id: UUID, customer_id: UUID) -> None:
        """Link a chat to the customer whom a site has named by its signature, unless an agent has linked it meanwhile."""
        async with self._units.begin() as work:
            chat = require_chat(await chat_queries.locked_chat(work.session, chat_id))
            if chat.customer_id is None:
                _link(work, None, chat, await held_current(work.session, customer_id))

    async def unlink(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Unlink a chat from its customer. Changes nothing if it is not linked.

        Raises ``NotFoundError``: the chat does not exist, the agent may not see it, or its customer
        was erased.
        """
        async with self._units.begin() as work:
            chat = require_chat(await chat_queries.locked_chat_of(work.session, agent, chat_id))
            if chat.customer_id is not None:
                _unlink(work, agent, chat, await held_current(work.session, chat.customer_id))
        return chat_queries.card(chat)

    async def register(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Create a customer from what the person in the chat typed, and link the chat to it."""
        async with self._units.begin() as work:
            chat = require_chat(await chat_queries.locked_chat_of(work.session, agent, chat_id))
            if chat.customer_id is not None:
                raise ConflictError('chat.linked')
            customer = Customer(name=chat.visitor_name, phone=chat.visitor_phone)
            work.create(agent, customer)
            await work.session.flush()
            work.record(
                agent, AuditAction.CUSTOMER_CREATED, subject=customer, fields=['name', 'phone']
            )
            _link(work, agent, chat, customer)
        return chat_queries.card(chat)


async def _customer_of_chat(
    session: AsyncSession, agent: Agent, chat: ChatSession, customer_id: UUID
) -> CustomerOfChat:
    customer = await customer_queries.by_id(session, customer_id)
    chats = await customer_queries.chats_with(session, agent, customer_id, limit=MAX_EARLIER + 1)
    earlier = [chat_queries.card(one) for one in chats if one.id != chat.id]
    elsewhere = await customer_queries.count_chats_elsewhere(session, agent, customer_id)
    return CustomerOfChat(
        chat=chat_queries.card(chat),
        customer=customer,
        earlier=earlier[:MAX_EARLIER],
        elsewhere=elsewhere,
    )


def _link(
    work: CustomerUnitOfWork, agent: Agent | None, chat: ChatSession, customer: Customer
) -> None:
    if chat.customer_id == customer.id:
        return
    if chat.customer_id is not None:
        raise ConflictError('chat.linked')
    _set_customer(work, chat, customer, customer.id)
    details = {'chat_id': str(chat.id)}
    work.record(agent, AuditAction.CUSTOMER_LINKED, subject=customer, details=details)


def _unlink(work: CustomerUnitOfWork, agent: Agent, chat: ChatSession, customer: Customer) -> None:
    _set_customer(work, chat, customer, None)
    details = {'chat_id': str(chat.id)}
    work.record(agent, AuditAction.CUSTOMER_UNLINKED, subject=customer, details=details)


def _set_customer(
    work: CustomerUnitOfWork, chat: ChatSession, customer: Customer, customer_id: UUID | None
) -> None:
    chat.customer_id, chat.contacts_shown_to = customer_id, None
    tell_changed(work.work, chat)
    work.tell(customer, CustomerPart.CONTACTS)


def _name(text: str) -> str:
    return name_key(clean(text))
