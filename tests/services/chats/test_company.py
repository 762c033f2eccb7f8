"""함께 상담: two agents write in one chat, nobody past the other, and it stays its agent's."""

import asyncio

import pytest

from desk.errors import ConflictError, NotFoundError
from models import ChatStatus, MessageType, Sender
from services.chats.chats import NewerMessagesError
from services.chats.company import MOST_JOINED
from services.chats.events import Typing, chat_topic
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until


async def test_both_write_and_the_owner_stays(services: Services, make: Make) -> None:
    owner, colleague = await make.agent(), await make.agent(first_name='도윤', last_name='이')
    chat = await make.chat(agent=owner)
    with pytest.raises(ConflictError):
        await services.chats.reply(colleague, make.outgoing(chat))

    card = await services.company.join(colleague, chat.id)
    await services.chats.reply(colleague, make.outgoing(chat, '제가 확인할게요'))
    await services.chats.reply(owner, make.outgoing(chat, '고맙습니다'))

    assert (card.agent_id, card.joined_agent_ids) == (owner.id, (colleague.id,))
    lines = await services.visits.transcript(chat.id)
    assert [(line.type, line.content) for line in lines] == [
        (MessageType.JOINED, '이도윤'),
        (MessageType.TEXT, '제가 확인할게요'),
        (MessageType.TEXT, '고맙습니다'),
    ]


async def test_reply_that_crosses_a_colleagues_is_held(services: Services, make: Make) -> None:
    owner, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=owner)
    await services.company.join(colleague, chat.id)
    await services.chats.reply(colleague, make.outgoing(chat))

    with pytest.raises(NewerMessagesError):
        await services.chats.reply(owner, make.outgoing(chat, seen=1))


async def test_who_has_left_writes_no_more(services: Services, make: Make) -> None:
    owner, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=owner)
    await services.company.join(colleague, chat.id)

    for _ in range(2):
        card = await services.company.leave(colleague, chat.id)

    assert card.joined_agent_ids == ()
    with pytest.raises(ConflictError):
        await services.chats.reply(colleague, make.outgoing(chat))


async def test_only_open_chats_within_reach_are_joined_by_a_few(
    services: Services, make: Make
) -> None:
    owner = await make.agent()
    chat = await make.chat(agent=owner)
    closed = await make.chat(agent=owner, status=ChatStatus.CLOSED)
    colleagues = [await make.agent() for _ in range(MOST_JOINED + 2)]

    with pytest.raises(NotFoundError):
        await services.company.join(await make.agent(department='기술지원'), chat.id)
    for refused in (closed, await make.chat()):
        with pytest.raises(ConflictError):
            await services.company.join(colleagues[0], refused.id)
    with pytest.raises(ConflictError):
        await services.company.join(owner, chat.id)
    joined = await asyncio.gather(
        *(services.company.join(one, chat.id) for one in colleagues), return_exceptions=True
    )
    assert sum(not isinstance(one, Exception) for one in joined) == MOST_JOINED


async def test_chat_that_goes_to_a_queue_is_left_by_all(services: Services, make: Make) -> None:
    owner, supervisor = await make.agent(), await make.supervisor()
    chat = await make.chat(agent=owner)
    await services.company.join(supervisor, chat.id)
    queue = await make.queue()

    await services.steering.move(supervisor, [chat.id], queue.id, '다시')

    assert (await services.chats.chat(supervisor, chat.id)).joined_agent_ids == ()


async def test_typing_names_the_colleague(services: Services, make: Make) -> None:
    owner = await make.agent()
    chat = await make.chat(agent=owner)
    heard: list[object] = []
    services.topics.subscribe(chat_topic(chat.id), heard.append)

    await services.chats.typing(owner, chat.id)

    await until(lambda: bool(heard))
    typing = Typing(chat_id=chat.id, sender=Sender.AGENT, name=owner.name, agent_id=owner.id)
    assert heard == [typing]
