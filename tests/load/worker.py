"""A server process reduced to its services, for schedules that kill it: calls come in by lines, events go out.

DATABASE_URL, REDIS_URL and REDIS_PREFIX say where. A call is ``{"n": 1, "call": "write", …}``, its answer
``{"n": 1, "value": …}`` or ``{"n": 1, "refused": key}``; what a page would hear is ``{"heard": kind, "body": …}``.
"""

import asyncio
import json
import sys
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from desk import logging, loops
from desk.db import Database
from desk.errors import DeskError
from desk.events import Event, Topics
from desk.settings import Settings
from desk.stream import EventStream
from services import assembly
from services.chats.events import EVERY_CHAT, ChatMessage
from services.chats.inbox_order import Scope, Tab
from services.chats.outgoing import OutgoingMessage
from services.registry import Services


async def answer(services: Services, call: dict[str, Any]) -> Any:
    """Do what a customer's or an agent's page asks for; ``agent`` says that it is an agent's."""
    chat_id = UUID(call['chat'])
    agent = await services.agents.agent(UUID(call['agent'])) if call['agent'] else None
    match call['call']:
        case 'send':
            outgoing = OutgoingMessage(
                id=UUID(call['id']), chat_id=chat_id, content=call['content'], seen=1_000_000
            )
            if agent:
                return _plain(await services.chats.reply(agent, outgoing))
            return _plain(await services.visits.write(outgoing))
        case 'after' if agent:
            messages = await services.chats.messages_after(agent, chat_id, call['number'])
            return [_plain(message) for message in messages]
        case 'after':
            messages = await services.visits.messages_after(chat_id, call['number'])
            return [_plain(message) for message in messages]
        case 'inbox' if agent:
            page = await services.inbox.page(agent, Tab.OPEN, Scope.MINE)
            return [card.model_dump(mode='json') for card in page.chats]
        case unknown:
            raise ValueError(unknown)


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
        db, topics, stream, redis=redis, jwt_secret='k' * 40, session_hours=1
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
    await redis.aclose()
    await db.close()


if __name__ == '__main__':
    asyncio.run(main())
