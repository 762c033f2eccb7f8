"""Who a chat is with: the record behind it, once an agent has made sure."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.errors import ConflictError
from models import Agent, AuditAction, ChatSession, Customer
from services import chat_queries, customer_queries
from services.chat_events import ChatCard
from services.chats import changed, found
from services.customer_events import CustomerPart
from services.customer_records import held_current
from services.customer_work import CustomerWork, CustomerWorkshop
from services.phone_lookup import PhoneLookup

MAX_CANDIDATES = 5
MAX_EARLIER = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """What is known of the person in a chat.

    ``customer`` is set once an agent linked the record. Until then ``candidates`` are the records with the
    typed number: a typed number proves nothing.
    """

    customer: Customer | None = None
    candidates: list[Customer] = field(default_factory=list)
    earlier: list[ChatCard] = field(default_factory=list)


class Customers:
    """The customers behind chats."""

    def __init__(self, workshop: CustomerWorkshop, phones: PhoneLookup) -> None:
        self._workshop = workshop
        self._db = workshop.db
        self._phones = phones

    async def acquaintance(self, agent: Agent, chat_id: UUID) -> Acquaintance:
        """Return who a chat is with, and their earlier chats that the agent may see, newest first.

        Raises ``NotFoundError`` when the chat is not there or not the agent's to see.
        """
        async with self._db.reading() as session:
            chat = found(await chat_queries.chat_of(session, agent, chat_id))
            if chat.customer_id is not None:
                return await _acquaintance(session, agent, chat, chat.customer_id)
        candidates = await self._phones.customers(chat.visitor_phone, limit=MAX_CANDIDATES)
        return Acquaintance(candidates=candidates)

    async def link(self, agent: Agent, chat_id: UUID, customer_id: UUID) -> ChatCard:
        """Say that a chat is with this customer. Linking the same one again changes nothing.

        Raises:
            NotFoundError: chat or customer is not there, or not the agent's to see.
            ConflictError: the chat is linked to another customer, or this one became part of another.
        """
        async with self._workshop.work() as work:
            chat = found(await chat_queries.locked_chat_of(work.session, agent, chat_id))
            customer = await held_current(work.session, customer_id)
            _link(work, agent, chat, customer)
        return chat_queries.card(chat)

    async def register(self, agent: Agent, chat_id: UUID) -> ChatCard:
        """Make a customer out of what the person in the chat typed, and link the chat to it."""
        async with self._workshop.work() as work:
            chat = found(await chat_queries.locked_chat_of(work.session, agent, chat_id))
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


async def _acquaintance(
    session: AsyncSession, agent: Agent, chat: ChatSession, customer_id: UUID
) -> Acquaintance:
    customer = await customer_queries.by_id(session, customer_id)
    chats = await customer_queries.chats_with(session, agent, customer_id, limit=MAX_EARLIER + 1)
    earlier = [chat_queries.card(one) for one in chats if one.id != chat.id]
    return Acquaintance(customer=customer, earlier=earlier[:MAX_EARLIER])


def _link(work: CustomerWork, agent: Agent, chat: ChatSession, customer: Customer) -> None:
    if chat.customer_id == customer.id:
        return
    if chat.customer_id is not None:
        raise ConflictError('chat.linked')
    chat.customer_id = customer.id
    changed(work.work, chat)
    work.tell(customer, CustomerPart.CONTACTS)
    work.record(
        agent,
        AuditAction.CUSTOMER_LINKED,
        subject=customer,
        details={'chat_id': str(chat.id)},
    )
