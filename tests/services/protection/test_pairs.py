"""A customer who abused an agent is not brought to that agent again, whichever way a contact goes."""

import pytest

from desk.errors import ConflictError
from models import Agent, ChatSession, QueueMode
from services.chats.visits import ChatStart
from services.floor.transfers import NewTransfer
from services.protection.events import CaseView
from services.registry import Services
from tests.support.make import Make

PHONE = '01098765432'


async def kept_apart(services: Services, make: Make, agent: Agent, **changes: object) -> CaseView:
    """A case in which the agent ended a chat."""
    chat = await make.chat(agent=agent, visitor_phone=PHONE, **changes)
    case = await services.protection.open(agent, chat.id)
    return await services.protection.end(agent, case.id)


async def offered_to(services: Services, chat: ChatSession, watcher: Agent) -> object:
    await services.router.run()
    return (await services.chats.chat(watcher, chat.id)).offered_agent_id


async def test_push_goes_to_another_and_waits_where_there_is_none(
    services: Services, make: Make
) -> None:
    queue = await make.queue(mode=QueueMode.PUSH, wrap_up_seconds=0)
    agent, admin = await make.agent(), await make.admin(department='관리')
    await kept_apart(services, make, agent, queue_id=queue.id)
    again = await make.chat(visitor_phone=PHONE, returning_agent_id=agent.id)

    assert await offered_to(services, again, admin) is None
    colleague = await make.agent()
    assert await offered_to(services, again, admin) == colleague.id
    other = await make.chat(visitor_phone='01011112222')
    assert await offered_to(services, other, admin) == agent.id


async def test_customer_does_not_return_to_the_agent(services: Services, make: Make) -> None:
    queue = await make.queue()
    agent = await make.agent()
    await kept_apart(services, make, agent, queue_id=queue.id)

    form = ChatStart(name='최유진', phone=PHONE, department=queue.name)
    started = await services.visits.start(form)

    explained = await services.chats.chat(agent, started.chat.id)
    assert explained.agent_id is None
    with pytest.raises(ConflictError) as refused:
        await services.chats.take(agent, started.chat.id)
    assert refused.value.key == 'protection.barred'


async def test_linked_customer_is_known_by_any_number_of_theirs(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    customer = await make.customer(phone=PHONE, other_phones=['01033334444'])
    await kept_apart(services, make, agent, customer_id=customer.id)

    for phone, customer_id in (('01033334444', None), ('01055556666', customer.id)):
        chat = await make.chat(visitor_phone=phone, customer_id=customer_id)
        with pytest.raises(ConflictError):
            await services.chats.take(agent, chat.id)


async def test_nobody_hands_the_customer_to_the_agent(services: Services, make: Make) -> None:
    queue = await make.queue(mode=QueueMode.PUSH)
    agent, colleague = await make.agent(), await make.agent()
    supervisor = await make.supervisor()
    await kept_apart(services, make, agent, queue_id=queue.id)
    waiting = await make.chat(visitor_phone=PHONE, queue_id=queue.id)
    theirs = await make.chat(agent=colleague, visitor_phone=PHONE, queue_id=queue.id)
    to_agent = NewTransfer(chat_id=theirs.id, reason='문의', agent_id=agent.id)
    to_queue = NewTransfer(chat_id=theirs.id, reason='문의', queue_id=queue.id)

    with pytest.raises(ConflictError, match='barred'):
        await services.steering.assign(supervisor, [waiting.id], agent.id, '문의')
    with pytest.raises(ConflictError, match='barred'):
        await services.transfers.ask(colleague, to_agent)
    with pytest.raises(ConflictError, match='nobody'):
        await services.transfers.ask(colleague, to_queue)
    with pytest.raises(ConflictError, match='barred'):
        await services.company.join(agent, theirs.id)
    third = await make.agent()
    asked = await services.transfers.ask(colleague, to_queue)
    assert (await services.transfers.open_for(agent)).to_me == ()
    with pytest.raises(ConflictError):
        await services.transfers.accept(agent, asked.id)
    assert [one.id for one in (await services.transfers.open_for(third)).to_me] == [asked.id]


async def test_desk_calls_the_number_for_others_only(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    await kept_apart(services, make, agent)

    await services.dial_rules.check(colleague, PHONE)
    with pytest.raises(ConflictError, match='barred'):
        await services.dial_rules.check(agent, PHONE)
