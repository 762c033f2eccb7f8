"""Queries that remove personal data from rows."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from models import (
    Call,
    Callback,
    CallbackStatus,
    CallLeg,
    ChatMood,
    ChatNote,
    ChatRating,
    ChatTransfer,
    ContactStep,
    CustomerChange,
    CustomerMerge,
    Draft,
    Message,
    MessageGrams,
    MessageSentiment,
    MessageType,
    Note,
    NoteDraft,
    PastWrapUp,
    Promise,
    PromiseStatus,
    SiteVisit,
    StepKind,
    WrapUp,
)
from services.contacts.attachment_queries import doom_files_of
from services.customers.timeline_queries import family
from services.search.message_queries import INDEX_LOCK

ERASED = '(삭제됨)'
"""Replaces erased names and texts."""
_OF_THE_CUSTOMER = (MessageType.TEXT, MessageType.ENDED_BY_CUSTOMER, MessageType.ABANDONED)
"""Message types with a customer's words or name, or text sent to them; other types name agents."""


async def family_ids(session: AsyncSession, customer_id: UUID) -> set[UUID]:
    """Return the ids of a record and of all records merged into it."""
    return set((await session.exec(family(customer_id))).all())


async def erase_notes(session: AsyncSession, customer_ids: Collection[UUID]) -> int:
    """Delete all notes on records; return how many."""
    gone = await session.exec(
        delete(Note).where(col(Note.customer_id).in_(customer_ids)).returning(col(Note.id))
    )
    return len(gone.all())


async def erase_history(session: AsyncSession, customer_ids: Collection[UUID]) -> None:
    """Delete records' earlier values, also those in the history of records they were merged with."""
    concerned = or_(
        col(CustomerMerge.kept_id).in_(customer_ids), col(CustomerMerge.merged_id).in_(customer_ids)
    )
    merges = (await session.exec(select(CustomerMerge).where(concerned))).all()
    for merge in merges:
        merge.before = {}
        session.add(merge)
        if merge.undone_at:
            await _erase_between(session, merge)
    changes = delete(CustomerChange).where(col(CustomerChange.customer_id).in_(customer_ids))
    await session.exec(changes)


async def erase_words(session: AsyncSession, chat_ids: Sequence[UUID]) -> None:
    """Delete all messages of chats, their search index entries, drafts, private notes, and comments of ratings."""
    await session.exec(
        select(func.pg_advisory_xact_lock(INDEX_LOCK))
    )  # keeps the indexer from adding the old text
    await erase_wrap_ups(session, chat_ids)
    ids = select(col(Message.id)).where(col(Message.chat_session_id).in_(chat_ids))
    await session.exec(delete(MessageGrams).where(col(MessageGrams.message_id).in_(ids)))
    await erase_sentiments(session, chat_ids)
    ratings = update(ChatRating).where(col(ChatRating.chat_session_id).in_(chat_ids))
    await session.exec(ratings.values(comment=''))
    await session.exec(delete(Draft).where(col(Draft.chat_session_id).in_(chat_ids)))
    await session.exec(delete(NoteDraft).where(col(NoteDraft.chat_session_id).in_(chat_ids)))
    await session.exec(delete(ChatNote).where(col(ChatNote.chat_session_id).in_(chat_ids)))
    pages = update(SiteVisit).where(col(SiteVisit.chat_session_id).in_(chat_ids))
    await session.exec(pages.values(address='', title='', identity=''))
    said = col(Message.chat_session_id).in_(chat_ids)
    words = update(Message).where(said, col(Message.type).in_(_OF_THE_CUSTOMER))
    await session.exec(words.values(content=ERASED))
    await doom_files_of(session, chat_ids, clock.now())
    files = update(Message).where(said, col(Message.type) == MessageType.FILE)
    await session.exec(files.values(content=ERASED, type=MessageType.TEXT))


async def erase_sentiments(session: AsyncSession, chat_ids: Sequence[UUID]) -> None:
    """Delete sentiments; messages count as analysed, also those being analysed now."""
    await session.exec(delete(ChatMood).where(col(ChatMood.chat_session_id).in_(chat_ids)))
    nothing = dict.fromkeys(('sentiment', 'positive', 'negative', 'neutral', 'mixed'))
    await session.exec(
        update(MessageSentiment)
        .where(col(MessageSentiment.chat_session_id).in_(chat_ids))
        .values(analysed_at=func.now(), **nothing)
    )


async def erase_wrap_ups(session: AsyncSession, contact_ids: Sequence[UUID]) -> None:
    """Delete the promises and wrap-up texts of contacts; their categories (상담 분류) stay."""
    await session.exec(
        update(WrapUp).where(col(WrapUp.contact_id).in_(contact_ids)).values(summary='')
    )
    past = update(PastWrapUp).where(col(PastWrapUp.contact_id).in_(contact_ids))
    await session.exec(past.values(summary=''))
    await session.exec(
        update(Promise).where(col(Promise.contact_id).in_(contact_ids)).values(body=ERASED)
    )
    await session.exec(  # no customer remains to keep them to
        update(Promise)
        .where(col(Promise.contact_id).in_(contact_ids), col(Promise.status) == PromiseStatus.OPEN)
        .values(status=PromiseStatus.CANCELLED, closed_at=clock.now())
    )


async def erase_reasons(session: AsyncSession, contact_ids: Collection[UUID]) -> None:
    """Delete what colleagues wrote as the reasons of steps and transfers; the steps themselves stay."""
    spoken = (StepKind.TRANSFERRED, StepKind.PRIORITY_CHANGED)
    await session.exec(
        update(ContactStep)
        .where(col(ContactStep.contact_id).in_(contact_ids), col(ContactStep.kind).in_(spoken))
        .values(reason='')
    )
    asked = update(ChatTransfer).where(col(ChatTransfer.chat_session_id).in_(contact_ids))
    await session.exec(asked.values(reason=''))


async def erase_numbers(session: AsyncSession, call_ids: Sequence[UUID]) -> int:
    """Delete phone numbers from calls, and their wrap-up texts; return how many recordings they have.

    The desk has no access to the recordings themselves: their bucket's rules delete them (docs/operations.md).
    """
    await erase_wrap_ups(session, call_ids)
    await session.exec(update(Call).where(col(Call.id).in_(call_ids)).values(phone=''))
    await session.exec(update(CallLeg).where(col(CallLeg.call_id).in_(call_ids)).values(phone=''))
    recorded = select(func.count()).where(
        col(CallLeg.call_id).in_(call_ids), col(CallLeg.recording) != ''
    )
    return int((await session.exec(recorded)).one())


async def erase_callbacks(
    session: AsyncSession, customer_ids: Collection[UUID], phones: Collection[str]
) -> None:
    """Remove whom the desk was to call and why; nobody is called any more."""
    is_nobodys = and_(col(Callback.customer_id).is_(None), col(Callback.phone).in_(phones))
    is_theirs = or_(col(Callback.customer_id).in_(customer_ids), is_nobodys)
    is_open = col(Callback.status) == CallbackStatus.OPEN
    await session.exec(
        update(Callback)
        .where(is_theirs, is_open)
        .values(status=CallbackStatus.CANCELLED, closed_at=clock.now())
    )
    await session.exec(update(Callback).where(is_theirs).values(phone='', name='', body=''))


async def _erase_between(session: AsyncSession, merge: CustomerMerge) -> None:
    """Delete the changes made while two records were merged, because they may be about either person."""
    await session.exec(
        delete(CustomerChange).where(
            col(CustomerChange.customer_id) == merge.kept_id,
            col(CustomerChange.created_at) >= merge.created_at,
            col(CustomerChange.created_at) <= merge.undone_at,
        )
    )
