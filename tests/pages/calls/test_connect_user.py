"""Who has a softphone: whom Connect knows as a user, by username or as an administrator says."""

import httpx
from fastapi import FastAPI

from models import Agent
from pages.parts.kit.edit_form import EditForm
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.pages.test_softphone_window import IN_TAB, WINDOW, signed_in
from tests.support.make import Make
from tests.support.sandbox.box import seed_id
from tests.support.until import until

ADDRESS = 'http://127.0.0.1:8080'


async def opened(web: FastAPI, agent: Agent) -> str:
    """What somebody gets who opens the desk in a tab."""
    async with signed_in(web, agent, ADDRESS) as client:
        return (await client.get('/desk', headers=IN_TAB)).text


async def knowing(web: FastAPI) -> Services:
    """The desk, once it has heard whom Connect knows."""
    services: Services = web.state.services
    await until(lambda: services.connect_directory.knows_users, seconds=15)
    return services


async def test_whom_connect_knows_has_a_softphone_whatever_their_role(
    web: FastAPI, agent: Agent, make: Make
) -> None:
    await knowing(web)
    chat_only = await make.agent(username='chat-only')
    admin = await make.admin(username='Agent2')

    assert WINDOW in await opened(web, agent)
    assert WINDOW not in await opened(web, chat_only)
    window = await opened(web, admin)
    assert WINDOW in window
    assert '"connectName": "agent2"' in window.replace('&#34;', '"')


async def test_administrator_says_whom_somebody_is_at_connect(
    web: FastAPI, sign_in: SignIn, make: Make, services: Services
) -> None:
    await knowing(web)
    boss = await make.admin(username='boss')
    person = await make.agent(username='서연', last_name='이', first_name='하윤')
    assert WINDOW not in await opened(web, person)
    user = await sign_in(boss)
    await user.open('/desk/settings/people')
    await user.should_see('이하윤', retries=40)

    user.find('이하윤').trigger('click', str(person.id))
    await user.should_see(EditForm, retries=20)
    values = {'connect_user_id': seed_id('user/agent3')}
    user.find(EditForm).trigger('save', {'version': 1, 'values': values})

    async def is_set() -> bool:
        return (await services.agents.agent(person.id)).connect_user_id is not None

    await until(is_set)
    assert WINDOW in await opened(web, person)


async def test_program_says_it_as_well(web: FastAPI, make: Make) -> None:
    await knowing(web)
    boss, person = await make.admin(username='boss'), await make.agent(username='서연')
    async with signed_in(web, boss, ADDRESS) as client:
        set_to = await _patched(client, person, seed_id('user/agent3'))
        unknown = await _patched(client, person, 'no-such-user')
        unset = await _patched(client, person, '')

    assert set_to.json()['connect_user_id'] == seed_id('user/agent3')
    assert unknown.status_code == 404
    assert unset.json()['connect_user_id'] is None


async def _patched(client: httpx.AsyncClient, person: Agent, user_id: str) -> httpx.Response:
    change = {'connect_user_id': user_id}
    return await client.patch(f'/agents/{person.id}', json=change, headers={'Origin': ADDRESS})
