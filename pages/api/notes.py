"""``/chat/sessions/{id}/notes`` and ``/mentions``: private notes in chats, and the notes that mention the reader.

For everybody who may see the chat. No path of a customer (``/chat/visits``) returns a note.
"""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from models.chat_note import MAX_CHAT_NOTE_CHARS, MAX_MENTIONS
from pages.api.rate_limit import rate_limit
from pages.api.shapes import CHAT_EXAMPLE, Text, refusals, shown_as
from pages.web.principals import SignedIn
from services.chats.note_events import MentionView, NoteView
from services.chats.notes import NewNote
from services.registry import Services

MAX_QUERY_CHARS = 50
NOTE_EXAMPLE: dict[str, Any] = {
    'id': '5a0e7a8e-6f0b-4a55-9a35-6f0c5b1d2e3f',
    'chat_session_id': CHAT_EXAMPLE['id'],
    'author_id': CHAT_EXAMPLE['agent_id'],
    'author': '김서연',
    'after_number': 2,
    'body': '@이도윤 같은 주문으로 어제도 문의하셨어요',
    'mentions': ['이도윤'],
    'created_at': '2026-11-02T01:31:00Z',
}
COLLEAGUE_EXAMPLE = {
    'id': '7d9f1c0e-8c5e-4b0a-8d1f-2f3a4b5c6d7e',
    'name': '이도윤',
    'username': 'agent2',
    'department': '주문·배송',
}


class NoteItem(BaseModel):
    """A private note; it stands after message ``after_number`` (0: before the first)."""

    model_config = shown_as(NOTE_EXAMPLE)

    id: UUID
    chat_session_id: UUID
    author_id: UUID
    author: str
    after_number: int
    body: str
    mentions: list[str]
    created_at: AwareDatetime

    @classmethod
    def of(cls, note: NoteView) -> 'NoteItem':
        """Return a note as the API shows it."""
        return cls(**note.model_dump(exclude={'mentions'}), mentions=list(note.mentions))


class NoteToAdd(BaseModel):
    """A note to write; the same ``id`` again is the same note."""

    model_config = shown_as({'body': NOTE_EXAMPLE['body'], 'mentions': []})

    body: Annotated[Text, Field(max_length=MAX_CHAT_NOTE_CHARS)]
    mentions: Annotated[list[UUID], Field(max_length=MAX_MENTIONS)] = []
    id: UUID | None = None


class ColleagueItem(BaseModel):
    """Somebody who may be mentioned."""

    model_config = shown_as(COLLEAGUE_EXAMPLE)

    id: UUID
    name: str
    username: str
    department: str


class MentionItem(BaseModel):
    """An unread mention."""

    model_config = shown_as({'note': NOTE_EXAMPLE, 'customer': '최유진'})

    note: NoteItem
    customer: str

    @classmethod
    def of(cls, mention: MentionView) -> 'MentionItem':
        """Return a mention as the API shows it."""
        return cls(note=NoteItem.of(mention.note), customer=mention.customer)


def router(services: Services) -> APIRouter:
    """Serve notes and mentions."""
    api = APIRouter(
        tags=['chat'], dependencies=[rate_limit()], responses=refusals(401, 404, 422, 429)
    )
    operations = NoteOperations(services)
    notes = '/chat/sessions/{session_id}/notes'
    api.add_api_route(notes, operations.notes, summary='Private notes (메모)')
    api.add_api_route(
        notes,
        operations.add,
        methods=['POST'],
        summary='Write a private note',
        responses=refusals(409, 413),
    )
    api.add_api_route(f'{notes}/colleagues', operations.colleagues, summary='Who may be mentioned')
    api.add_api_route('/mentions', operations.mentions, summary='Unread mentions')
    api.add_api_route(
        '/mentions/{note_id}/read',
        operations.read,
        methods=['POST'],
        status_code=204,
        summary='Mark a mention as read',
    )
    return api


class NoteOperations:
    """The operations of notes and mentions, one method each."""

    def __init__(self, services: Services) -> None:
        self._notes = services.chat_notes

    async def notes(self, staff: SignedIn, session_id: UUID) -> list[NoteItem]:
        """Return the chat's private notes, oldest first."""
        return [NoteItem.of(one) for one in await self._notes.notes(staff.agent, session_id)]

    async def add(self, staff: SignedIn, session_id: UUID, note: NoteToAdd) -> NoteItem:
        """Write a private note, which the customer never sees; the mentioned colleagues are told at once."""
        new = NewNote(
            id=note.id or uuid4(),
            chat_id=session_id,
            body=note.body,
            mentions=tuple(note.mentions),
        )
        return NoteItem.of(await self._notes.add(staff.agent, new))

    async def colleagues(
        self,
        staff: SignedIn,
        session_id: UUID,
        query: Annotated[
            Text, Query(max_length=MAX_QUERY_CHARS, description='part of a name, or its initials')
        ] = '',
    ) -> list[ColleagueItem]:
        """Return colleagues who may see the chat, by name, initials (초성) or sign-in name."""
        found = await self._notes.colleagues(staff.agent, session_id, query)
        return [
            ColleagueItem(
                id=one.id, name=one.name, username=one.username, department=one.department
            )
            for one in found
        ]

    async def mentions(self, staff: SignedIn) -> list[MentionItem]:
        """Return the unread mentions of the signed-in person, oldest first."""
        return [MentionItem.of(one) for one in await self._notes.unread(staff.agent)]

    async def read(self, staff: SignedIn, note_id: UUID) -> None:
        """Mark one's own mention as read; again changes nothing."""
        await self._notes.read(staff.agent, note_id)
