"""Queries for private notes in chats and their mentions."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from models import Agent, ChatNote, ChatSession, NoteDraft, NoteMention
from services.chats.note_events import MentionView, NoteView
from services.contacts.access import reached_bound, reader_values, visible_to_bound

NOTES_LOCK = 0x4E54
"""The first key of the advisory locks of notes' ids."""


async def one_at_a_time(session: AsyncSession, note_id: UUID) -> None:
    """Serialise writers of a note with this id, so that a repeated request makes it once."""
    await session.exec(select(func.pg_advisory_xact_lock(NOTES_LOCK, func.hashtext(str(note_id)))))


async def note(session: AsyncSession, note_id: UUID) -> ChatNote | None:
    """Return one note."""
    return await session.get(ChatNote, note_id)


async def notes(
    session: AsyncSession, chat_id: UUID, *, limit: int, seen_by: Agent | None = None
) -> list[NoteView]:
    """Return the newest ``limit`` notes of a chat, oldest first; with ``seen_by`` if that person may see the chat."""
    values = {'chat_id': chat_id, 'most': limit}
    sees_everything = None
    if seen_by is not None:
        sees_everything = seen_by.sees_everything
        values |= {'reader_id': seen_by.id, **reader_values(seen_by)}
    newest = await session.exec(_newest(sees_everything=sees_everything), params=values)
    rows = list(reversed(newest.all()))
    named = await mentioned(session, [row.id for row, _ in rows])
    return [shown(row, author, named.get(row.id, ())) for row, author in rows]


@cache
def _newest(*, sees_everything: bool | None) -> Any:
    """Return the statement for a chat's newest notes; with ``None`` its reader's rights are not asked."""
    newest: Any = (
        select(ChatNote, Agent)
        .join(Agent, col(Agent.id) == col(ChatNote.author_id))
        .where(col(ChatNote.chat_session_id) == bindparam('chat_id', type_=Uuid()))
    )
    if sees_everything is not None:
        newest = newest.join(
            ChatSession, col(ChatSession.id) == col(ChatNote.chat_session_id)
        ).where(reached_bound(sees_everything=sees_everything))
    order = (col(ChatNote.created_at).desc(), col(ChatNote.id).desc())
    return built_once(newest.order_by(*order).limit(bindparam('most', type_=Integer())))


async def mentioned(session: AsyncSession, note_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Return the names of the people whom each of these notes mentions."""
    if not note_ids:
        return {}
    statement = (
        select(NoteMention, Agent)
        .join(Agent, col(Agent.id) == col(NoteMention.agent_id))
        .where(col(NoteMention.note_id).in_(note_ids))
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for mention, agent in (await session.exec(statement)).all():
        found[mention.note_id] = (*found.get(mention.note_id, ()), agent.name)
    return {note_id: tuple(sorted(names)) for note_id, names in found.items()}


async def colleagues(session: AsyncSession) -> Sequence[Agent]:
    """Return the people whose account is in use, by name."""
    order = (col(Agent.last_name), col(Agent.first_name), col(Agent.username))
    return (await session.exec(select(Agent).where(col(Agent.is_active)).order_by(*order))).all()


async def unread(session: AsyncSession, agent: Agent, *, limit: int) -> list[MentionView]:
    """Return the unread mentions of a person in chats that they may see now, oldest first."""
    statement = _unread(sees_everything=agent.sees_everything)
    values = {'mentioned_id': agent.id, 'most': limit, **reader_values(agent)}
    rows = (await session.exec(statement, params=values)).all()
    named = await mentioned(session, [row.id for row, _, _ in rows])
    return [
        MentionView(note=shown(row, author, named.get(row.id, ())), customer=chat.visitor_name)
        for row, chat, author in rows
    ]


@cache
def _unread(*, sees_everything: bool) -> Any:
    return built_once(
        select(ChatNote, ChatSession, Agent)
        .join(NoteMention, col(NoteMention.note_id) == col(ChatNote.id))
        .join(ChatSession, col(ChatSession.id) == col(ChatNote.chat_session_id))
        .join(Agent, col(Agent.id) == col(ChatNote.author_id))
        .where(
            col(NoteMention.agent_id) == bindparam('mentioned_id', type_=Uuid()),
            col(NoteMention.read_at).is_(None),
            visible_to_bound(ChatSession, sees_everything=sees_everything),
        )
        .order_by(col(NoteMention.created_at), col(ChatNote.id))
        .limit(bindparam('most', type_=Integer()))
    )


async def mark_read(session: AsyncSession, agent_id: UUID, note_id: UUID, at: datetime) -> bool:
    """Mark a person's mention in a note as read; return whether it was unread."""
    statement = (
        update(NoteMention)
        .where(
            col(NoteMention.agent_id) == agent_id,
            col(NoteMention.note_id) == note_id,
            col(NoteMention.read_at).is_(None),
        )
        .values(read_at=at)
        .returning(col(NoteMention.note_id))
    )
    return (await session.exec(statement)).first() is not None


async def is_mentioned(session: AsyncSession, agent_id: UUID, note_id: UUID) -> bool:
    """Whether a note mentions somebody."""
    return await session.get(NoteMention, (note_id, agent_id)) is not None


def shown(row: ChatNote, author: Agent, mentions: Sequence[str]) -> NoteView:
    """Return a note as screens show it."""
    return NoteView(
        id=row.id,
        chat_session_id=row.chat_session_id,
        author_id=row.author_id,
        author=author.name,
        after_number=row.after_number,
        body=row.body,
        mentions=tuple(mentions),
        created_at=row.created_at,
    )


async def draft_text(session: AsyncSession, agent_id: UUID, chat_id: UUID) -> str:
    """Return an agent's unsent note in a chat; empty if there is none."""
    values = {'agent_id': agent_id, 'chat_id': chat_id}
    return (await session.exec(_draft_text(), params=values)).first() or ''


@cache
def _draft_text() -> SelectOfScalar[str]:
    return built_once(
        select(NoteDraft.text).where(
            col(NoteDraft.agent_id) == bindparam('agent_id', type_=Uuid()),
            col(NoteDraft.chat_session_id) == bindparam('chat_id', type_=Uuid()),
        )
    )


async def clear_draft(session: AsyncSession, agent_id: UUID, chat_id: UUID) -> None:
    """Delete an agent's unsent note in a chat."""
    is_theirs = col(NoteDraft.agent_id) == agent_id
    await session.exec(
        delete(NoteDraft).where(is_theirs, col(NoteDraft.chat_session_id) == chat_id)
    )
