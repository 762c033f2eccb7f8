"""Stores the transcripts of ended chats in the bucket, as JSON: each once, whatever is killed in between.

The transaction that ends a chat writes a row (``ChatArchive``) with the key of its transcript. A process claims the row for a
while, stores the object, and marks the row. Killed before the mark, it leaves a row that is claimed again when its time is
over: the same content is stored under the same key. Erasure and retention delete the row and let the object be deleted, at
the end of the claim if one runs (``services.contacts.attachment_queries``).
"""

import json
from datetime import datetime, timedelta
from uuid import UUID

from desk import clock
from services.aws.object_store import ObjectStore
from services.chats import queries as chat_queries
from services.contacts.attachment_queries import doom
from services.transcripts import queries
from services.transcripts.conversation import Conversation, ConversationLine, conversation_of
from services.work.unit_of_work import UnitsOfWork

CLAIMED_FOR = timedelta(minutes=5)
"""Far above the time limits of a store (``services.aws.client``)."""
BATCH = 20
FORMAT = 1
MEDIA_TYPE = 'application/json'


class TranscriptArchive:
    """The bucket's transcripts. Without a bucket the rows wait until there is one."""

    def __init__(self, units: UnitsOfWork, store: ObjectStore | None) -> None:
        self._db = units.db
        self._store = store

    async def store_due(self) -> int:
        """Store every transcript that is due; return how many. Any process may do it. Raises ``UpstreamError``."""
        if self._store is None:
            return 0
        stored = 0
        while True:
            now = clock.now()
            async with self._db.transaction() as session:
                claimed = await queries.claim(session, now, now + CLAIMED_FOR, limit=BATCH)
            for chat_id, key in claimed:
                await self._put(self._store, chat_id, key, now + CLAIMED_FOR)
            stored += len(claimed)
            if len(claimed) < BATCH:
                return stored

    async def _put(
        self, store: ObjectStore, chat_id: UUID, key: str, claimed_until: datetime
    ) -> None:
        async with self._db.reading() as session:
            chat = await chat_queries.any_chat(session, chat_id)
            if chat is None:
                return
            conversation = await conversation_of(session, chat)
        await store.put(key, as_json(conversation), MEDIA_TYPE)
        async with self._db.transaction() as session:
            if await queries.is_wanted(session, chat_id):
                await queries.mark_stored(session, chat_id, claimed_until, clock.now())
            else:  # erased meanwhile
                await doom(session, {key: clock.now()})


def as_json(conversation: Conversation) -> bytes:
    """Return a conversation as JSON in UTF-8; the same conversation is the same bytes. Times are ISO 8601 in UTC."""
    document = {
        'format': FORMAT,
        'chat': {
            'id': str(conversation.id),
            'department': conversation.department,
            'queue': conversation.queue,
            'source': conversation.source,
            'customer': conversation.customer,
            'agent': conversation.agent,
            'started_at': _moment(conversation.started_at),
            'taken_at': _moment(conversation.taken_at),
            'ended_at': _moment(conversation.ended_at),
            'ending': conversation.ending,
        },
        'lines': [_line(one) for one in conversation.lines],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _line(line: ConversationLine) -> dict[str, object]:
    values: dict[str, object] = {
        'number': line.number,
        'at': _moment(line.at),
        'sender': line.sender.value,
        'type': line.type.value,
        'name': line.name,
        'text': line.text,
    }
    if line.media_type:
        values['file'] = {'media_type': line.media_type, 'size_bytes': line.size_bytes}
    return values


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
