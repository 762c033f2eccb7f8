"""콜백 that customers ask for in their chat: free slots by day, one number once, and gone when an agent comes first."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from desk import clock
from desk.errors import (
    ConflictError,
    DeskError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TooManyError,
)
from desk.settings import Settings
from models import Agent, AuditAction, CallbackStatus, ChatStatus, CustomerStatus, SettingKind
from services.audit.filter import AuditFilter
from services.calls import callback_requests
from services.calls.callback_requests import CALLS_PER_AGENT, MOST_SLOTS, SLOT
from services.calls.callbacks import NewCallback
from services.calls.dial_rules import QuietHours
from services.registry import Services
from tests.support.make import Make

PHONE = '01012345678'
MORNING = datetime(2026, 11, 2, 9, 20, tzinfo=clock.SEOUL)


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    """It is 9:20 in Seoul, and nobody has asked yet."""
    callback_requests.ASKS.reset()
    with clock.moved(MORNING - clock.now()):
        yield


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Nobody is called from 21:00 to 8:00."""
    return settings.model_copy(update={'quiet_hours': '21:00-08:00'})


@pytest.fixture
async def services(services: Services) -> Services:
    """A desk with voice."""
    services.callback_requests.are_offered = True
    return services


@pytest.fixture
async def agent(make: Make) -> Agent:
    """The only agent of the department."""
    return await make.agent()


@pytest.fixture
async def chat_id(make: Make, agent: Agent) -> UUID:
    """A customer who waits; ``agent`` could take them."""
    del agent
    return (await make.chat(visitor_name='최유진', visitor_phone=PHONE)).id


async def slots_of(services: Services, chat_id: UUID) -> tuple[datetime, ...]:
    """When the free slots begin."""
    return (await services.callback_requests.choice(chat_id)).slots


async def test_customer_who_waits_takes_a_slot_and_stands_in_the_queue_of_call_backs(
    services: Services, agent: Agent, chat_id: UUID
) -> None:
    slots = await slots_of(services, chat_id)

    asked = await services.callback_requests.ask(
        chat_id, phone='010 1234 5678', slot_from=slots[0], body='교환'
    )
    again = await services.callback_requests.ask(chat_id, phone=PHONE, slot_from=slots[0])

    assert asked == again
    [listed] = await services.callbacks.waiting(agent)
    assert (listed.chat_id, listed.name, listed.body) == (chat_id, '최유진', '교환')
    assert (listed.is_asked_by_customer, listed.owner_id) == (True, None)
    assert (listed.slot_from, listed.slot_to) == (slots[0], slots[0] + SLOT)
    choice = await services.callback_requests.choice(chat_id)
    assert (choice.is_waiting, choice.slots) == (True, ())


async def test_slots_are_whole_hours_outside_the_night(services: Services, chat_id: UUID) -> None:
    slots = [one.astimezone(clock.SEOUL) for one in await slots_of(services, chat_id)]

    assert [f'{one:%H:%M}' for one in slots] == [f'{hour}:00' for hour in range(10, 18)]
    assert len(slots) == MOST_SLOTS

    with clock.moved(timedelta(hours=10, minutes=35)):  # 19:55: 20:00 is too soon
        slots = [one.astimezone(clock.SEOUL) for one in await slots_of(services, chat_id)]
    assert [f'{one:%d %H:%M}' for one in slots[:2]] == ['03 08:00', '03 09:00']


@pytest.mark.parametrize(
    ('hours', 'since', 'is_touched'),
    [
        ('21:00-08:00', 20, False),
        ('21:00-08:00', 7, True),
        ('20:30-08:00', 20, True),
        ('12:15-12:45', 12, True),
        ('00:00-00:00', 0, False),
        ('01:00-01:30', 0, False),
        ('00:30-01:00', 0, True),
    ],
)
def test_slot_that_the_quiet_hours_touch_is_none(hours: str, since: int, is_touched: bool) -> None:
    begin = MORNING.replace(hour=since, minute=0)

    assert QuietHours.of(hours).touch(begin, begin + SLOT) is is_touched


async def test_full_slot_is_not_offered_and_cannot_be_taken(
    services: Services, agent: Agent, chat_id: UUID
) -> None:
    first, second, *_rest = await slots_of(services, chat_id)
    for number in range(CALLS_PER_AGENT):
        await services.callbacks.promise(
            agent,
            NewCallback(phone=f'0105555000{number}', slot_from=first, slot_to=first + SLOT),
        )

    assert (await slots_of(services, chat_id))[0] == second
    with pytest.raises(ConflictError) as refused:
        await services.callback_requests.ask(chat_id, phone=PHONE, slot_from=first)
    assert refused.value.key == 'visit.callback_taken'


async def test_queue_says_how_many_callbacks_an_hour_takes(
    services: Services, agent: Agent, make: Make
) -> None:
    queue = await make.queue(callbacks_per_hour=1)
    one, two = [
        await make.chat(queue_id=queue.id, visitor_phone=f'0105555000{n}') for n in range(2)
    ]
    other = await make.chat(queue_id=(await make.queue(name='다른 문의')).id)
    first, *_rest = await slots_of(services, one.id)

    await services.callback_requests.ask(one.id, phone=one.visitor_phone, slot_from=first)

    assert first not in await slots_of(services, two.id)
    assert first in await slots_of(services, other.id)  # by its agents: two for the only one


async def test_queue_that_takes_no_callbacks_offers_none_until_its_change_is_taken_back(
    services: Services, agent: Agent, make: Make
) -> None:
    queue, admin = await make.queue(), await make.admin()
    chat = await make.chat(queue_id=queue.id)
    settings, none = services.desk_settings, {'callbacks_per_hour': '0'}

    await settings.edit(admin, SettingKind.QUEUE, queue.id, none, version=queue.version)

    assert await slots_of(services, chat.id) == ()
    [change, *_] = await settings.changes(admin, SettingKind.QUEUE, queue.id)
    await settings.take_back(admin, change.id)
    assert await slots_of(services, chat.id)


async def test_last_place_of_a_slot_goes_to_one_of_two(
    services: Services, another_desk: Services, agent: Agent, make: Make, chat_id: UUID
) -> None:
    another_desk.callback_requests.are_offered = True
    other = await make.chat(visitor_phone='01099998888')
    [slot, *_rest] = await slots_of(services, chat_id)
    await services.callbacks.promise(
        agent, NewCallback(phone='01055550000', slot_from=slot, slot_to=slot + SLOT)
    )

    done = await asyncio.gather(
        services.callback_requests.ask(chat_id, phone=PHONE, slot_from=slot),
        another_desk.callback_requests.ask(other.id, phone='01099998888', slot_from=slot),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in done) == ['AskedCallback', 'ConflictError']


async def test_number_is_called_at_one_wish_only_and_taken_back_by_its_own_chat(
    services: Services, agent: Agent, make: Make, chat_id: UUID
) -> None:
    other = await make.chat(visitor_phone=PHONE)
    [first, second, *_rest] = await slots_of(services, chat_id)
    await services.callback_requests.ask(chat_id, phone=PHONE, slot_from=first)

    for asker in (chat_id, other.id):
        with pytest.raises(ConflictError) as refused:
            await services.callback_requests.ask(asker, phone=PHONE, slot_from=second)
        assert refused.value.key == 'visit.callback_asked'
    with pytest.raises(NotFoundError):
        await services.callback_requests.cancel(other.id)

    cancelled = await services.callback_requests.cancel(chat_id)
    assert cancelled == await services.callback_requests.cancel(chat_id)
    assert cancelled.status is CallbackStatus.CANCELLED
    await services.callback_requests.ask(other.id, phone=PHONE, slot_from=second)
    assert [one.chat_id for one in await services.callbacks.waiting(agent)] == [other.id]


async def test_agent_who_takes_the_chat_first_makes_the_call_needless(
    services: Services, another_desk: Services, agent: Agent, chat_id: UUID
) -> None:
    [slot, *_rest] = await slots_of(services, chat_id)
    await services.callback_requests.ask(chat_id, phone=PHONE, slot_from=slot)
    assert await services.callbacks.close_met() == 0

    with clock.moved(timedelta(minutes=1)):
        await services.chats.take(agent, chat_id)
        closed = [await desk.callbacks.close_met() for desk in (services, another_desk)]

    assert closed == [1, 0]
    choice = await services.callback_requests.choice(chat_id)
    assert choice.asked is not None
    assert (choice.asked.status, choice.slots) == (CallbackStatus.CAME_FIRST, ())


async def test_later_chat_of_the_number_counts_once_it_is_taken_and_an_earlier_one_does_not(
    services: Services, agent: Agent, make: Make
) -> None:
    earlier = await make.chat(agent=agent, visitor_phone=PHONE)
    slot = MORNING + timedelta(hours=2)
    promised = await services.callbacks.promise(
        agent, NewCallback(phone=PHONE, slot_from=slot, slot_to=slot + SLOT)
    )
    assert earlier.taken_at
    assert await services.callbacks.close_met() == 0

    with clock.moved(timedelta(minutes=1)):
        later = await make.chat(visitor_phone=PHONE, start_time=clock.now())
        assert await services.callbacks.close_met() == 0
        await services.chats.take(agent, later.id)
        assert await services.callbacks.close_met() == 1

    closed = await services.callbacks.callback(agent, promised.id)
    assert closed.status is CallbackStatus.CAME_FIRST


async def test_blocked_customer_is_called_back_no_more_and_the_log_says_why(
    services: Services, another_desk: Services, agent: Agent, make: Make, chat_id: UUID
) -> None:
    """Linked, or known by the number alone; however the block came about, by a form, a file or a merge."""
    customer = await make.customer(phone='01044443333')
    slot, promise = MORNING + timedelta(hours=2), services.callbacks.promise
    known = NewCallback(customer_id=customer.id, slot_from=slot, slot_to=slot + SLOT)
    stays = await promise(agent, NewCallback(phone=PHONE, slot_from=slot, slot_to=slot + SLOT))
    linked = await promise(agent, known)
    [first, *_rest] = await slots_of(services, chat_id)
    await services.callback_requests.ask(chat_id, phone=customer.phone, slot_from=first)
    assert await services.callbacks.cancel_of_blocked() == 0

    await make.changed(customer, status=CustomerStatus.BLOCKED)
    cancelled = [await one.callbacks.cancel_of_blocked() for one in (services, another_desk)]

    assert cancelled == [2, 0]
    assert [one.id for one in await services.callbacks.waiting(agent)] == [stays.id]
    closed = AuditFilter(action=AuditAction.CALLBACK_CLOSED, subject_id=linked.id)
    [entry] = (await services.audit_log.newest(await make.admin(), closed)).entries
    assert entry.details == {'status': 'cancelled', 'reason': 'customer_blocked'}
    for wish in (known, replace(known, customer_id=None, phone=customer.phone)):
        with pytest.raises(ConflictError) as refused:
            await promise(agent, wish)
        assert refused.value.key == 'callback.blocked'


async def test_customer_whom_nobody_met_may_still_ask(services: Services, chat_id: UUID) -> None:
    await services.visits.leave(chat_id)

    [slot, *_rest] = await slots_of(services, chat_id)
    asked = await services.callback_requests.ask(chat_id, phone=PHONE, slot_from=slot)

    assert asked.status is CallbackStatus.OPEN


async def test_what_cannot_be_asked_for_is_refused_with_a_reason(
    services: Services, agent: Agent, make: Make, chat_id: UUID
) -> None:
    await make.customer(phone='01077776666', status=CustomerStatus.BLOCKED)
    held = await make.chat(agent=agent, status=ChatStatus.ACTIVE)
    [slot, *_rest] = await slots_of(services, chat_id)
    ask = services.callback_requests.ask
    wishes: list[tuple[dict[str, object], type[DeskError], str]] = [
        ({'phone': '12'}, InvalidInputError, 'visit.phone'),
        ({'slot_from': slot + timedelta(minutes=1)}, InvalidInputError, 'visit.callback_slot'),
        ({'slot_from': slot + timedelta(days=9)}, InvalidInputError, 'visit.callback_slot'),
        ({'body': '가' * 501}, InvalidInputError, 'callback.body'),
        ({'phone': '010-7777-6666'}, NotAllowedError, 'visit.blocked'),
    ]
    for changes, kind, key in wishes:
        with pytest.raises(kind) as refused:
            await ask(chat_id, **({'phone': PHONE, 'slot_from': slot} | changes))  # type: ignore[arg-type]  # as the case says
        assert refused.value.key == key

    with pytest.raises(ConflictError):
        await ask(held.id, phone=PHONE, slot_from=slot)
    await ask(chat_id, phone=PHONE, slot_from=slot)  # the sixth
    with pytest.raises(TooManyError):
        await ask(chat_id, phone=PHONE, slot_from=slot)


async def test_desk_without_voice_offers_none(services: Services, chat_id: UUID) -> None:
    [slot, *_rest] = await slots_of(services, chat_id)
    services.callback_requests.are_offered = False

    assert await slots_of(services, chat_id) == ()
    with pytest.raises(ConflictError):
        await services.callback_requests.ask(chat_id, phone=PHONE, slot_from=slot)
