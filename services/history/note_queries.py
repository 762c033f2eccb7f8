"""Queries for the history by the words of private notes, and for the notes themselves.

Notes are few beside messages, so their index of grams is on the table itself and always up to date.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, ChatNote
from services.search.message_queries import chats_among
from services.text.terms import has_grams


def chats_noted(words: Sequence[str], *conditions: Any) -> Any:
    """Return the places of the chats with these conditions that have a note with all the words."""
    noted = (
        select(col(ChatNote.chat_session_id)).where(*_says(words)).cte().prefix_with('MATERIALIZED')
    )
    chats = chats_among(noted, *conditions)
    return select(chats.c.start_time, chats.c.id).distinct().select_from(noted.join(chats, true()))


async def newest_notes(
    session: AsyncSession, chat_ids: Sequence[UUID], words: Sequence[str]
) -> dict[UUID, ChatNote]:
    """Return each chat's newest note that contains all words, by the chat's id."""
    statement = (
        select(ChatNote)
        .where(col(ChatNote.chat_session_id).in_(chat_ids), *_contains(words))
        .ext(distinct_on(col(ChatNote.chat_session_id)))
        .order_by(col(ChatNote.chat_session_id), col(ChatNote.created_at).desc())
    )
    return {note.chat_session_id: note for note in (await session.exec(statement)).all()}


async def numbers(session: AsyncSession, chat_id: UUID, words: Sequence[str]) -> Sequence[int]:
    """Return the numbers of the messages under which a chat's notes with all words stand; at least 1."""
    place = func.greatest(col(ChatNote.after_number), 1)
    statement = select(place).where(col(ChatNote.chat_session_id) == chat_id, *_contains(words))
    return (await session.exec(statement)).all()


async def notes_of(session: AsyncSession, chat_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Return the notes of chats as lines, each with its writer's name, oldest first."""
    statement = (
        select(ChatNote, Agent)
        .join(Agent, col(Agent.id) == col(ChatNote.author_id))
        .where(col(ChatNote.chat_session_id).in_(chat_ids))
        .order_by(col(ChatNote.created_at), col(ChatNote.id))
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for note, author in (await session.exec(statement)).all():
        earlier = found.get(note.chat_session_id, ())
        found[note.chat_session_id] = (*earlier, f'{author.name}: {note.body}')
    return found


def _says(words: Sequence[str]) -> list[Any]:
    grams = func.text_grams(func.search_key(col(ChatNote.body)))
    indexed = [
        grams.op('@>', is_comparison=True)(func.text_grams(word))
        for word in words
        if has_grams(word)
    ]
    return [*indexed, *_contains(words)]


def _contains(words: Sequence[str]) -> list[Any]:
    key: Any = func.search_key(col(ChatNote.body))
    return [func.strpos(key, word) > 0 for word in words]
