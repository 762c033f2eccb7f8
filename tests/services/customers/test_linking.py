"""Customers: a typed number proves nothing; an agent links the record, once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from desk import clock
from desk.errors import ConflictError, NotFoundError
from models import ChatSession, Customer
from services.chats.events import ChatChanged, chat_topic
from services.customers.linking import MAX_CANDIDATES, MAX_EARLIER, Likeness
from services.customers.personal_data import RevealReason
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until


async def typed_by(make: Make, customer: Customer, **changes: Any) -> ChatSession:
    """A chat in which somebody typed a customer's number."""
    return await make.chat(visitor_phone=customer.phone, **changes)


async def test_typed_number_offers_candidates_and_links_nobody(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    couple = [await make.customer(name=name) for name in ('이민준', '한소희')]
    await make.customer(phone='01055556666')
    chat = await typed_by(make, couple[0])

    known = await services.customers.customer_of_chat(agent, chat.id)

    assert known.customer is None
    assert {one.id for one in known.candidates} == {one.id for one in couple}
    assert known.earlier == []


async def test_who_is_called_what_was_typed_stands_first(services: Services, make: Make) -> None:
    agent = await make.agent()
    namesake = await make.customer(name='최 유진', phone='01055556666')
    others = [await make.customer(name=name, phone='01055556666') for name in '가나다라마바']
    chat = await make.chat(visitor_name='최유진', visitor_phone='01055556666')

    known = await services.customers.customer_of_chat(agent, chat.id)

    assert known.candidates[0].id == namesake.id
    assert len(known.candidates) == MAX_CANDIDATES
    assert Likeness.of(chat, namesake) == Likeness(has_same_name=True, has_same_phone=True)
    assert Likeness.of(chat, others[0]) == Likeness(has_same_name=False, has_same_phone=True)


async def test_link_alone_shows_nothing_that_was_masked(services: Services, make: Make) -> None:
    agent, customer = await make.agent(), await make.customer(email='lee@example.com')
    chat = await typed_by(make, customer, agent=agent)

    await services.customers.link(agent, chat.id, customer.id)

    assert await services.personal_data.sees_whole(agent, customer.id) == set()


async def test_reason_holds_for_this_chat_and_this_agent(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    customer, other = await make.customer(), await make.customer()
    chat = await typed_by(make, customer, agent=agent)
    await services.customers.link(agent, chat.id, customer.id)

    seen = await services.personal_data.reveal(agent, customer.id, RevealReason.IDENTITY)
    foreign = await services.personal_data.reveal(colleague, customer.id, RevealReason.CALL)

    sees_whole = services.personal_data.sees_whole
    assert (seen.stays, foreign.stays) == (True, False)
    assert await sees_whole(agent, customer.id, other.id) == {customer.id}
    assert await sees_whole(colleague, customer.id) == set()
    await services.customers.unlink(agent, chat.id)
    await services.customers.link(agent, chat.id, customer.id)
    assert await sees_whole(agent, customer.id) == set()


async def test_wrong_link_is_taken_back(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, wrong, right = await make.agent(), await make.customer(), await make.customer()
    chat = await typed_by(make, wrong)
    await services.customers.link(agent, chat.id, wrong.id)
    listener = listen(another_desk, chat_topic(chat.id))

    await asyncio.gather(
        *(desk.customers.unlink(agent, chat.id) for desk in (services, another_desk) * 2)
    )

    known = await services.customers.customer_of_chat(agent, chat.id)
    assert (known.customer, len(known.candidates)) == (None, 2)
    assert (await services.customer_records.customer(agent, wrong.id)).total_chats == 0
    await until(lambda: None in [one.chat.customer_id for one in listener.of(ChatChanged)])
    linked = await services.customers.link(agent, chat.id, right.id)
    assert linked.customer_id == right.id


async def test_link_to_a_deleted_customer_stays(services: Services, make: Make) -> None:
    agent, customer = await make.agent(), await make.customer(erased_at=clock.now())
    chat = await make.chat(customer_id=customer.id)

    with pytest.raises(NotFoundError, match=r'customer\.erased'):
        await services.customers.unlink(agent, chat.id)


async def test_more_may_ask_at_once_than_there_are_connections(
    services: Services, make: Make
) -> None:
    agent, chat = await make.agent(), await typed_by(make, await make.customer())
    asking = [services.customers.customer_of_chat(agent, chat.id) for _ in range(200)]

    async with asyncio.timeout(10):  # who held one and waited for another would wait for ever
        known = await asyncio.gather(*asking)

    assert {len(one.candidates) for one in known} == {1}


async def test_linked_chat_shows_its_customer_and_earlier_chats(
    services: Services, make: Make
) -> None:
    agent, customer, now = await make.agent(), await make.customer(), clock.now()
    older, newer = [
        await make.chat(customer_id=customer.id, start_time=now - timedelta(days=days))
        for days in (9, 2)
    ]
    foreign = await make.chat(customer_id=customer.id, department='기술지원')
    chat = await typed_by(make, customer)

    linked = await services.customers.link(agent, chat.id, customer.id)

    known = await services.customers.customer_of_chat(agent, chat.id)
    assert linked.customer_id == customer.id
    assert known.customer is not None
    assert (known.customer.id, known.customer.total_chats) == (customer.id, 4)
    assert [one.id for one in known.earlier] == [newer.id, older.id]
    assert foreign.id not in {one.id for one in known.earlier}


async def test_earlier_chats_are_limited_to_the_latest(services: Services, make: Make) -> None:
    agent, customer = await make.agent(), await make.customer()
    for _ in range(MAX_EARLIER + 3):
        await make.chat(customer_id=customer.id, start_time=clock.now() - timedelta(days=1))
    chat = await make.chat(customer_id=customer.id)

    known = await services.customers.customer_of_chat(agent, chat.id)

    assert len(known.earlier) == MAX_EARLIER
    assert chat.id not in {one.id for one in known.earlier}


async def test_linking_twice_or_at_once_counts_once(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()
    chat = await typed_by(make, customer)

    await asyncio.gather(
        *(desk.customers.link(agent, chat.id, customer.id) for desk in (services, another_desk) * 3)
    )

    known = await services.customers.customer_of_chat(agent, chat.id)
    assert known.customer is not None
    assert known.customer.total_chats == 1


async def test_everybody_who_shows_the_chat_hears_of_the_link(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()
    chat = await typed_by(make, customer)
    listener = listen(another_desk, chat_topic(chat.id))

    await services.customers.link(agent, chat.id, customer.id)

    await until(lambda: bool(listener.events))
    assert [one.chat.customer_id for one in listener.of(ChatChanged)] == [customer.id]


async def test_linked_chat_keeps_its_customer(services: Services, make: Make) -> None:
    agent, customer, other = await make.agent(), await make.customer(), await make.customer()
    chat = await typed_by(make, customer)
    await services.customers.link(agent, chat.id, customer.id)

    with pytest.raises(ConflictError, match=r'chat\.linked'):
        await services.customers.link(agent, chat.id, other.id)
    with pytest.raises(ConflictError, match=r'chat\.linked'):
        await services.customers.register(agent, chat.id)

    known = await services.customers.customer_of_chat(agent, chat.id)
    assert known.customer is not None
    assert known.customer.id == customer.id


async def test_stranger_is_registered_as_typed(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(visitor_name='박새로', visitor_phone='01011112222')

    await services.customers.register(agent, chat.id)

    known = await services.customers.customer_of_chat(agent, chat.id)
    assert known.customer is not None
    made = known.customer
    assert (made.name, made.phone, made.total_chats) == ('박새로', '01011112222', 1)


async def test_what_is_not_the_agents_to_see_looks_as_if_it_were_not_there(
    services: Services, make: Make
) -> None:
    stranger, agent = await make.agent(department='기술지원'), await make.agent()
    customer = await make.customer()
    chat = await typed_by(make, customer)

    for chat_id in (chat.id, uuid4()):
        with pytest.raises(NotFoundError):
            await services.customers.customer_of_chat(stranger, chat_id)
        with pytest.raises(NotFoundError):
            await services.customers.link(stranger, chat_id, customer.id)
        with pytest.raises(NotFoundError):
            await services.customers.register(stranger, chat_id)
        with pytest.raises(NotFoundError):
            await services.customers.unlink(stranger, chat_id)
    with pytest.raises(NotFoundError, match=r'customer\.not_found'):
        await services.customers.link(agent, chat.id, uuid4())


async def test_chats_of_other_departments_are_counted_and_not_shown(
    services: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()
    chat = await make.chat(agent=agent, customer_id=customer.id)
    for _ in range(2):
        await make.chat(customer_id=customer.id, department='기술지원')

    known = await services.customers.customer_of_chat(agent, chat.id)

    assert (known.earlier, known.elsewhere) == ([], 2)
