"""Who a call is with: by number and name, linked by an agent, and taken back. No Connect is needed for it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from desk.settings import Settings
from models import Agent, AuditAction, Call
from services.audit.filter import AuditFilter
from services.registry import Services
from tests.conftest import assembled
from tests.support.make import Make

NUMBER, WRITTEN = '01055556666', '+821055556666'


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """A desk without Connect."""
    async with assembled(settings) as services:
        yield services


@pytest.fixture
async def agent(make: Make) -> Agent:
    """An agent."""
    return await make.agent()


@pytest.fixture
async def call(make: Make, agent: Agent) -> Call:
    """A call of theirs."""
    return await make.call(agent=agent, phone=NUMBER, contact_id='contact-1')


async def test_record_of_the_same_name_comes_first_and_is_the_one_that_a_key_links(
    services: Services, make: Make, agent: Agent, call: Call
) -> None:
    await make.customer(name='김하나', phone=NUMBER)
    named = await make.customer(name='김 두리', phone='0212345678', other_phones=[NUMBER])

    unnamed = await services.callers.caller(agent, 'contact-1', WRITTEN, {})
    caller = await services.callers.caller(agent, 'contact-1', WRITTEN, {'고객명': '김두리'})

    assert unnamed.sure is None
    assert {one.has_same_name for one in unnamed.candidates} == {None}
    assert [one.customer.name for one in caller.candidates] == ['김 두리', '김하나']
    assert [one.has_same_name for one in caller.candidates] == [True, False]
    assert caller.sure is not None
    assert caller.sure.id == named.id
    assert (caller.call_id, caller.linked_id) == (call.id, None)


async def test_only_record_of_a_number_is_sure_and_nobody_is_nobody(
    services: Services, make: Make, agent: Agent, call: Call
) -> None:
    nobody = await services.callers.caller(agent, 'contact-1', '+821099990000', {})
    withheld = await services.callers.caller(agent, 'contact-1', '', {})
    customer = await make.customer(phone=NUMBER)
    found = await services.callers.caller(agent, 'contact-1', WRITTEN, {})

    assert (nobody.candidates, nobody.sure, withheld.candidates) == ([], None, [])
    assert found.sure is not None
    assert found.sure.id == customer.id
    del call


async def test_link_is_on_record_once_and_is_taken_back(
    services: Services, make: Make, agent: Agent, call: Call
) -> None:
    customer = await make.customer(phone=NUMBER)
    await make.customer(name='다른 사람', phone=NUMBER)

    await services.callers.link(agent, 'contact-1', customer.id)
    await services.callers.link(agent, 'contact-1', customer.id)
    caller = await services.callers.caller(agent, 'contact-1', WRITTEN, {})
    await services.callers.unlink(agent, 'contact-1')
    after = await services.callers.caller(agent, 'contact-1', WRITTEN, {})

    assert [one.customer.id for one in caller.candidates] == [customer.id]
    assert (caller.linked_id, caller.sure) == (customer.id, None)
    assert (after.linked_id, len(after.candidates)) == (None, 2)
    assert (await services.calls.call(agent, call.id)).customer_id is None
    wanted = AuditFilter(subject_id=customer.id)
    told = (await services.audit_log.newest(await make.admin(), wanted)).entries
    assert sorted(one.action for one in told) == [
        AuditAction.CUSTOMER_LINKED,
        AuditAction.CUSTOMER_UNLINKED,
    ]


async def test_linked_call_is_not_linked_to_another_and_foreign_calls_to_nobody(
    services: Services, make: Make, agent: Agent, call: Call
) -> None:
    one, other = await make.customer(phone=NUMBER), await make.customer(phone=NUMBER)
    stranger = await make.agent(department='결제·환불')
    await services.callers.link(agent, 'contact-1', one.id)

    with pytest.raises(ConflictError) as taken:
        await services.callers.link(agent, 'contact-1', other.id)
    with pytest.raises(NotFoundError):
        await services.callers.link(stranger, 'contact-1', one.id)
    with pytest.raises(NotFoundError):
        await services.callers.link(agent, 'contact-1', uuid4())
    with pytest.raises(ConflictError) as unheard:
        await services.callers.link(agent, 'contact-2', one.id)

    assert (taken.value.key, unheard.value.key) == ('call.linked', 'call.not_heard_of')
    assert (await services.calls.call(agent, call.id)).customer_id == one.id


async def test_somebody_new_is_registered_by_name_with_the_call(
    services: Services, agent: Agent, call: Call
) -> None:
    with pytest.raises(InvalidInputError):
        await services.callers.register(agent, 'contact-1', '  ')
    linked = await services.callers.register(agent, 'contact-1', '새손님')

    assert linked.id == call.id
    assert linked.customer_id is not None
    customer = await services.customer_records.customer(agent, linked.customer_id)
    assert (customer.name, customer.phone) == ('새손님', NUMBER)


async def test_promises_of_their_calls_and_chats_stand_beside_the_caller(
    services: Services, make: Make, agent: Agent, call: Call
) -> None:
    customer = await make.customer(name='한소희', phone=NUMBER)
    before = await make.call(agent=agent, phone=NUMBER, customer_id=customer.id)
    chat = await make.chat(agent=agent, customer_id=customer.id)
    tomorrow = clock.now() + timedelta(days=1)
    await services.promises.make(agent, before.id, '내일 전화', tomorrow)
    await services.promises.make(agent, chat.id, '환불 확인', tomorrow + timedelta(hours=1))

    caller = await services.callers.caller(agent, 'contact-1', WRITTEN, {})

    [candidate] = caller.candidates
    assert [one.body for one in candidate.promises] == ['내일 전화', '환불 확인']
    assert candidate.promises[0].customer == '한소희'
    del call
