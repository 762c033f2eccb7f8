"""The gate: who gets in, and what a thief gets."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from nicegui import Client
from socketio.exceptions import (  # type: ignore[import-untyped]  # has no stubs
    ConnectionError as RefusedError,
)

from desk import clock
from desk.errors import TooManyError
from desk.settings import Environment, Settings
from pages.web import gate
from pages.web.paths import safe_next
from services.registry import Services
from tests.support.make import Make
from tests.support.site import OpenPage, Site, Socket, open_page, serving, session_of, standing
from tests.support.until import until

pytestmark = pytest.mark.slow

FOREIGN = 'https://evil.example'
POLLING = '/_nicegui_ws/socket.io/?EIO=4&transport=polling'


@pytest.fixture(autouse=True)
def unhurried_addresses() -> None:
    """Forget how often other tests signed in."""
    for flood in gate.FLOODS.values():
        flood.reset()


@pytest.fixture
async def desk(services: Services, settings: Settings) -> AsyncIterator[Site]:
    """A small desk without a port."""
    async with standing(services, settings) as desk:
        yield desk


@pytest.fixture
async def site(services: Services, settings: Settings) -> AsyncIterator[Site]:
    """A small desk on a real socket."""
    async with serving(services, settings) as site:
        yield site


@pytest.fixture
async def session(services: Services, make: Make) -> str:
    """The cookie of a signed-in agent."""
    return await session_of(services, (await make.agent(username='agent-a')).username)


@pytest.fixture
async def thief(services: Services, make: Make) -> str:
    """The cookie of another signed-in agent, who wants to be somebody else."""
    return await session_of(services, (await make.agent(username='thief')).username)


async def test_desk_leads_strangers_to_the_login_page_and_back(desk: Site) -> None:
    async with desk.browser() as browser:
        plain = await browser.get('/')
        deep = await browser.get('/desk/chats/7?tab=2')

    assert (plain.status_code, plain.headers['location']) == (303, '/login')
    assert (deep.status_code, deep.headers['location']) == (
        303, '/login?next=/desk/chats/7%3Ftab%3D2',
    )  # fmt: skip


async def test_desk_leads_strangers_to_the_login_page_without_an_enormous_address(
    desk: Site,
) -> None:
    async with desk.browser() as browser:
        answer = await browser.get('/desk/history', params={'text': '각' * 3_000})

    assert (answer.status_code, answer.headers['location']) == (303, '/login')


async def test_unknown_path_is_closed_to_strangers(desk: Site) -> None:
    async with desk.browser() as browser:
        answer = await browser.get('/whatever')

    assert answer.status_code == 303


async def test_session_opens_the_desk(desk: Site, session: str) -> None:
    async with desk.browser(desk_session=session) as browser:
        answer = await browser.get('/desk')

    assert answer.status_code == 200
    assert answer.headers['x-nicegui-content'] == 'page'


async def test_chat_token_opens_no_desk(desk: Site, make: Make) -> None:
    await make.agent()
    token = await desk.visit()

    async with desk.browser(desk_chat=token, desk_session=token) as browser:
        workspace = await browser.get('/desk')
        sessions = await browser.get('/chat/sessions', headers={'Authorization': f'Bearer {token}'})
        talk = await browser.get('/talk')

    assert (workspace.status_code, sessions.status_code, talk.status_code) == (303, 401, 200)


async def test_session_is_no_chat_token(desk: Site, session: str) -> None:
    async with desk.browser(desk_chat=session, desk_session=session) as browser:
        answer = await browser.get('/talk', headers={'Accept': 'application/json'})

    assert answer.status_code == 404


async def test_api_asks_strangers_to_sign_in(desk: Site) -> None:
    async with desk.browser() as browser:
        answer = await browser.get('/chat/sessions', headers={'Accept-Language': 'en'})

    assert answer.status_code == 401
    assert answer.headers['content-type'] == 'application/problem+json'
    assert answer.headers['www-authenticate'] == 'Bearer'
    assert answer.json()['detail'] == 'Sign in first.'


async def test_bearer_that_is_wrong_is_not_saved_by_a_cookie(desk: Site, session: str) -> None:
    async with desk.browser(desk_session=session) as browser:
        by_cookie = await browser.get('/chat/sessions')
        by_bearer = await browser.get('/chat/sessions', headers={'Authorization': 'Bearer wrong'})

    assert (by_cookie.status_code, by_bearer.status_code) == (200, 401)


async def test_unknown_api_path_is_a_problem_and_no_page(desk: Site, session: str) -> None:
    async with desk.browser(desk_session=session) as browser:
        answers = [await browser.get(path) for path in ('/chat/nowhere', '/calls', '/auth/x/y')]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert {answer.headers['content-type'] for answer in answers} == {'application/problem+json'}


async def test_other_sites_cannot_post_with_an_agents_cookie(desk: Site, session: str) -> None:
    foreign: tuple[dict[str, str], ...] = (
        {'Origin': FOREIGN},
        {'Origin': 'null'},
        {'Sec-Fetch-Site': 'cross-site'},
        {'Sec-Fetch-Site': 'same-site'},
    )

    async with desk.browser(desk_session=session) as browser:
        refused = [await browser.post('/auth/logout', headers=headers) for headers in foreign]
        still_in = await browser.get('/desk')
        allowed = await browser.post('/auth/logout', headers={'Origin': desk.address})

    assert [answer.status_code for answer in refused] == [403] * 4
    assert (still_in.status_code, allowed.status_code) == (200, 303)


async def test_every_answer_carries_security_headers(desk: Site, session: str) -> None:
    async with desk.browser(desk_session=session) as browser:
        page, plain, api = [
            await browser.get(path) for path in ('/desk', '/login?ended', '/chat/sessions')
        ]

    for answer in (page, plain, api):
        assert answer.headers['x-content-type-options'] == 'nosniff'
        assert answer.headers['referrer-policy'] == 'same-origin'
        assert "frame-ancestors 'self'" in answer.headers['content-security-policy']
        assert "object-src 'none'" in answer.headers['content-security-policy']
    host = desk.address.removeprefix('http://')
    assert f"connect-src 'self' ws://{host} wss://{host}" in page.headers['content-security-policy']
    assert 'unsafe' not in plain.headers['content-security-policy']
    assert 'unsafe' not in api.headers['content-security-policy']
    assert api.headers['cache-control'] == 'no-store'
    assert 'strict-transport-security' not in page.headers


async def test_production_asks_browsers_to_stay_with_https(
    services: Services, settings: Settings
) -> None:
    production = settings.model_copy(update={'desk_env': Environment.PRODUCTION})

    async with serving(services, production) as site, site.browser() as browser:
        answer = await browser.get('/login')

    assert answer.headers['strict-transport-security'] == 'max-age=31536000'


@pytest.mark.parametrize(
    ('flooded', 'path'),
    [('/auth', '/auth/login'), ('/talk', '/talk'), ('/talk', '/talk/new'), ('/preferences', '/preferences')],
)  # fmt: skip
async def test_flood_of_forms_from_one_address_is_slowed_down(
    desk: Site, flooded: str, path: str
) -> None:
    flood = gate.FLOODS[flooded]
    with contextlib.suppress(TooManyError):
        while True:
            flood.hit('127.0.0.1')

    async with desk.browser() as browser:
        answer = await browser.post(path, data={'username': 'a', 'password': 'b'})

    assert answer.status_code == 429
    assert 1 <= int(answer.headers['retry-after']) <= 60


@pytest.mark.parametrize(
    'wanted',
    ['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example', '/a\r\nb', '', 'desk',
     '/login?next=/login', '/auth/logout', '/%2f/evil\\x'],
)  # fmt: skip
def test_nothing_leads_out_of_the_desk(wanted: str) -> None:
    assert safe_next(wanted) == '/desk'


def test_path_of_the_desk_is_kept() -> None:
    assert safe_next('/desk/chats/7?tab=2') == '/desk/chats/7?tab=2'


async def test_button_of_ones_own_page_is_heard(site: Site, session: str) -> None:
    page = await open_page(site, '/desk', desk_session=session)

    assert await pressed(site, page, desk_session=session)

    assert site.heard == ['agent-a']


async def test_customers_own_page_is_heard(site: Site, make: Make) -> None:
    await make.agent()
    token = await site.visit()
    page = await open_page(site, '/talk', desk_chat=token)

    assert await pressed(site, page, desk_chat=token)

    assert site.heard == ['최유진']


async def test_one_browser_can_be_agent_and_customer(site: Site, session: str) -> None:
    cookies = {'desk_session': session, 'desk_chat': await site.visit()}

    for path in ('/desk', '/talk'):
        assert await pressed(site, await open_page(site, path, **cookies), **cookies)

    assert site.heard == ['agent-a', '최유진']


async def test_socket_refuses_foreign_origins(site: Site, session: str) -> None:
    for origin in (
        FOREIGN,
        None,
        'null',
        'http://127.0.0.1',
        site.address.replace('http', 'https'),
    ):
        socket = Socket(site, origin=origin, desk_session=session)
        with pytest.raises(RefusedError):
            await socket.connect()
        await socket.close()


async def test_socket_refuses_strangers(site: Site) -> None:
    socket = Socket(site, desk_session='guessed', desk_chat='guessed')

    with pytest.raises(RefusedError):
        await socket.connect()
    await socket.close()


async def test_polling_is_for_known_people_on_our_own_pages(desk: Site, session: str) -> None:
    expected: tuple[tuple[dict[str, str], int], ...] = (
        ({}, 200),  # what a browser sends from a page of the desk
        ({'Origin': 'http://desk.test'}, 200),
        ({'Origin': FOREIGN}, 403),
        ({'Origin': 'null'}, 403),
        ({'Sec-Fetch-Site': 'cross-site'}, 403),
        ({'Cookie': 'desk_session=guessed'}, 403),
        ({'Cookie': ''}, 403),
    )

    async with desk.browser() as browser:
        for headers, status in expected:
            known = {'Cookie': f'desk_session={session}'}
            assert (await browser.get(POLLING, headers=known | headers)).status_code == status, (
                headers
            )


async def test_another_agents_client_id_is_worth_nothing(
    site: Site, session: str, thief: str
) -> None:
    page = await open_page(site, '/desk', desk_session=session)
    owner = Socket(site, desk_session=session)
    await owner.connect()
    assert await owner.say('handshake', page.handshake())

    await steal(site, page, desk_session=thief)
    assert site.heard == []

    await owner.say('event', page.click())
    assert site.heard == ['agent-a']
    await owner.close()


async def test_customer_cannot_use_an_agents_page(site: Site, session: str) -> None:
    page = await open_page(site, '/desk', desk_session=session)

    await steal(site, page, desk_chat=await site.visit())

    assert site.heard == []


async def test_agent_cannot_use_a_customers_page(site: Site, session: str) -> None:
    page = await open_page(site, '/talk', desk_chat=await site.visit())

    await steal(site, page, desk_session=session)

    assert site.heard == []


async def test_another_session_of_the_same_agent_is_another_owner(site: Site, session: str) -> None:
    page = await open_page(site, '/desk', desk_session=session)

    await steal(site, page, desk_session=await session_of(site.services, 'agent-a'))

    assert site.heard == []


async def test_polling_on_with_somebody_elses_connection_is_refused(
    desk: Site, session: str, thief: str
) -> None:
    async with (
        desk.browser(desk_session=session) as owner,
        desk.browser(desk_session=thief) as other,
    ):
        begun = await owner.get(POLLING)
        path = f'{POLLING}&sid={json.loads(begun.text[1:])["sid"]}'
        written = await other.post(path, content='40')
        read = await other.get(path)
        by_owner = await owner.post(path, content='40')

    assert (written.status_code, read.status_code, by_owner.status_code) == (403, 403, 200)


async def test_files_of_somebody_elses_page_are_not_there(
    desk: Site, session: str, thief: str
) -> None:
    page = await open_page(desk, '/desk', desk_session=session)

    async with desk.browser(desk_session=thief) as browser:
        answer = await browser.post(f'/_nicegui/client/{page.client_id}/upload/1')

    assert answer.status_code == 404
    assert answer.json()['code'] == 'api.unknown_path'


async def test_message_that_names_an_unknown_page_is_dropped(site: Site, session: str) -> None:
    socket = Socket(site, desk_session=session)
    await socket.connect()
    page = OpenPage('unknown', 1, 'unknown', 'unknown')

    assert await socket.say('handshake', page.handshake()) is False
    assert not await socket.say('event', page.click())

    await socket.close()


@pytest.mark.parametrize('elsewhere', [False, True])
async def test_signing_out_closes_open_pages_in_every_process(
    site: Site, another_desk: Services, session: str, elsewhere: bool
) -> None:
    page = await open_page(site, '/desk', desk_session=session)
    socket = Socket(site, desk_session=session)
    await socket.connect()
    await socket.say('handshake', page.handshake())
    desk = another_desk if elsewhere else site.services

    await desk.sign_ins.sign_out(await desk.sign_ins.staff_by_token(session))

    assert await asyncio.wait_for(socket.opened.get(), 5) == '/login?ended=1&next=/desk'
    await socket.say('event', page.click())
    assert site.heard == []
    assert page.client_id not in Client.instances
    await socket.close()


async def test_colleagues_pages_stay_open(site: Site, session: str, thief: str) -> None:
    page = await open_page(site, '/desk', desk_session=thief)
    gone = await open_page(site, '/desk', desk_session=session)

    await site.services.sign_ins.sign_out(await site.services.sign_ins.staff_by_token(session))
    await until(lambda: gone.client_id not in Client.instances)

    assert await pressed(site, page, desk_session=thief)


async def test_page_of_an_expired_session_closes(site: Site, make: Make) -> None:
    agent = await make.agent()
    with clock.moved(timedelta(hours=-12, seconds=3)):
        session = await session_of(site.services, agent.username)
    page = await open_page(site, '/desk', desk_session=session)
    socket = Socket(site, desk_session=session)
    await socket.connect()
    await socket.say('handshake', page.handshake())

    assert await asyncio.wait_for(socket.opened.get(), 8) == '/login?ended=1&next=/desk'
    await socket.close()


async def pressed(site: Site, page: OpenPage, **cookies: str) -> bool:
    """Press the button of one's own page as a browser does; returns whether the page was ours to open."""
    socket = Socket(site, **cookies)
    query = '&'.join(f'{name}={quote(str(value))}' for name, value in page.handshake().items())
    await socket.connect(f'?{query}&implicit_handshake=true')
    await socket.say('event', page.click())
    await socket.close()
    return True


async def steal(site: Site, page: OpenPage, **cookies: str) -> None:
    """Try everything with somebody else's client id."""
    implicit = Socket(site, **cookies)
    with pytest.raises(RefusedError):
        await implicit.connect(
            f'?client_id={page.client_id}&implicit_handshake=true&tab_id=t&document_id=d'
        )
    await implicit.close()
    socket = Socket(site, **cookies)
    await socket.connect()
    assert await socket.say('handshake', page.handshake()) is False
    await socket.say('event', page.click())
    await socket.say('ack', {'client_id': page.client_id, 'next_message_id': 1_000})
    await socket.say(
        'javascript_response', {'client_id': page.client_id, 'request_id': 'x', 'result': 1}
    )
    await socket.say('log', {'client_id': page.client_id, 'level': 'error', 'message': 'forged'})
    await socket.close()
