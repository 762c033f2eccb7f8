"""Queries that take personal data out of contacts whose time is over. The contacts stay: reports count them.

Steps, durations, categories, scores and moods stay; names, numbers, texts and the link to a customer's record go.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from models import (
    Call,
    Callback,
    CallLeg,
    ChatNote,
    ChatRating,
    ChatSession,
    ChatStatus,
    ChatTransfer,
    ContactStep,
    Draft,
    Message,
    MessageGrams,
    MessageType,
    NoteDraft,
    PastWrapUp,
    Promise,
    ReportChange,
    ReportLine,
    SiteVisit,
    StepKind,
    WrapUp,
)
from services.contacts.attachment_queries import doom_files_of

OVER = '(보관 기간 지남)'
"""Replaces names and texts whose time is over."""
_WRITTEN = (MessageType.TEXT, MessageType.ENDED_BY_CUSTOMER, MessageType.ABANDONED)
_NEW_TOKEN: Any = text("encode(sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'hex')")


def old_texts(before: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of chats whose texts are to go."""
    chat = ChatSession
    return [col(chat.status) == ChatStatus.CLOSED, col(chat.end_time) < before, col(chat.texts_removed_at).is_(None)]  # fmt: skip


def old_chats(before: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of chats whose person is to go."""
    chat = ChatSession
    return [col(chat.status) == ChatStatus.CLOSED, col(chat.end_time) < before, col(chat.person_removed_at).is_(None)]  # fmt: skip


def old_calls(before: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of calls whose person is to go."""
    return [col(Call.start_time) < before, col(Call.end_time).is_not(None), col(Call.person_removed_at).is_(None)]  # fmt: skip


async def remove_texts(session: AsyncSession, before: datetime, limit: int) -> int:
    """Remove the texts of the oldest old chats; return how many chats."""
    ids = await _oldest(session, ChatSession, col(ChatSession.end_time), old_texts(before), limit)
    await _remove_texts(session, ids)
    return len(ids)


async def remove_people_of_chats(session: AsyncSession, before: datetime, limit: int) -> int:
    """Remove texts, typed names and numbers, and the links of the oldest old chats; return how many."""
    ids = await _oldest(session, ChatSession, col(ChatSession.end_time), old_chats(before), limit)
    if ids:
        await _remove_texts(session, ids)
        nobody = {'customer_id': None, 'visitor_name': OVER, 'visitor_phone': '', 'token_hash': _NEW_TOKEN}  # fmt: skip
        await session.exec(
            update(ChatSession)
            .where(col(ChatSession.id).in_(ids))
            .values(person_removed_at=clock.now(), **nobody)
        )
        asked = update(Callback).where(col(Callback.chat_id).in_(ids))
        await session.exec(asked.values(customer_id=None, name='', phone='', body=''))
        visits = update(SiteVisit).where(col(SiteVisit.chat_session_id).in_(ids))
        await session.exec(visits.values(identity='', customer_id=None))
        await _keep_figures(session, ids)
    return len(ids)


async def remove_people_of_calls(session: AsyncSession, before: datetime, limit: int) -> int:
    """Remove numbers, places of recordings, texts and links of the oldest old calls; return how many."""
    ids = await _oldest(session, Call, col(Call.start_time), old_calls(before), limit)
    if ids:
        await _remove_written(session, ids)
        person = {'customer_id': None, 'phone': '', 'person_removed_at': clock.now()}
        await session.exec(update(Call).where(col(Call.id).in_(ids)).values(**person))
        legs = update(CallLeg).where(col(CallLeg.call_id).in_(ids))
        await session.exec(
            legs.values(phone='', recording=OVER)
        )  # not empty: nobody looks for it again
        await _keep_figures(session, ids)
    return len(ids)


async def _remove_texts(session: AsyncSession, ids: Sequence[UUID]) -> None:
    if not ids:
        return
    said = select(col(Message.id)).where(col(Message.chat_session_id).in_(ids))
    await session.exec(delete(MessageGrams).where(col(MessageGrams.message_id).in_(said)))
    await session.exec(delete(Draft).where(col(Draft.chat_session_id).in_(ids)))
    in_chats = col(Message.chat_session_id).in_(ids)
    words = update(Message).where(in_chats, col(Message.type).in_(_WRITTEN))
    await session.exec(words.values(content=OVER))
    await doom_files_of(session, ids, clock.now())
    files = update(Message).where(in_chats, col(Message.type) == MessageType.FILE)
    await session.exec(files.values(content=OVER, type=MessageType.TEXT))
    await session.exec(delete(NoteDraft).where(col(NoteDraft.chat_session_id).in_(ids)))
    await session.exec(delete(ChatNote).where(col(ChatNote.chat_session_id).in_(ids)))
    asked = update(ChatTransfer).where(col(ChatTransfer.chat_session_id).in_(ids))
    await session.exec(asked.values(reason=''))
    rated = update(ChatRating).where(col(ChatRating.chat_session_id).in_(ids))
    await session.exec(rated.values(comment=''))
    pages = update(SiteVisit).where(col(SiteVisit.chat_session_id).in_(ids))
    await session.exec(pages.values(address='', title=''))
    await _remove_written(session, ids)
    chats = update(ChatSession).where(col(ChatSession.id).in_(ids))
    await session.exec(chats.values(last_line='', texts_removed_at=clock.now()))


async def _remove_written(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Remove what agents wrote after contacts, promised in them, and gave as reasons."""
    await session.exec(update(WrapUp).where(col(WrapUp.contact_id).in_(ids)).values(summary=''))
    past = update(PastWrapUp).where(col(PastWrapUp.contact_id).in_(ids))
    await session.exec(past.values(summary=''))
    await session.exec(update(Promise).where(col(Promise.contact_id).in_(ids)).values(body=OVER))
    moved = (StepKind.TRANSFERRED, StepKind.PRIORITY_CHANGED)
    steps = update(ContactStep).where(col(ContactStep.contact_id).in_(ids))
    await session.exec(steps.where(col(ContactStep.kind).in_(moved)).values(reason=''))


async def _keep_figures(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Keep what reports counted of these contacts: counted again without a person, a repeated contact would be a first one."""
    people = update(ReportLine).where(col(ReportLine.contact_id).in_(ids))
    await session.exec(people.values(person=None))
    await session.exec(delete(ReportChange).where(col(ReportChange.contact_id).in_(ids)))


async def _oldest(
    session: AsyncSession,
    table: Any,
    moment: Any,
    conditions: list[ColumnElement[bool]],
    limit: int,
) -> list[UUID]:
    """Return the oldest of these rows, locked; those that somebody else holds are left for the next run."""
    statement = select(table.id).where(*conditions).order_by(moment).limit(limit)
    locked = statement.with_for_update(key_share=True, skip_locked=True)
    return list((await session.exec(locked)).all())


async def count(session: AsyncSession, table: Any, conditions: list[ColumnElement[bool]]) -> int:
    """Return the number of rows."""
    found = await session.exec(select(func.count()).select_from(table).where(*conditions))
    return int(found.one())
