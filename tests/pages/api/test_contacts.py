"""``/contacts`` for supervisors' programs: assign, move, prioritise, and read why a contact came to whom it came."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest

from models import Agent, AgentStatus, ChatStatus, Priority, QueueMode
from pages.api.contacts import ASSIGNMENTS_EXAMPLE, AssignmentsOfContact
from services.registry import Services
from tests.pages.api.conftest import Site
from tests.support.make import Make

WHY = '고객이 영어로 말함'


@pytest.fixture
async def boss(site: Site, make: Make) -> AsyncIterator[httpx.AsyncClient]:
    """A program of a supervisor who takes no contacts."""
    async with site.signed_in(await make.supervisor(status=AgentStatus.OFFLINE)) as client:
        yield client


async def test_contacts_are_assigned_moved_and_made_urgent(
    boss: httpx.AsyncClient, services: Services, make: Make, agent: Agent
) -> None:
    queue = await make.queue(name='기술지원', department='기술지원')
    first, second = await make.chat(), await make.chat()
    over = await make.chat(agent=agent, status=ChatStatus.CLOSED)
    ids = [str(first.id), str(over.id)]

    urgent = await boss.post('/contacts/priority', json={'ids': ids, 'priority': 'urgent', 'reason': WHY})  # fmt: skip
    assigned = await boss.post('/contacts/assign', json={'ids': ids, 'agent_id': str(agent.id), 'reason': WHY})  # fmt: skip
    moved = await boss.post('/contacts/move', json={'ids': [str(second.id)], 'queue_id': str(queue.id), 'reason': WHY})  # fmt: skip

    for answer in (urgent, assigned):
        left = answer.json()['left']
        assert answer.json()['done'] == [str(first.id)]
        assert [(one['id'], one['code']) for one in left] == [(str(over.id), 'chat.ended')]
        assert left[0]['detail'].endswith('.')
    assert moved.json() == {'done': [str(second.id)], 'left': []}
    card = await services.chats.chat(agent, first.id)
    assert (card.priority, card.offered_agent_id) == (Priority.URGENT, agent.id)


async def test_what_can_be_done_to_none_is_refused(
    boss: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent)

    async def refused(path: str, ids: list[UUID], **more: object) -> tuple[int, str]:
        body = {'ids': [str(one) for one in ids], 'reason': WHY} | more
        answer = await boss.post(f'/contacts/{path}', json=body)
        assert answer.headers['content-type'] == 'application/problem+json'
        return answer.status_code, answer.json()['code']

    agent_id, nowhere = str(agent.id), str(uuid4())
    assert await refused('assign', [chat.id], agent_id=agent_id) == (409, 'chat.taken')
    assert await refused('assign', [uuid4()], agent_id=agent_id) == (404, 'chat.not_found')
    assert await refused('move', [chat.id], queue_id=nowhere) == (404, 'queue.not_found')
    assert await refused('priority', [], priority='high') == (422, 'api.invalid')
    assert await refused('priority', [chat.id], priority='soon') == (422, 'api.invalid')
    assert await refused('priority', [chat.id], priority='high', reason=' ') == (
        422, 'agent.status_why'
    )  # fmt: skip


async def test_assignments_are_read_whole(
    boss: httpx.AsyncClient, services: Services, make: Make, agent: Agent
) -> None:
    queue = await make.queue(mode=QueueMode.PUSH)
    chat = await make.chat()
    await services.router.run()
    await services.chats.take(agent, chat.id)

    found = (await boss.get(f'/contacts/{chat.id}/assignments')).json()

    [decision] = found['decisions']
    assert (decision['agent_name'], decision['rule'], found['queue_id']) == (
        agent.name, 'only_one', str(queue.id)
    )  # fmt: skip
    [candidate] = decision['candidates']
    assert (candidate['agent_id'], candidate['load'], candidate['capacity']) == (
        str(agent.id), 0, 3
    )  # fmt: skip
    assert found['shares'] == [
        {'agent_id': str(agent.id), 'agent_name': agent.name, 'offers': 1, 'taken': 1, 'missed': 0, 'refused': 0}
    ]  # fmt: skip


async def test_agents_may_do_none_of_it(api: httpx.AsyncClient, make: Make, agent: Agent) -> None:
    chat = await make.chat()
    which = {'ids': [str(chat.id)], 'reason': WHY}

    answers = [
        await api.post('/contacts/assign', json=which | {'agent_id': str(agent.id)}),
        await api.post('/contacts/move', json=which | {'queue_id': str(chat.queue_id)}),
        await api.post('/contacts/priority', json=which | {'priority': 'high'}),
        await api.get(f'/contacts/{chat.id}/assignments'),
    ]

    assert {(one.status_code, one.json()['code']) for one in answers} == {
        (403, 'agent.supervisors_only')
    }


def test_example_is_what_the_desk_really_answers() -> None:
    example = AssignmentsOfContact.model_validate(ASSIGNMENTS_EXAMPLE)

    assert example.model_dump(mode='json') == ASSIGNMENTS_EXAMPLE


async def test_strangers_are_sent_away(site: Site) -> None:
    async with site.client() as stranger:
        answer = await stranger.get(f'/contacts/{uuid4()}/assignments')

    assert answer.status_code == 401
    assert answer.headers['content-type'] == 'application/problem+json'
