"""A server process reduced to its services, for schedules that kill it: calls come in by lines, events go out.

DATABASE_URL, REDIS_URL and REDIS_PREFIX say where, FILES_BUCKET and AWS_ENDPOINT_URL_S3 where its files are. A call is ``{"n": 1, "call": "write", …}``, its answer
``{"n": 1, "value": …}`` or ``{"n": 1, "refused": key}``; what a page would hear is ``{"heard": kind, "body": …}``.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from desk import logging, loops
from desk.db import Database
from desk.errors import DeskError
from desk.events import Event, Topics
from desk.settings import Settings
from desk.stream import EventStream
from models import Agent
from services import assembly
from services.chats.events import EVERY_CHAT, ChatMessage
from services.chats.inbox_order import Scope, Tab
from services.chats.notes import NewNote
from services.chats.outgoing import OutgoingMessage
from services.files.files import FileUpload
from services.files.intake import FileSetup
from services.floor.transfers import NewTransfer
from services.registry import Services

EVERYTHING = 1_000_000
"""A message number beyond every chat's: its writer has seen all."""


async def answer(services: Services, call: dict[str, Any]) -> Any:
    """Do what a customer's or an agent's page asks for; ``agent`` says that it is an agent's."""
    chat_id = UUID(call['chat'])
    agent = await services.agents.agent(UUID(call['agent'])) if call['agent'] else None
    if call['call'] in ('send', 'file'):
        return _plain(await _sent(services, agent, call))
    if call['call'] == 'after':
        reading = (
            services.chats.messages_after(agent, chat_id, call['number'])
            if agent
            else services.visits.messages_after(chat_id, call['number'])
        )
        return [_plain(message) for message in await reading]
    if agent is None:
        raise ValueError(call['call'])
    return await _agents_act(services, agent, chat_id, call)


async def _sent(services: Services, agent: Agent | None, call: dict[str, Any]) -> ChatMessage:
    id_, chat_id, seen = UUID(call['id']), UUID(call['chat']), call.get('seen', EVERYTHING)
    if call['call'] == 'file':
        upload = FileUpload(id=id_, chat_id=chat_id, name=call['content'], seen=seen)
        content = _chunks(call['bytes'])
        if agent:
            return await services.files.send(agent, upload, content)
        return await services.files.send_as_customer(upload, content)
    outgoing = OutgoingMessage(id=id_, chat_id=chat_id, content=call['content'], seen=seen)
    if agent:
        return await services.chats.reply(agent, outgoing)
    return await services.visits.write(outgoing)


async def _chunks(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


async def _agents_act(  # noqa: C901 - one case a call
    services: Services, agent: Agent, chat_id: UUID, call: dict[str, Any]
) -> Any:
    match call['call']:
        case 'inbox':
            page = await services.inbox.page(agent, Tab.OPEN, Scope.MINE)
            return [card.model_dump(mode='json') for card in page.chats]
        case 'note':
            new = NewNote(id=UUID(call['id']), chat_id=chat_id, body=call['body'])
            return (await services.chat_notes.add(agent, new)).model_dump(mode='json')
        case 'draft':
            await services.drafts.save(agent, chat_id, call['text'])
        case 'note-draft':
            await services.note_drafts.save(agent, chat_id, call['text'])
        case 'label':
            await services.chat_labels.set(agent, chat_id, [UUID(one) for one in call['labels']])
        case 'join':
            await services.company.join(agent, chat_id)
        case 'leave':
            await services.company.leave(agent, chat_id)
        case 'ask':
            new_transfer = NewTransfer(chat_id=chat_id, reason='시험', agent_id=UUID(call['to']))
            return str((await services.transfers.ask(agent, new_transfer)).id)
        case 'accept':
            await services.transfers.accept(agent, UUID(call['transfer']))
        case 'refuse':
            await services.transfers.refuse(agent, UUID(call['transfer']))
        case 'end-overdue':
            await services.transfers.end_overdue()
        case unknown:
            raise ValueError(unknown)
    return None


def _plain(message: ChatMessage) -> dict[str, Any]:
    return message.model_dump(mode='json')


def _say(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + '\n')
    sys.stdout.flush()


async def _serve(services: Services, call: dict[str, Any]) -> None:
    try:
        _say({'n': call['n'], 'value': await answer(services, call)})
    except DeskError as error:
        _say({'n': call['n'], 'refused': error.key})


def _tell(event: Event) -> None:
    _say({'heard': event.kind, 'body': event.model_dump(mode='json')})


async def main() -> None:
    settings = Settings(_env_file=None)
    logging.configure(level='ERROR')
    db = Database(settings.database_url, pool_size=5)
    redis = Redis.from_url(settings.redis_url, decode_responses=True)
    topics = Topics()
    stream = EventStream(redis, topics, prefix=settings.redis_prefix)
    services = assembly.assemble(
        db,
        topics,
        stream,
        redis=redis,
        jwt_secret='k' * 40,
        session_hours=1,
        files=FileSetup.of(settings),
    )
    topics.subscribe(EVERY_CHAT, _tell)
    calls = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(calls), sys.stdin
    )
    await stream.open()
    going = {'relay': services.relay.carry, 'sweep': services.relay.sweep, 'stream': stream.follow}
    async with loops.running(going), asyncio.TaskGroup() as group:
        _say({'ready': True})
        while line := await calls.readline():
            group.create_task(_serve(services, json.loads(line)))
    await services.files.close()
    await redis.aclose()
    await db.close()


if __name__ == '__main__':
    asyncio.run(main())
