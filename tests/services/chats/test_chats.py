"""Taking, replying, reading and ending: who may, who wins, and what is promised about order."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text as sql
from sqlalchemy import update
from sqlmodel import col

from desk.db import Database
from desk.errors import ConflictError, InvalidInputError, NotFoundError, TooManyError
from models import ChatEnding, ChatSession, ChatStatus, Message, MessageType, Sender
from models.chat import MAX_MESSAGE_CHARS
from services.chats.chats import NewerMessagesError
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until


async def test_reply_gets_the_next_number(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent, lines=2)

    message = await services.chats.reply(agent, make.outgoing(chat, '네, 확인해 드리겠습니다'))

    assert message.number == 3
    assert [line.number for line in await services.chats.transcript(agent, chat.id)] == [1, 2, 3]


async def test_line_that_is_written_while_an_agent_takes_the_chat_keeps_its_number(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    chat = await make.chat()

    async with db.transaction() as session:  # the customer's line, not committed yet
        await session.exec(
            update(ChatSession).where(col(ChatSession.id) == chat.id).values(last_number=1)
        )
        session.add(
            Message(chat_session_id=chat.id, number=1, sender=Sender.CUSTOMER, content='여보세요?')
        )
        await session.flush()
        taking = asyncio.ensure_future(services.chats.take(agent, chat.id))
        await until(lambda: _is_waited_for(db))
    await taking

    lines = await services.chats.transcript(agent, chat.id)
    assert [line.number for line in lines] == [1, 2]


async def _is_waited_for(db: Database) -> bool:
    """Whether somebody waits for a lock in this database."""
    waiting = sql(
        'SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)'
        ' WHERE NOT granted AND datname = current_database()'
    )
    async with db.reading() as session:
        return bool(await session.scalar(waiting))


async def test_same_message_twice_is_one_message(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    outgoing = make.outgoing(chat)

    first = await services.chats.reply(agent, outgoing)
    second = await services.chats.reply(agent, outgoing)

    assert first == second
    assert len(await services.chats.transcript(agent, chat.id)) == 1


async def test_fifty_repeats_at_once_are_one_message(services: Services, make: Make) -> None:
    customer_chat = await make.chat()
    outgoing = make.outgoing(customer_chat)

    await asyncio.gather(*(services.visits.write(outgoing) for _ in range(50)))

    agent = await make.agent()
    assert [line.number for line in await services.chats.transcript(agent, customer_chat.id)] == [1]


async def test_many_writers_leave_no_gap_and_no_double(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    await asyncio.gather(
        *(services.chats.reply(agent, make.outgoing(chat, f'{n}')) for n in range(10)),
        *(another_desk.visits.write(make.outgoing(chat, f'{n}')) for n in range(10)),
    )

    numbers = [line.number for line in await services.chats.transcript(agent, chat.id)]
    assert numbers == list(range(1, 21))


async def test_of_a_hundred_takes_through_two_desks_one_wins(
    services: Services, another_desk: Services, make: Make
) -> None:
    agents = [await make.agent() for _ in range(100)]
    chat = await make.chat()

    tries = [
        desk.chats.take(agent, chat.id)
        for desk, agent in zip([services, another_desk] * 50, agents, strict=True)
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)

    won = [result for result in results if not isinstance(result, BaseException)]
    assert len(won) == 1
    assert all(isinstance(result, ConflictError) for result in results if result is not won[0])
    [joined] = await services.chats.transcript(agents[0], chat.id)
    assert joined.type is MessageType.JOINED


async def test_taking_ones_own_chat_again_changes_nothing(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat()

    first = await services.chats.take(agent, chat.id)

    assert await services.chats.take(agent, chat.id) == first


async def test_another_departments_chat_looks_as_if_it_were_not_there(
    services: Services, make: Make
) -> None:
    stranger = await make.agent(department='기술지원')
    chat = await make.chat()

    with pytest.raises(NotFoundError):
        await services.chats.take(stranger, chat.id)
    with pytest.raises(NotFoundError):
        await services.chats.transcript(stranger, chat.id)
    with pytest.raises(NotFoundError):
        await services.chats.reply(stranger, make.outgoing(chat))
    with pytest.raises(NotFoundError):
        await services.chats.transcript(stranger, uuid4())


async def test_colleague_sees_a_held_chat_and_may_not_write(services: Services, make: Make) -> None:
    holder, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=holder, lines=1)

    assert len(await services.chats.transcript(colleague, chat.id)) == 1
    with pytest.raises(ConflictError, match=r'chat\.held_by_colleague'):
        await services.chats.reply(colleague, make.outgoing(chat))
    with pytest.raises(ConflictError, match=r'chat\.held_by_colleague'):
        await services.chats.end(colleague, chat.id)


async def test_reply_behind_a_colleagues_is_held_until_it_was_seen(
    services: Services, make: Make
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    chat = await make.chat(agent=agent, lines=2)
    await services.chats.reply(supervisor, make.outgoing(chat, '제가 안내드릴게요'))
    blind = make.outgoing(chat, '모르고 쓴 답', seen=2)

    with pytest.raises(NewerMessagesError):
        await services.chats.reply(agent, blind)

    knowing = make.outgoing(chat, '모르고 쓴 답', id=blind.id, seen=3)
    assert (await services.chats.reply(agent, knowing)).number == 4


async def test_customers_words_and_ones_own_do_not_hold_a_reply(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    await services.chats.reply(agent, make.outgoing(chat, '하나', seen=0))
    await services.visits.write(make.outgoing(chat, '둘'))

    assert (await services.chats.reply(agent, make.outgoing(chat, '셋', seen=0))).number == 3


@pytest.mark.parametrize(
    ('status', 'key'), [(ChatStatus.CLOSED, 'chat.ended'), (ChatStatus.WAITING, 'chat.not_taken')]
)
async def test_chat_that_is_not_open_takes_no_reply(
    services: Services, make: Make, status: ChatStatus, key: str
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent, status=status)

    with pytest.raises(ConflictError, match=key):
        await services.chats.reply(agent, make.outgoing(chat))


@pytest.mark.parametrize('content', ['', '  \n ', '가' * (MAX_MESSAGE_CHARS + 1), 'null\x00'])
async def test_unreadable_text_is_refused(services: Services, make: Make, content: str) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    with pytest.raises(InvalidInputError):
        await services.chats.reply(agent, make.outgoing(chat, content))


async def test_longest_message_arrives_whole(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    message = await services.chats.reply(agent, make.outgoing(chat, '가' * MAX_MESSAGE_CHARS))

    assert len(message.content) == MAX_MESSAGE_CHARS


async def test_somebody_elses_message_id_is_refused(services: Services, make: Make) -> None:
    agent = await make.agent()
    mine, other = await make.chat(agent=agent), await make.chat(agent=agent)
    used = make.outgoing(other, '다른 상담의 글')
    await services.visits.write(used)

    with pytest.raises(ConflictError, match=r'message\.id_taken'):
        await services.chats.reply(agent, make.outgoing(mine, id=used.id))


async def test_flood_is_braked_with_a_time_to_wait(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    async def flood() -> None:
        for _ in range(100):
            await services.chats.reply(agent, make.outgoing(chat))

    with pytest.raises(TooManyError) as braked:
        await flood()

    assert 1 <= braked.value.wait_seconds <= 10


async def test_unread_counts_what_the_holder_has_not_read(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    chat = await make.chat(agent=agent)
    for text in ('하나', '둘', '셋'):
        await services.visits.write(make.outgoing(chat, text))

    await services.chats.mark(supervisor, chat.id, read=3)
    assert (await services.chats.chat(agent, chat.id)).unread_count == 3

    await services.chats.mark(agent, chat.id, read=2)
    now = await services.chats.chat(agent, chat.id)
    assert (now.unread_count, now.agent_read_number, now.agent_delivered_number) == (1, 2, 2)


async def test_marks_never_go_back_nor_past_the_end(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent, lines=3)
    await services.chats.mark(agent, chat.id, read=99)

    await services.chats.mark(agent, chat.id, read=1)

    assert (await services.chats.chat(agent, chat.id)).agent_read_number == 3


async def test_ended_chat_stays_ended_and_says_by_whom(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    ended = await services.chats.end(agent, chat.id)

    assert (ended.status, ended.ending) == (ChatStatus.CLOSED, ChatEnding.AGENT)
    assert await services.chats.end(agent, chat.id) == ended
    with pytest.raises(ConflictError, match=r'chat\.ended'):
        await services.visits.write(make.outgoing(chat))
