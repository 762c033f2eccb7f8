"""Erases a customer on request: all that identifies the person goes, all that only counts stays.

Names, numbers, messages and notes of the record, and of records merged into it, are removed from
rows, indexes and caches. So are their number in unlinked contacts, and their name and number where colleagues wrote
them elsewhere. What other customers said of the person is those customers' own (decision 0042). Times, durations, counts, departments and agents stay. It cannot be
undone, because nothing is kept for that. The audit log records who did it and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.errors import ConflictError, NotAllowedError
from desk.stream import EventStream
from desk.tokens import hashed, new_token
from models import Agent, AuditAction, ChatSession, ChatStatus, Customer
from services.chats.changes import tell_changed
from services.customers import erasure_queries as queries
from services.customers import erasure_trace_queries as traces
from services.customers import file_queries
from services.customers import merging_queries as customer_merging_queries
from services.customers import queries as customer_queries
from services.customers.events import CustomerPart
from services.customers.fields import phones_of
from services.customers.merging_queries import Belongings
from services.customers.records import MergedAwayError, require_customer
from services.customers.unit_of_work import CustomerUnitOfWork, CustomerUnitsOfWork, TryAgainError
from services.text.masking import masked_wholly
from services.text.phone_numbers import written
from services.text.reasons import parse_why

ERASED = queries.ERASED


class ErasureReason(StrEnum):
    """Why a customer is erased: 고객 요청, 동의 철회, 보유 기간 만료, 기타 (in free text)."""

    REQUEST = 'request'
    CONSENT = 'consent'
    RETENTION = 'retention'
    OTHER = 'other'


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureScope:
    """What an erasure removes: the number of records (merged ones included), chats, calls and notes."""

    customer: Customer
    records: int
    chats: int
    calls: int
    notes: int


class CustomerErasure:
    """Erases customers on request. For supervisors and administrators."""

    def __init__(self, units: CustomerUnitsOfWork, stream: EventStream) -> None:
        self._units = units
        self._db = units.db
        self._stream = stream

    async def scope(self, agent: Agent, customer_id: UUID) -> ErasureScope:
        """Return what an erasure would remove. Raises ``NotAllowedError``, ``NotFoundError``."""
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
        """Erase a customer and all records merged into it. It cannot be undone.

        Args:
            agent: the person who acts.
            customer_id: the customer.
            reason: the kind of reason.
            why: free text for ``ErasureReason.OTHER``; phone numbers and addresses in it are masked.

        Raises:
            NotAllowedError: neither a supervisor nor an administrator.
            ConflictError: a contact with the customer is still open (``customer.open_contact``).
            InvalidInputError: the free text is missing or too long.
            NotFoundError: the customer does not exist, or is erased already.
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
    files = await file_queries.erase_files(session, records)
    await queries.erase_history(session, records)
    await queries.erase_words(session, [chat.id for chat in belongings.chats])
    recordings = await queries.erase_numbers(session, [call.id for call in belongings.calls])
    await queries.erase_reasons(session, belongings.ids)
    phones = {phone for record in records.values() for phone in phones_of(record)}
    await queries.erase_callbacks(session, records, phones)
    names = {record.name for record in records.values()}
    unlinked = await traces.unlinked_chats(session, phones)
    theirs = [chat for chat in unlinked if chat.visitor_name in names]
    await queries.erase_words(session, [chat.id for chat in theirs])
    await queries.erase_reasons(session, {chat.id for chat in theirs})
    await traces.erase_numbers(session, phones)
    await traces.erase_mentions(session, _needles(records))
    why = masked_wholly(why, *(record.name for record in records.values()))
    for chat in (*belongings.chats, *theirs):
        _erase_chat(work, chat)
    for chat in unlinked:
        chat.visitor_phone = ''
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
            'files': files,
            'recordings': recordings,
        },
    )
    return {chat.id for chat in (*belongings.chats, *theirs)}


def _needles(records: Mapping[UUID, Customer]) -> set[str]:
    """Return what colleagues may have written of the person elsewhere: names, numbers, addresses.

    Not the names that were typed in chats: somebody types 고객, and every notice would lose that word.
    """
    names = {record.name for record in records.values()}
    phones = {phone for record in records.values() for phone in phones_of(record)}
    emails = {record.email for record in records.values() if record.email}
    spelt = {written(phone) for phone in phones}
    return {one for one in (names | phones | emails | spelt) - {ERASED} if len(one) > 1}


async def _locked_family(
    session: AsyncSession, root_id: UUID
) -> tuple[dict[UUID, Customer], Belongings]:
    """Return a record, all records merged into it, and their contacts, all locked."""
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
    chat.token_hash = hashed(new_token())  # no customer can open the transcript
    tell_changed(work.work, chat)


def _check_role(agent: Agent) -> None:
    if not agent.is_supervisor:
        raise NotAllowedError('customer.erase_not_allowed')


def _check_over(belongings: Belongings) -> None:
    chats_go_on = any(chat.status is not ChatStatus.CLOSED for chat in belongings.chats)
    calls_go_on = any(call.end_time is None and call.ending is None for call in belongings.calls)
    if chats_go_on or calls_go_on:
        raise ConflictError('customer.open_contact')


def _why(reason: ErasureReason, why: str) -> str:
    return parse_why(why, error_key='customer.erase_why') if reason is ErasureReason.OTHER else ''
