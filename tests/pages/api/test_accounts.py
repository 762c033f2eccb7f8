"""``/agents`` and signing out everywhere, as programs and browsers ask for it."""

import httpx

from tests.pages.api.conftest import Site
from tests.support.make import Make


async def test_administrator_signs_somebody_out_everywhere(site: Site, make: Make) -> None:
    agent = await make.agent()
    async with (
        site.signed_in(agent) as first,
        site.signed_in(agent) as second,
        site.signed_in(await make.admin()) as admin,
    ):
        ended = await admin.post(f'/agents/{agent.username}/sign-out')
        after = [(await one.get('/chat/sessions')).status_code for one in (first, second)]

    assert (ended.status_code, ended.json()) == (200, {'sessions': 2})
    assert after == [401, 401]


async def test_blocked_account_hears_why_when_it_knows_the_password(site: Site, make: Make) -> None:
    agent = await make.agent()
    async with site.signed_in(await make.admin()) as admin, site.client() as stranger:
        blocked = await admin.post(f'/agents/{agent.id}/block')
        refused = await sign_in(stranger, agent.username)
        unblocked = await admin.post(f'/agents/{agent.id}/unblock')
        admitted = await sign_in(stranger, agent.username)

    assert (blocked.status_code, unblocked.status_code) == (204, 204)
    assert (refused.status_code, refused.json()['code']) == (401, 'sign_in.inactive')
    assert admitted.status_code == 200


async def test_accounts_of_others_are_for_administrators(site: Site, make: Make) -> None:
    victim = await make.agent()
    acts = ('sign-out', 'block', 'unblock')
    async with site.signed_in(await make.agent()) as agent:
        by_agent = [await agent.post(f'/agents/{victim.username}/{act}') for act in acts]
    async with site.signed_in(await make.supervisor()) as chief:
        by_chief = [await chief.post(f'/agents/{victim.username}/{act}') for act in acts]
    async with site.signed_in(await make.admin()) as admin:
        unknown = [await admin.post(f'/agents/nobody/{act}') for act in acts]
        own = await admin.post('/agents/agent-4/block')
    async with site.client() as stranger:
        by_nobody = [await stranger.post(f'/agents/{victim.username}/{act}') for act in acts]

    assert {answer.status_code for answer in (*by_agent, *by_chief)} == {403}
    assert {answer.status_code for answer in by_nobody} == {401}
    assert {answer.status_code for answer in unknown} == {404}
    assert own.status_code == 409


async def test_program_signs_itself_out_everywhere(site: Site, make: Make) -> None:
    agent = await make.agent()
    async with site.signed_in(agent) as first, site.signed_in(agent) as second:
        answer = await first.post('/auth/logout-everywhere')
        after = [(await one.get('/chat/sessions')).status_code for one in (first, second)]

    assert answer.status_code == 200
    assert after == [401, 401]


async def sign_in(client: httpx.AsyncClient, username: str) -> httpx.Response:
    """Sign in as a program."""
    credentials = {'username': username, 'password': 'desk-demo-1234'}
    return await client.post('/auth/login', json=credentials)
