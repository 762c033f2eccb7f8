"""Customers: a typed number proves nothing; an agent links the record, once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from desk import clock
from desk.errors import ConflictError, NotFoundError
from models import ChatSession, Customer
from services.chat_events import ChatChanged, chat_topic
from services.customers import MAX_EARLIER
from services.registry import Services
from tests.make import Make
from tests.services.listening import listen
from tests.until import until


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

    known = await services.customers.acquaintance(agent, chat.id)

    assert known.customer is None
    assert {one.id for one in known.candidates} == {one.id for one in couple}
    assert known.earlier == []


async def test_more_may_ask_at_once_than_there_are_connections(
    services: Services, make: Make
) -> None:
    agent, chat = await make.agent(), await typed_by(make, await make.customer())
    asking = [services.customers.acquaintance(agent, chat.id) for _ in range(200)]

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

    known = await services.customers.acquaintance(agent, chat.id)
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

    known = await services.customers.acquaintance(agent, chat.id)

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

    known = await services.customers.acquaintance(agent, chat.id)
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

    known = await services.customers.acquaintance(agent, chat.id)
    assert known.customer is not None
    assert known.customer.id == customer.id


async def test_stranger_is_registered_as_typed(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(visitor_name='박새로', visitor_phone='01011112222')

    await services.customers.register(agent, chat.id)

    known = await services.customers.acquaintance(agent, chat.id)
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
            await services.customers.acquaintance(stranger, chat_id)
        with pytest.raises(NotFoundError):
            await services.customers.link(stranger, chat_id, customer.id)
        with pytest.raises(NotFoundError):
            await services.customers.register(stranger, chat_id)
    with pytest.raises(NotFoundError, match=r'customer\.not_found'):
        await services.customers.link(agent, chat.id, uuid4())
