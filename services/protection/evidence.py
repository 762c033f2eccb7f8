"""The evidence of a case: the lines of its contact as they stood when it was over, sealed with a digest."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from models import Channel, Message, ProtectionCase, ProtectionEvidence, Sender
from services.people import agent_queries
from services.protection import queries
from services.protection.file_queries import name_files
from services.settings import abuse_words
from services.text.abuse import WordList, pointed
from services.work.unit_of_work import UnitOfWork

Line = dict[str, Any]


async def keep(work: UnitOfWork, case: ProtectionCase) -> None:
    """Keep the lines of a case's chat, numbers in them masked as everybody saw them, and name its files to be copied; a call has none."""
    found: list[Message] = []
    if case.channel is Channel.CHAT:
        found = await queries.lines(work.session, case.contact_id)
        found += [
            row  # the last words, which are stored with this unit of work
            for row in work.appended
            if isinstance(row, Message) and row.chat_session_id == case.contact_id
        ]
        await name_files(work.session, case)
    senders = {one.sender_id for one in found if one.sender_id}
    names = await agent_queries.named(work.session, list(senders))
    words = await abuse_words.word_list(work.session, case.queue_id)
    lines = await asyncio.to_thread(_lines, found, names, case.customer_name, words)
    work.session.add(
        ProtectionEvidence(case_id=case.id, lines=lines, digest=digest_of(case.id, lines))
    )


def digest_of(case_id: UUID, lines: Sequence[Line]) -> str:
    """Return the seal of a case's lines: whoever has them can compute it again."""
    canonical = json.dumps(
        {'case': str(case_id), 'lines': lines}, sort_keys=True, separators=(',', ':')
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _lines(
    found: Sequence[Message], names: Mapping[UUID, str], customer: str, words: WordList
) -> list[Line]:
    return [_line(one, names, customer, words) for one in found]


def _line(message: Message, names: Mapping[UUID, str], customer: str, words: WordList) -> Line:
    is_customers = message.sender is Sender.CUSTOMER
    who = customer if is_customers else names.get(message.sender_id or UUID(int=0), '')
    return {
        'number': message.number,
        'at': message.created_at.isoformat(),
        'sender': message.sender.value,
        'who': who,
        'type': message.type.value,
        'body': message.content,
        'marks': [list(one) for one in pointed(message.content, words)] if is_customers else [],
    }
