"""Visits: a customer starts, writes, reads and leaves with a token and nothing else."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from desk import clock
from desk.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TooManyError,
)
from desk.tokens import TokenSeal, new_token
from models import ChatEnding, ChatStatus, CustomerStatus, MessageType, Sender
from services.chats.events import Typing, chat_topic
from services.chats.inbox_order import Scope
from services.chats.visits import ChatStart
from services.registry import Services
from tests.conftest import SECRET
from tests.support.hearing import hearing
from tests.support.listening import listen
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

PATIENCE = timedelta(minutes=2)
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
    filled = form(token=services.visits.new_token())

    first = await services.visits.start(filled)
    second = await services.visits.start(filled)

    assert first.chat.id == second.chat.id


async def test_same_form_sent_twice_at_once_is_one_chat(
    services: Services, another_desk: Services, make: Make
) -> None:
    await make.agent()
    filled = form(token=services.visits.new_token())

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
        ({'name': '\u3164\u200b'}, 'visit.name'),
        ({'name': 'a' + '\u0301' * 1_000_000}, 'visit.name'),
        ({'phone': ''}, 'visit.phone'),
        ({'phone': '000-0000-0000'}, 'visit.phone'),
        ({'phone': '099-123-4567'}, 'visit.phone'),
        ({'phone': '010-123-4567'}, 'visit.phone'),
        ({'phone': '12345'}, 'visit.phone'),
        ({'phone': '010-1234-56789012'}, 'visit.phone'),
        ({'department': '없는 부서'}, 'visit.department'),
        ({'token': 'short'}, 'visit.token'),
        ({'token': '0' * 43}, 'visit.token'),
        ({'token': '0' * 64}, 'visit.token'),
        ({'token': '가' * 64}, 'visit.token'),
        ({'token': new_token()}, 'visit.token'),
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
    ('typed', 'kept'),
    [
        ('0507-1412-8963', '050714128963'),
        ('1588-1234', '15881234'),
        ('82-10-1234-5678', '01012345678'),
        ('０１０－１２３４－５６７８', '01012345678'),  # noqa: RUF001
        ('+1 212-456-7890', '+12124567890'),
        ('02-1234-5678 내선 301', '0212345678x301'),
        ('٠١٠١٢٣٤٥٦٧٨', '01012345678'),
    ],
)
async def test_number_is_read_as_everywhere(
    services: Services, make: Make, typed: str, kept: str
) -> None:
    await make.agent()

    started = await services.visits.start(form(phone=typed))

    assert started.chat.visitor_phone == kept


async def test_name_is_kept_without_what_nobody_sees(services: Services, make: Make) -> None:
    await make.agent()

    started = await services.visits.start(form(name='\u3164최\u200b유진 👩\u200d👧\u2800'))

    assert started.chat.visitor_name == '최유진 👩\u200d👧'


@pytest.mark.parametrize('blank', ['\u3164', '\u2800 \u115f', '\u200b\u202e'])
async def test_message_of_nothing_visible_is_refused(
    services: Services, make: Make, blank: str
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    with pytest.raises(InvalidInputError, match=r'message\.blank'):
        await services.visits.write(make.outgoing(chat, blank))
    with pytest.raises(InvalidInputError, match=r'message\.blank'):
        await services.chats.reply(agent, make.outgoing(chat, blank))

    assert await services.visits.transcript(chat.id) == []


async def test_message_is_kept_without_unseen_signs_around(services: Services, make: Make) -> None:
    chat = await make.chat()

    written = await services.visits.write(
        make.outgoing(chat, '\u200b👨\u200d👩\u200d👧 네\n좋아요\u3164 \n')
    )

    assert written.content == '👨\u200d👩\u200d👧 네\n좋아요'


async def test_open_queues_can_be_asked(services: Services, make: Make) -> None:
    await make.queue(name='결제·환불', department='결제')
    await make.queue(name='옛 문의', department='결제', is_active=False)

    assert await services.visits.departments() == ['결제·환불']


async def test_token_that_the_desk_did_not_make_starts_nothing(
    services: Services, make: Make
) -> None:
    await make.agent()
    token = services.visits.new_token()
    forged = [
        token[::-1],
        f'{token[:-1]}{"A" if token[-1] != "A" else "B"}',
        f'{token}=',
        f' {token}',
        token.lower(),
        TokenSeal('another secret', 'chat').new(),
        TokenSeal(SECRET, 'another purpose').new(),
    ]

    for one in forged:
        with pytest.raises(InvalidInputError):
            await services.visits.start(form(token=one))

    assert (await services.visits.start(form(token=token))).token == token


async def test_token_of_an_ended_chat_starts_nothing(services: Services, make: Make) -> None:
    await make.agent()
    started = await services.visits.start(form())
    await services.visits.leave(started.chat.id)

    with pytest.raises(InvalidInputError):
        await services.visits.start(form(token=started.token))


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
    await hearing(services, timedelta(minutes=5))
    await services.visits.sign_of_life(patient.id)

    gone = await services.visits.give_up_silent(PATIENCE)

    assert gone == 1
    assert (await services.visits.chat(silent.id)).ending is ChatEnding.ABANDONED
    assert (await services.visits.chat(patient.id)).status is ChatStatus.WAITING
    assert (await services.visits.chat(held.id)).status is ChatStatus.ACTIVE


async def test_silence_counts_only_while_the_desk_could_have_heard(
    services: Services, another_desk: Services, make: Make
) -> None:
    """The desk was away for ten minutes: who waited keeps the place, and has as long as ever to come back."""
    await hearing(services, timedelta(minutes=5))
    leaver, stayer = await make.chat(), await make.chat()

    with clock.moved(timedelta(minutes=10)):
        assert await another_desk.visits.give_up_silent(PATIENCE) == 0
        assert await another_desk.visits.sign_of_life(stayer.id)  # the place was kept
        assert not await another_desk.visits.sign_of_life(stayer.id)  # told once
    with clock.moved(timedelta(minutes=13)):
        await hearing(services, timedelta(minutes=3))
        await services.visits.sign_of_life(stayer.id)
        assert await services.visits.give_up_silent(PATIENCE) == 1

    assert (await services.visits.chat(leaver.id)).ending is ChatEnding.ABANDONED
    assert (await services.visits.chat(stayer.id)).status is ChatStatus.WAITING


async def test_first_sign_after_a_break_is_understood_before_the_sweep_has_seen_it(
    services: Services, make: Make
) -> None:
    await hearing(services, timedelta(minutes=5))
    chat = await make.chat()
    held = await make.chat(agent=await make.agent())

    with clock.moved(timedelta(minutes=10)):
        assert await services.visits.sign_of_life(chat.id)
        assert not await services.visits.sign_of_life(held.id)


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


# ---- who is blocked


async def test_blocked_customer_starts_no_chat_by_any_of_their_numbers(
    services: Services, make: Make
) -> None:
    await make.agent()
    blocked = {'status': CustomerStatus.BLOCKED, 'other_phones': ['01077778888']}
    await make.customer(phone='01098765432', **blocked)
    await make.customer(phone='0212345678x301', status=CustomerStatus.BLOCKED)
    erased = await make.customer(phone='01011112222', status=CustomerStatus.BLOCKED)
    await make.changed(erased, erased_at=clock.now())

    for phone in ('010-9876-5432', '010-7777-8888', '02-1234-5678 내선 301'):
        with pytest.raises(NotAllowedError, match=r'visit\.blocked'):
            await services.visits.start(form(phone=phone))
    for phone in ('02-1234-5678 내선 302', '010-1111-2222'):  # a colleague's, and nobody's
        assert await services.visits.start(form(phone=phone))


async def test_blocked_customer_writes_no_more_in_a_chat_that_goes_on(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    served = await make.customer(phone='01033334444')
    blocked = await make.customer(phone='01098765432')
    linked = await make.chat(agent=agent, customer_id=blocked.id, visitor_phone='01055556666')
    unlinked = await make.chat(agent=agent, visitor_phone='01098765432')
    someone_else = await make.chat(agent=agent, customer_id=served.id, visitor_phone='01098765432')
    first = make.outgoing(linked)
    await services.visits.write(first)

    await make.changed(blocked, status=CustomerStatus.BLOCKED)

    for chat in (linked, unlinked):
        with pytest.raises(NotAllowedError, match=r'visit\.blocked'):
            await services.visits.write(make.outgoing(chat))
    assert (await services.visits.write(first)).content == first.content  # said before
    assert await services.visits.write(make.outgoing(someone_else))
    assert await services.chats.reply(agent, make.outgoing(linked))
