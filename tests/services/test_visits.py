"""Visits: a customer starts, writes, reads and leaves with a token and nothing else."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError, TooManyError
from models import ChatEnding, ChatStatus, MessageType, Sender
from services.chat_events import Typing, chat_topic
from services.inbox_view import Scope
from services.registry import Services
from services.visits import ChatStart, digits, new_token
from tests.make import DEPARTMENT, Make
from tests.services.listening import listen
from tests.until import until

FORM = {'name': '최유진', 'phone': '010-9876-5432', 'department': DEPARTMENT}


def form(**changes: str) -> ChatStart:
    """A form that was filled in well, but for the changes."""
    return ChatStart(**(FORM | changes))


async def test_started_chat_waits_and_opens_with_its_token(services: Services, make: Make) -> None:
    await make.agent()

    started = await services.visits.start(form(name='  최   유진 ', phone='+82 10 9876 5432'))

    chat = await services.visits.chat_of(started.token)
    assert chat == started.chat
    assert (chat.status, chat.visitor_name, chat.visitor_phone) == (
        ChatStatus.WAITING, '최 유진', '01098765432',
    )  # fmt: skip
    assert (chat.customer_id, chat.agent_id) == (None, None)


async def test_same_form_sent_twice_is_one_chat(services: Services, make: Make) -> None:
    await make.agent()
    filled = form(token=new_token())

    first = await services.visits.start(filled)
    second = await services.visits.start(filled)

    assert first.chat.id == second.chat.id


async def test_same_form_sent_twice_at_once_is_one_chat(
    services: Services, another_desk: Services, make: Make
) -> None:
    await make.agent()
    filled = form(token=new_token())

    started = await asyncio.gather(
        *(desk.visits.start(filled) for desk in (services, another_desk) * 5)
    )

    assert len({one.chat.id for one in started}) == 1


@pytest.mark.parametrize(
    ('changes', 'key'),
    [
        ({'name': '  '}, 'visit.name'),
        ({'name': '가' * 101}, 'visit.name'),
        ({'name': '최\x00유진'}, 'visit.name'),
        ({'phone': ''}, 'visit.phone'),
        ({'phone': '12345'}, 'visit.phone'),
        ({'phone': '010-1234-56789012'}, 'visit.phone'),
        ({'department': '없는 부서'}, 'visit.department'),
        ({'token': 'short'}, 'visit.token'),
    ],
)
async def test_form_that_cannot_be_used_starts_nothing(
    services: Services, make: Make, changes: dict[str, str], key: str
) -> None:
    supervisor, _ = await make.supervisor(), await make.agent()
    with pytest.raises(InvalidInputError, match=key):
        await services.visits.start(form(**changes))

    assert sum((await services.inbox.counts(supervisor, Scope.DEPARTMENT)).values()) == 0


@pytest.mark.parametrize(
    ('typed', 'dialled'),
    [
        ('010-1234-5678', '01012345678'),
        ('+82 10 1234 5678', '01012345678'),
        ('+82-010-1234-5678', '01012345678'),
        ('02) 345-6789', '023456789'),
    ],
)
def test_phone_number_is_kept_as_dialled_in_korea(typed: str, dialled: str) -> None:
    assert digits(typed) == dialled


async def test_only_departments_with_agents_can_be_asked(services: Services, make: Make) -> None:
    await make.agent(department='결제·환불')
    await make.supervisor(department='운영')

    assert await services.visits.departments() == ['결제·환불']


async def test_other_token_opens_nothing(services: Services, make: Make) -> None:
    await make.chat()

    for token in ('', 'x', new_token()):
        with pytest.raises(NotFoundError):
            await services.visits.chat_of(token)


async def test_customer_reads_what_came_after_a_number(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    for text in ('하나', '둘', '셋'):
        await services.visits.write(make.outgoing(chat, text))

    after = await services.visits.messages_after(chat.id, 1)
    before = await services.visits.transcript(chat.id, before=3, limit=1)

    assert [line.content for line in after] == ['둘', '셋']
    assert [line.content for line in before] == ['둘']


async def test_marks_of_the_customer_never_go_back_nor_past_the_end(
    services: Services, make: Make
) -> None:
    chat = await make.chat(agent=await make.agent(), lines=3)

    await services.visits.mark(chat.id, delivered=2)
    await services.visits.mark(chat.id, read=99)
    await services.visits.mark(chat.id, read=1, delivered=1)

    now = await services.visits.chat(chat.id)
    assert (now.customer_delivered_number, now.customer_read_number) == (3, 3)


async def test_repeated_line_is_one_line_and_is_not_braked(services: Services, make: Make) -> None:
    chat = await make.chat()
    outgoing = make.outgoing(chat)

    numbers = {(await services.visits.write(outgoing)).number for _ in range(30)}

    assert numbers == {1}


async def test_flood_is_braked(services: Services, make: Make) -> None:
    chat = await make.chat()
    flood = [make.outgoing(chat, f'{n}') for n in range(13)]
    for outgoing in flood[:12]:
        await services.visits.write(outgoing)

    with pytest.raises(TooManyError):
        await services.visits.write(flood[12])

    assert len(await services.visits.transcript(chat.id)) == 12


async def test_agents_message_id_is_refused_to_the_customer(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    agents = make.outgoing(chat, '상담원의 글')
    await services.chats.reply(agent, agents)

    with pytest.raises(ConflictError, match=r'message\.id_taken'):
        await services.visits.write(make.outgoing(chat, '가로챈 글', id=agents.id))


async def test_leaving_ends_the_chat_as_what_it_was(services: Services, make: Make) -> None:
    waiting, held = await make.chat(), await make.chat(agent=await make.agent())

    gone = await services.visits.leave(waiting.id)
    ended = await services.visits.leave(held.id)
    again = await services.visits.leave(held.id)

    assert (gone.status, gone.ending) == (ChatStatus.CLOSED, ChatEnding.ABANDONED)
    assert (ended.status, ended.ending) == (ChatStatus.CLOSED, ChatEnding.CUSTOMER)
    assert again == ended
    [line] = await services.visits.transcript(held.id)
    assert (line.type, line.sender) == (MessageType.ENDED_BY_CUSTOMER, Sender.SYSTEM)
    with pytest.raises(NotFoundError):
        await services.visits.leave(uuid4())


async def test_place_in_the_queue_counts_who_waits_longer_in_the_department(
    services: Services, make: Make
) -> None:
    now = clock.now()
    first, second, third = [
        await make.chat(start_time=now - timedelta(minutes=minutes)) for minutes in (3, 2, 1)
    ]
    await make.chat(start_time=now - timedelta(hours=1), department='기술지원')
    assert [await services.visits.place(one.id) for one in (first, second, third)] == [1, 2, 3]

    await services.chats.take(await make.agent(), first.id)

    assert [await services.visits.place(one.id) for one in (first, second, third)] == [0, 1, 2]
    assert await services.visits.place(uuid4()) == 0


async def test_silent_waiting_customer_counts_as_gone_and_others_do_not(
    services: Services, make: Make
) -> None:
    long_ago = clock.now() - timedelta(minutes=10)
    silent = await make.chat(customer_seen_at=long_ago)
    patient = await make.chat(customer_seen_at=long_ago)
    held = await make.chat(agent=await make.agent(), customer_seen_at=long_ago)
    await services.visits.sign_of_life(patient.id)

    gone = await services.visits.give_up_silent(timedelta(minutes=2))

    assert gone == 1
    assert (await services.visits.chat(silent.id)).ending is ChatEnding.ABANDONED
    assert (await services.visits.chat(patient.id)).status is ChatStatus.WAITING
    assert (await services.visits.chat(held.id)).status is ChatStatus.ACTIVE


async def test_typing_is_heard_at_every_desk(
    services: Services, another_desk: Services, make: Make
) -> None:
    chat = await make.chat()
    listener = listen(another_desk, chat_topic(chat.id))

    await services.visits.typing(await services.visits.chat(chat.id))

    await until(lambda: bool(listener.events))
    assert listener.events == [
        Typing(chat_id=chat.id, sender=Sender.CUSTOMER, name=chat.visitor_name)
    ]
