"""How far an agent has read: marks only grow, count right under load, and leave the lists as they are."""

import asyncio

from services.chats.events import ChatRead, chat_topic
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until


async def test_unread_count_is_right_while_the_customer_goes_on_writing(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    for _ in range(4):
        await services.visits.write(make.outgoing(chat))

    writing = [services.visits.write(make.outgoing(chat)) for _ in range(8)]
    reading = [services.chats.mark(agent, chat.id, read=number) for number in (1, 2, 3, 4)]
    await asyncio.gather(*writing, *reading)

    now = await services.chats.chat(agent, chat.id)
    assert (now.last_number, now.agent_read_number, now.unread_count) == (12, 4, 8)


async def test_marks_only_grow_and_stop_at_the_end_of_the_chat(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    await services.visits.write(make.outgoing(chat))

    await services.chats.mark(agent, chat.id, read=1_000)
    read = await services.chats.chat(agent, chat.id)
    await services.chats.mark(agent, chat.id, delivered=1, read=0)

    now = await services.chats.chat(agent, chat.id)
    assert (read.agent_read_number, read.agent_delivered_number) == (1, 1)
    assert now == read


async def test_reading_is_told_as_reading_not_as_a_change_of_lists(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    await services.visits.write(make.outgoing(chat))
    heard: list[object] = []
    services.topics.subscribe(chat_topic(chat.id), heard.append)

    await services.chats.mark(agent, chat.id, read=1)

    await until(lambda: any(isinstance(event, ChatRead) for event in heard))
    assert [event.chat.unread_count for event in heard if isinstance(event, ChatRead)] == [0]


async def test_colleague_cannot_mark_what_another_holds(services: Services, make: Make) -> None:
    holder, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=holder)
    await services.visits.write(make.outgoing(chat))

    await services.chats.mark(colleague, chat.id, read=1)

    assert (await services.chats.chat(holder, chat.id)).unread_count == 1
