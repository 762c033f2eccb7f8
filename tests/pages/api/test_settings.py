"""``/queues`` and ``/agents`` for administrators' programs: listed, added and changed as by the settings."""

from typing import Any

import pytest

from models import Agent
from services.registry import Services
from tests.pages.api.conftest import Site
from tests.support.make import DEPARTMENT, Make


@pytest.fixture
async def admin(make: Make) -> Agent:
    return await make.admin()


async def test_queue_is_added_changed_and_listed(
    site: Site, services: Services, admin: Agent
) -> None:
    async with site.signed_in(admin) as api:
        new = {
            'name': '해외 배송',
            'department': DEPARTMENT,
            'mode': 'push',
            'wrap_up_seconds': None,
        }
        added = await api.post('/queues', json=new)
        queue = added.json()
        changed = await api.patch(
            f'/queues/{queue["id"]}', json={'version': queue['version'], 'is_active': False}
        )
        listed = (await api.get('/queues')).json()['items']

    assert added.status_code == 201
    assert {name: queue[name] for name in new} == new
    assert (changed.json()['is_active'], changed.json()['version']) == (False, 2)
    assert changed.json() in listed
    assert '해외 배송' not in [one.name for one in await services.visits.topics()]


async def test_queue_that_was_changed_since_is_not_overwritten(site: Site, admin: Agent) -> None:
    async with site.signed_in(admin) as api:
        [queue] = (await api.get('/queues')).json()['items']
        place, seen = f'/queues/{queue["id"]}', {'version': queue['version']}
        await api.patch(place, json=seen | {'offer_seconds': 30})

        refused = await api.patch(place, json=seen | {'offer_seconds': 40})

        assert (refused.status_code, refused.json()['code']) == (409, 'queue.changed')
        [now] = (await api.get('/queues')).json()['items']
    assert now['offer_seconds'] == 30


@pytest.mark.parametrize(
    'new', [{'name': '하나'}, {'name': ' ', 'department': '부서'}, {'name': '하나', 'department': '부서', 'offer_seconds': 4},
            {'name': '하나', 'department': '부서', 'skill_id': '7b1e5d2c-0c7a-4a55-8f0b-3e2a1d0c9b88'}],
)  # fmt: skip
async def test_queue_that_cannot_be_is_refused(
    site: Site, admin: Agent, new: dict[str, Any]
) -> None:
    async with site.signed_in(admin) as api:
        refused = await api.post('/queues', json=new)

    assert refused.status_code == 422
    assert refused.json()['detail']


async def test_person_is_invited_changed_and_listed(
    site: Site, services: Services, make: Make, admin: Agent
) -> None:
    agent = await make.agent()
    skill = await services.skills.add(admin, '영어')
    invitee = {'username': 'mina', 'email': 'mina@example.com', 'first_name': '미나', 'last_name': '김', 'department': DEPARTMENT}  # fmt: skip
    async with site.signed_in(admin) as api:
        invited = await api.post('/agents/invitations', json=invitee)
        change = {'first_name': '하람', 'chat_capacity': 5, 'levels': {str(skill.id): 2}, 'is_active': False}  # fmt: skip
        changed = await api.patch(f'/agents/{agent.id}', json=change)
        skills = (await api.get('/agents/skills')).json()['items']
        listed = (await api.get('/agents')).json()['items']

    assert invited.status_code == 201
    token = invited.json()['path'].removeprefix('/invite/')
    assert (await services.invitations.invitation(token)).username == 'mina'
    assert {name: changed.json()[name] for name in change} == change
    assert changed.json()['last_name'] == agent.last_name
    assert changed.json() in listed
    assert [one['name'] for one in skills] == ['영어']


async def test_supervisor_is_limited_to_departments(site: Site, make: Make, admin: Agent) -> None:
    boss = await make.supervisor()
    async with site.signed_in(admin) as api:
        changed = await api.patch(f'/agents/{boss.id}', json={'departments': ['환불', DEPARTMENT]})
        refused = await api.patch(f'/agents/{boss.id}', json={'departments': ['가' * 101]})
        lifted = await api.patch(f'/agents/{boss.id}', json={'departments': []})

    assert changed.json()['departments'] == sorted([DEPARTMENT, '환불'])
    assert refused.status_code == 422
    assert lifted.json()['departments'] == []


async def test_last_administrator_stays(site: Site, admin: Agent) -> None:
    async with site.signed_in(admin) as api:
        refused = await api.patch(f'/agents/{admin.id}', json={'role': 'agent'})

    assert (refused.status_code, refused.json()['code']) == (409, 'agent.last_admin')


async def test_only_administrators_set_up_anything(site: Site, make: Make) -> None:
    agent = await make.agent()
    async with site.signed_in(await make.supervisor()) as api:
        for refused in (
            await api.get('/queues'),
            await api.get('/agents'),
            await api.post('/queues', json={'name': '하나', 'department': '부서'}),
            await api.patch(f'/agents/{agent.id}', json={'role': 'admin'}),
        ):
            assert refused.status_code == 403
