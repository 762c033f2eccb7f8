"""Who of the desk a user of Connect is."""

import pytest

from desk.errors import ConflictError, NotAllowedError, NotFoundError
from models import Agent
from services.registry import Services
from tests.support.centre import Centre
from tests.support.make import Make
from tests.support.sandbox.box import seed_id

pytestmark = pytest.mark.slow


async def test_user_of_the_same_username_is_who_it_says(
    services: Services, agent: Agent, make: Make
) -> None:
    directory = services.connect_directory
    stranger = await make.agent(username='nobody-at-connect')

    assert await directory.user_id(agent) == seed_id('user/agent1')
    found = await directory.agent(seed_id('user/agent1'))
    assert found is not None
    assert found.id == agent.id
    assert await directory.agent(seed_id('user/agent5')) is None
    with pytest.raises(ConflictError) as refused:
        await directory.user_id(stranger)
    assert refused.value.key == 'call.no_user'


async def test_administrator_says_who_somebody_is(
    services: Services, agent: Agent, make: Make
) -> None:
    admin, other = await make.admin(), await make.agent(username='서연')
    taken = seed_id('user/agent1')

    with pytest.raises(NotAllowedError):
        await services.connect_users.set_user(agent, other.id, taken)
    with pytest.raises(NotFoundError):
        await services.connect_users.set_user(admin, other.id, 'no-such-user')
    named = await services.connect_users.set_user(admin, other.id, taken)

    assert await services.connect_directory.user_id(named) == taken
    found = await services.connect_directory.agent(taken)
    assert found is not None
    assert found.id == other.id  # what is said counts before the username
    with pytest.raises(ConflictError) as refused:
        await services.connect_users.set_user(admin, agent.id, taken)
    assert refused.value.key == 'call.user_taken'


async def test_call_is_whose_the_administrator_says(
    centre: Centre, services: Services, make: Make
) -> None:
    admin, other = await make.admin(), await make.agent(username='서연')
    await services.connect_users.set_user(admin, other.id, seed_id('user/agent1'))

    contact_id = await centre.ring()
    await centre.act('accept', contact_id)

    call = await centre.call(lambda call: call.is_answered)
    assert call.agent_id == other.id
