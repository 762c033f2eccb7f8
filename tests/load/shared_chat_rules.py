"""What has to hold of a shared chat, whatever happened: ``shared_chats`` plays, this module judges.

Each message, file and note that was acknowledged is stored once and in its sender's order, and what was refused is not;
no reply overlooked a colleague's; a note is nowhere on the customer's side; the chat has one agent, whom its facts name;
unsent texts are kept; every screen equals a fresh read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import col, select

from desk.db import Database
from models import (
    Agent,
    Attachment,
    ChatSession,
    ChatTransfer,
    ContactStep,
    MessageType,
    Sender,
    StepKind,
    TransferOutcome,
)
from services.chats.chats import MAX_PAGE
from services.chats.events import ChatMessage
from services.chats.note_events import NoteView
from services.registry import Services
from tests.load.schedules import stale_screens

if TYPE_CHECKING:
    from tests.load.shared_chats import Colleague, Person


async def broken(
    colleagues: Sequence[Colleague],
    customer: Person,
    chat_id: UUID,
    fresh: Services,
    db: Database,
    heard: Sequence[str],
) -> list[str]:
    """Return a sentence for each rule that does not hold; ``heard`` is all that reached the customer's page, as JSON."""
    people = [*colleagues, customer]
    me = colleagues[0].me
    faults = []
    if await stale_screens(people, me, chat_id, fresh):
        faults.append('a screen is unlike a fresh read')
    stored = await fresh.chats.transcript(me, chat_id, limit=MAX_PAGE)
    notes = await fresh.chat_notes.notes(me, chat_id)
    faults += _of_messages(people, stored)
    faults += _of_notes(colleagues, notes)
    faults += _of_overlooking(colleagues, stored)
    faults += await _of_files(people, chat_id, fresh, db)
    faults += await _of_the_customers_side(customer, chat_id, fresh, heard, notes)
    faults += await _of_the_holder(colleagues, chat_id, fresh, db)
    faults += await _of_unsent_texts(colleagues, chat_id, fresh, db)
    return faults


def _of_messages(people: Sequence[Person], stored: Sequence[ChatMessage]) -> Iterator[str]:
    if [one.number for one in stored] != list(range(1, len(stored) + 1)):
        yield 'the numbers have gaps'
    by_id = {one.id: one for one in stored}
    written = [one.content for one in stored if one.sender is not Sender.SYSTEM]
    acknowledged = sum(len(person.record.of('send', 'file')) for person in people)
    if not len(set(written)) == len(written) == acknowledged:
        yield f'{len(written)} messages, {acknowledged} were acknowledged'
    for person in people:
        yield from _of_messages_of(person, by_id)


def _of_messages_of(person: Person, by_id: Mapping[UUID, ChatMessage]) -> Iterator[str]:
    sent = person.record.of('send', 'file')
    for one in sent:
        if one.id not in by_id or by_id[one.id].content != one.content:
            yield f'lost: {one}'
        elif by_id[one.id].number != one.number:
            yield f'answered with a number that is not its own: {one}'
    if any(before.number >= after.number for before, after in pairwise(sent)):
        yield f'out of order: {sent}'
    if person.contradictions:
        yield 'the same thing got two answers'
    if refused := [one for one in person.record.refused if one.id in by_id]:
        yield f'refused and stored: {refused}'


def _of_notes(colleagues: Sequence[Colleague], notes: Sequence[NoteView]) -> Iterator[str]:
    stored = [one.id for one in notes]
    for colleague in colleagues:
        mine = [one.id for one in colleague.record.of('note')]
        if [one for one in stored if one in set(mine)] != mine:
            yield 'a note is lost, repeated or out of order'
    if len(stored) != sum(len(one.record.of('note')) for one in colleagues):
        yield 'there are other notes than those that were acknowledged'


def _of_overlooking(
    colleagues: Sequence[Colleague], stored: Sequence[ChatMessage]
) -> Iterator[str]:
    """No reply stands behind a colleague's that its writer had not on screen."""
    for colleague in colleagues:
        for one in colleague.record.of('send', 'file'):
            unseen = [
                other
                for other in stored
                if one.seen < other.number < one.number
                and other.sender is Sender.AGENT
                and other.sender_id != colleague.me.id
            ]
            if unseen:
                yield f'{one} overlooked {unseen[0].number}'


async def _of_files(
    people: Sequence[Person], chat_id: UUID, fresh: Services, db: Database
) -> list[str]:
    sent = [one for person in people for one in person.record.of('file')]
    async with db.reading() as session:
        rows = await session.exec(
            select(Attachment).where(col(Attachment.chat_session_id) == chat_id)
        )
        kept = {one.id for one in rows}
    faults = [] if kept == {one.id for one in sent} else ['other files than those acknowledged']
    for one in sent:
        ours = await fresh.files.read(_agent_of(people), chat_id, one.id)
        theirs = await fresh.files.read_as_customer(chat_id, one.id)
        if not ours.content == theirs.content == one.content.encode():
            faults.append(f'a file has other content: {one}')
    return faults


async def _of_the_customers_side(
    customer: Person,
    chat_id: UUID,
    fresh: Services,
    heard: Sequence[str],
    notes: Sequence[NoteView],
) -> list[str]:
    """Nothing that the customer's page read, heard or can take along contains a note."""
    read = await fresh.visits.messages_after(chat_id, 0)
    copy = await fresh.transcripts.for_customer(chat_id)
    places = {
        'an answer': [one.content for one in [*customer.transcript.messages, *read]],
        'an event': heard,
        'the transcript': [one.text for one in copy.lines],
    }
    return [
        f'a note is in {name}'
        for name, texts in places.items()
        if any(note.body in text or str(note.id) in text for note in notes for text in texts)
    ]


async def _of_the_holder(
    colleagues: Sequence[Colleague], chat_id: UUID, fresh: Services, db: Database
) -> list[str]:
    """One agent has the chat: the row, the facts, the lines and the transfers agree."""
    async with db.reading() as session:
        chat = (await session.exec(select(ChatSession).where(col(ChatSession.id) == chat_id))).one()
        steps = list(
            await session.exec(
                select(ContactStep)
                .where(col(ContactStep.contact_id) == chat_id)
                .order_by(col(ContactStep.id))
            )
        )
        transfers = list(
            await session.exec(
                select(ChatTransfer).where(col(ChatTransfer.chat_session_id) == chat_id)
            )
        )
    faults = []
    if chat.agent_id not in {one.me.id for one in colleagues}:
        faults.append('nobody has the chat')
    joined = chat.joined_agent_ids
    if chat.agent_id in joined or len(set(joined)) != len(joined):
        faults.append(f'joined {joined}, held by {chat.agent_id}')
    takers = [one.agent_id for one in steps if one.kind is StepKind.TAKEN]
    givers = [one.agent_id for one in steps if one.kind is StepKind.TRANSFERRED]
    if takers[-1:] != [chat.agent_id] or givers != [colleagues[0].me.id, *takers[:-1]]:
        faults.append(f'facts: {givers} gave it to {takers}, held by {chat.agent_id}')
    accepted = [one for one in transfers if one.outcome is TransferOutcome.ACCEPTED]
    lines = await fresh.chats.transcript(colleagues[0].me, chat_id, limit=MAX_PAGE)
    told = sum(one.type is MessageType.TRANSFERRED for one in lines)
    if not len(accepted) == len(takers) == told:
        faults.append(f'{len(accepted)} accepted, {len(takers)} taken, {told} told')
    if any(one.ended_at is None for one in transfers):
        faults.append('a transfer is still open')
    return faults


async def _of_unsent_texts(
    colleagues: Sequence[Colleague], chat_id: UUID, fresh: Services, db: Database
) -> list[str]:
    """What an agent typed last is there; of one who gave the chat away it may have gone along, and been changed there."""
    async with db.reading() as session:
        givers = set(
            await session.exec(
                select(ChatTransfer.from_id).where(
                    col(ChatTransfer.chat_session_id) == chat_id,
                    col(ChatTransfer.outcome) == TransferOutcome.ACCEPTED,
                )
            )
        )
    [heir] = [one for one in colleagues if one.is_heir]
    faults = []
    for one in colleagues:
        has_given = one.me.id in givers and one is not heir
        if not has_given and await fresh.drafts.draft(one.me, chat_id) != one.record.typed:
            faults.append(f'unsent text of {one.me.id} is lost')
        if await fresh.note_drafts.draft(one.me, chat_id) != one.record.typed_note:
            faults.append(f'unsent note of {one.me.id} is lost')
    return faults


def _agent_of(people: Sequence[Person]) -> Agent:
    return next(one.agent for one in people if one.agent is not None)
