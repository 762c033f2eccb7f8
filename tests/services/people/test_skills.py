"""What people can be given: skills with levels, and so many chats at once."""

from uuid import uuid4

import pytest

from desk.errors import (
    ConflictError,
    FieldsRefusedError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from models import Agent
from services.people.events import (
    EVERY_AGENT,
    ROUTING,
    SETTINGS,
    SKILLS,
    AgentChanged,
    RoutingNeeded,
    SettingsChanged,
    decides_authority,
)
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until


@pytest.fixture
async def admin(make: Make) -> Agent:
    return await make.admin()


async def test_levels_are_given_changed_and_taken_and_routing_hears_of_it(
    services: Services, another_desk: Services, admin: Agent, make: Make
) -> None:
    agent = await make.agent()
    english = await services.skills.add(admin, '영어', 'English')
    travel = await services.skills.add(admin, '여행')
    people, routing = listen(another_desk, EVERY_AGENT), listen(another_desk, ROUTING)

    await services.skills.set_levels(admin, agent.id, {english.id: 3, travel.id: 5})
    await services.skills.set_levels(admin, agent.id, {english.id: 0, travel.id: 4})
    await services.skills.set_levels(admin, agent.id, {travel.id: 4})  # as it is

    assert await services.skills.levels(admin) == {agent.id: {travel.id: 4}}
    await until(lambda: len(people.of(AgentChanged)) == len(routing.of(RoutingNeeded)) == 2)
    assert not decides_authority([SKILLS])  # nobody's screen is drawn anew


async def test_capacity_lies_between_one_and_ten(
    services: Services, another_desk: Services, admin: Agent, make: Make
) -> None:
    agent = await make.agent()
    routing = listen(another_desk, ROUTING)

    for wrong in (0, 11):
        with pytest.raises(InvalidInputError):
            await services.skills.set_capacity(admin, agent.id, wrong)
    await services.skills.set_capacity(admin, agent.id, 10)

    assert (await services.agents.agent(agent.id)).chat_capacity == 10
    await until(lambda: len(routing.of(RoutingNeeded)) == 1)


async def test_levels_are_of_skills_that_there_are(
    services: Services, admin: Agent, make: Make
) -> None:
    agent = await make.agent()

    with pytest.raises(InvalidInputError):
        await services.skills.set_levels(admin, agent.id, {uuid4(): 6})
    with pytest.raises(NotFoundError):
        await services.skills.set_levels(admin, agent.id, {uuid4(): 1})


async def test_names_of_skills_are_unique(services: Services, admin: Agent) -> None:
    await services.skills.add(admin, 'VIP')
    other = await services.skills.add(admin, '영어')

    for asked in (
        services.skills.add(admin, ' vip '),
        services.skills.rename(admin, other.id, 'VIP'),
        services.skills.add(admin, '  '),
    ):
        with pytest.raises(FieldsRefusedError) as refused:
            await asked
        assert list(refused.value.faults) == ['name']
    assert (
        await services.skills.rename(admin, other.id, '영어 상담', 'English')
    ).name_en == 'English'


async def test_others_are_refused(services: Services, make: Make) -> None:
    supervisor = await make.supervisor()

    for asked in (
        services.skills.all(supervisor),
        services.skills.levels(supervisor),
        services.skills.add(supervisor, '영어'),
        services.skills.set_levels(supervisor, supervisor.id, {}),
        services.skills.set_capacity(supervisor, supervisor.id, 10),
        services.authority.people(supervisor),
    ):
        with pytest.raises(NotAllowedError):
            await asked


async def test_removed_skill_is_nobodys_and_no_queue_asks_for_it(
    services: Services, make: Make
) -> None:
    admin, agent = await make.admin(), await make.agent()
    skill = await services.skills.add(admin, '영어')
    await services.skills.set_levels(admin, agent.id, {skill.id: 3})
    queue = await make.queue(skill_id=skill.id, min_level=3)
    heard = listen(services, SETTINGS)
    use = await services.skills.use_of(admin, skill.id)
    assert (use.queues, use.people) == ({queue.id: queue.name}, 1)
    with pytest.raises(ConflictError, match=r'skill\.use_changed'):
        await services.skills.remove(admin, skill.id, asked_by=())

    await services.skills.remove(admin, skill.id, asked_by=use.queues)

    assert await services.skills.all(admin) == []
    assert await services.skills.levels(admin) == {}
    [now] = await services.queues.all(admin)
    assert (now.skill_id, now.min_level, now.version) == (None, 1, queue.version + 1)
    await until(lambda: {one.part for one in heard.of(SettingsChanged)} == {'skills', 'queues'})
    with pytest.raises(NotFoundError):
        await services.skills.remove(admin, skill.id, asked_by=())


async def test_only_administrators_remove_skills(services: Services, make: Make) -> None:
    skill = await services.skills.add(await make.admin(), '영어')
    boss = await make.supervisor()

    with pytest.raises(NotAllowedError):
        await services.skills.use_of(boss, skill.id)
    with pytest.raises(NotAllowedError):
        await services.skills.remove(boss, skill.id, asked_by=())
