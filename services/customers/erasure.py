"""Deleting a customer on request: whatever names the person goes, what only counts stays.

Names, numbers, words and notes go, of the record and of all that were merged into it, from rows, indexes and what is
remembered of them. When, how long, how many, in which department and by which agent stays. It cannot be undone: nothing is kept to
undo it from. The audit log says who did it and why.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import ConflictError, NotAllowedError
from desk.stream import EventStream
from desk.tokens import hashed, new_token
from models import Agent, AuditAction, ChatSession, ChatStatus, Customer
from services.chats.chats import tell_changed
from services.customers import erasure_queries as queries
from services.customers import merging_queries as customer_merging_queries
from services.customers import queries as customer_queries
from services.customers.events import CustomerPart
from services.customers.fields import phones_of
from services.customers.merging_queries import Belongings
from services.customers.records import MergedAwayError, require_customer
from services.customers.unit_of_work import CustomerUnitOfWork, CustomerUnitsOfWork, TryAgainError
from services.text.masking import masked_wholly
from services.text.reasons import parse_why

ERASED = queries.ERASED


class ErasureReason(StrEnum):
    """Why somebody is deleted: 고객 요청, 동의 철회, 보유 기간 만료, 기타 (in words of their own)."""

    REQUEST = 'request'
    CONSENT = 'consent'
    RETENTION = 'retention'
    OTHER = 'other'


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureScope:
    """What goes with a customer: how many records (merged ones included), chats, calls and notes."""

    customer: Customer
    records: int
    chats: int
    calls: int
    notes: int


class CustomerErasure:
    """Deletes customers on request. For supervisors and administrators."""

    def __init__(self, units: CustomerUnitsOfWork, stream: EventStream) -> None:
        self._units = units
        self._db = units.db
        self._stream = stream

    async def scope(self, agent: Agent, customer_id: UUID) -> ErasureScope:
        """Return what would go. Raises ``NotAllowedError``, ``NotFoundError``."""
        _check_role(agent)
        async with self._db.reading() as session:
            customer = require_customer(
                await customer_queries.following_merges(session, customer_id)
            )
            records = await queries.family_ids(session, customer.id)
            notes = await customer_merging_queries.note_count(session, customer.id)
        return ErasureScope(
            customer=customer,
            records=len(records),
            chats=customer.total_chats,
            calls=customer.total_calls,
            notes=notes,
        )

    async def erase(
        self, agent: Agent, customer_id: UUID, reason: ErasureReason, why: str = ''
    ) -> None:
        """Delete a customer, and all that were merged into them. There is no way back.

        Args:
            agent: who does it.
            customer_id: whose data goes.
            reason: one of a few.
            why: in words, for ``ErasureReason.OTHER``; numbers and addresses in it are masked.

        Raises:
            NotAllowedError: neither a supervisor nor an administrator.
            ConflictError: a contact of theirs still goes on (``customer.open_contact``).
            InvalidInputError: another reason without words, or with too many.
            NotFoundError: there is no such customer, or no longer.
        """
        _check_role(agent)
        why = _why(reason, why)
        chat_ids = await self._units.attempt(
            lambda work: _erase(work, agent, customer_id, reason, why)
        )
        await self._stream.forget({str(one) for one in chat_ids})


async def _erase(
    work: CustomerUnitOfWork, agent: Agent, customer_id: UUID, reason: ErasureReason, why: str
) -> set[UUID]:
    session = work.session
    root = require_customer(await customer_queries.following_merges(session, customer_id))
    records, belongings = await _locked_family(session, root.id)
    _check_over(belongings)
    notes = await queries.erase_notes(session, records)
    await queries.erase_history(session, records)
    await queries.erase_words(session, [chat.id for chat in belongings.chats])
    await queries.erase_numbers(session, [call.id for call in belongings.calls])
    phones = {phone for record in records.values() for phone in phones_of(record)}
    await queries.erase_callbacks(session, records, phones)
    why = masked_wholly(why, *(record.name for record in records.values()))
    for chat in belongings.chats:
        _erase_chat(work, chat)
    for record in records.values():
        _erase_record(work, record)
    work.record(
        agent,
        AuditAction.CUSTOMER_ERASED,
        subject=records[root.id],
        reason=why,
        details={
            'reason': reason.value,
            'record_ids': sorted(str(one) for one in records),
            'chats': len(belongings.chats),
            'calls': len(belongings.calls),
            'notes': notes,
        },
    )
    return {chat.id for chat in belongings.chats}


async def _locked_family(
    session: AsyncSession, root_id: UUID
) -> tuple[dict[UUID, Customer], Belongings]:
    """Return a record and all that were merged into it, with their contacts, all locked."""
    ids = await queries.family_ids(session, root_id)
    records, belongings = await customer_merging_queries.locked_with_contacts(session, ids, ids)
    if into := require_customer(records.get(root_id)).merged_into_id:
        raise MergedAwayError(into)
    if await queries.family_ids(session, root_id) != ids:
        raise TryAgainError
    return records, belongings


def _erase_record(work: CustomerUnitOfWork, record: Customer) -> None:
    phones = phones_of(record)
    record.name, record.email, record.memo = ERASED, None, ''
    record.phone, record.other_phones, record.attributes = '', [], {}
    record.version += 1
    record.erased_at = record.updated_at = clock.now()
    work.tell(record, CustomerPart.ERASED, phones=phones)


def _erase_chat(work: CustomerUnitOfWork, chat: ChatSession) -> None:
    chat.visitor_name, chat.visitor_phone = ERASED, ''
    chat.last_line = ERASED if chat.last_line else ''
    chat.token_hash = hashed(new_token())  # nobody's: the transcript opens to no customer any more
    tell_changed(work.work, chat)


def _check_role(agent: Agent) -> None:
    if not agent.sees_everything:
        raise NotAllowedError('customer.erase_not_allowed')


def _check_over(belongings: Belongings) -> None:
    chats_go_on = any(chat.status is not ChatStatus.CLOSED for chat in belongings.chats)
    calls_go_on = any(call.end_time is None and call.ending is None for call in belongings.calls)
    if chats_go_on or calls_go_on:
        raise ConflictError('customer.open_contact')


def _why(reason: ErasureReason, why: str) -> str:
    return parse_why(why, error_key='customer.erase_why') if reason is ErasureReason.OTHER else ''
