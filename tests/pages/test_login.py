"""The login page: plain HTML, refusals that keep what was typed, and the way back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from desk import clock
from desk.errors import NotSignedInError
from desk.settings import Settings
from pages import login
from pages.api import auth, problems
from pages.web import gate
from services.people.attempts import ACCOUNT_BACKOFF
from services.registry import Services
from tests.support.make import PASSWORD, Make
from tests.support.production import in_production


def application(services: Services, settings: Settings) -> FastAPI:
    """The part of the desk that a stranger meets."""
    app = FastAPI()
    problems.register(app)
    app.include_router(auth.router(services, settings))
    app.include_router(login.router(services, settings))
    app.add_route('/desk', lambda _: PlainTextResponse('the desk'))
    app.add_route('/desk/chats/7', lambda _: PlainTextResponse('chat 7'))
    gate.install(app, services, settings)
    return app


def browser_of(app: FastAPI, language: str = 'ko') -> httpx.AsyncClient:
    """A browser that keeps cookies and follows no redirects."""
    headers = {'Accept': 'text/html', 'Accept-Language': language, 'Origin': 'https://desk.test'}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url='https://desk.test', headers=headers
    )


@pytest.fixture
async def browser(services: Services, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A stranger's browser."""
    for flood in gate.FLOODS.values():
        flood.reset()
    async with browser_of(application(services, settings)) as browser:
        yield browser


async def sign_in(
    browser: httpx.AsyncClient, username: str, password: str = PASSWORD, **more: str
) -> httpx.Response:
    """Send the form."""
    return await browser.post(
        '/auth/login', data={'username': username, 'password': password} | more
    )


async def test_page_is_korean_and_has_labelled_fields(browser: httpx.AsyncClient) -> None:
    page = await browser.get('/login')

    assert page.status_code == 200
    assert '<html lang="ko">' in page.text
    assert '<label for="username">아이디</label>' in page.text
    assert '<label for="password">비밀번호</label>' in page.text
    assert '<button type="submit">로그인</button>' in page.text
    assert '<script' not in page.text


@pytest.mark.parametrize(
    ('path', 'headers'),
    [
        ('/login?lang=en', {}),
        ('/login', {'Cookie': 'desk_lang=en'}),
        ('/login', {'Accept-Language': 'en-GB,en;q=0.9'}),
        ('/login', {'Accept-Language': 'ko;q=0.4, en;q=0.9'}),
        ('/login', {'Accept-Language': 'fr-FR, fr;q=0.9, en-US;q=0.5, ko;q=0.2, *;q=0.1'}),
        ('/login', {'Accept-Language': 'ko;q=0,EN;q=0.001'}),
    ],
)
async def test_page_speaks_english_to_who_asks(
    browser: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    page = await browser.get(path, headers=headers)

    assert '<html lang="en">' in page.text
    assert 'Username' in page.text


@pytest.mark.parametrize(
    'wanted',
    [
        '',
        'ko-KR,ko;q=0.9,en;q=0.8',
        'en;q=0',
        'en;q=0.8,ko',
        'kok, fil',
        '*',
        ';;,q=',
        'en;q=nonsense',
    ],
)
async def test_page_speaks_korean_to_everybody_else(
    browser: httpx.AsyncClient, wanted: str
) -> None:
    page = await browser.get('/login', headers={'Accept-Language': wanted})

    assert '<html lang="ko">' in page.text


async def test_chosen_theme_is_kept(browser: httpx.AsyncClient) -> None:
    chosen = await browser.get('/login', headers={'Cookie': 'desk_theme=dark'})
    nonsense = await browser.get('/login', headers={'Cookie': 'desk_theme="><b>'})

    assert 'data-theme="dark"' in chosen.text
    assert 'data-theme' not in nonsense.text


async def test_signing_in_leads_to_the_desk_with_a_cookie_that_scripts_cannot_read(
    browser: httpx.AsyncClient, make: Make
) -> None:
    agent = await make.agent()

    answer = await sign_in(browser, agent.username)

    assert (answer.status_code, answer.headers['location']) == (303, '/desk')
    cookie = answer.headers['set-cookie']
    assert cookie.startswith('desk_session=')
    assert 'HttpOnly' in cookie
    assert 'SameSite=lax' in cookie
    assert (await browser.get('/desk')).text == 'the desk'


async def test_cookie_is_for_https_only_in_production(
    services: Services, settings: Settings, make: Make
) -> None:
    agent = await make.agent()
    production = in_production(settings, public_url='https://desk.test')

    async with browser_of(application(services, production)) as browser:
        answer = await sign_in(browser, agent.username)

    assert 'Secure' in answer.headers['set-cookie']


async def test_who_was_signed_out_comes_back_to_their_chat(
    browser: httpx.AsyncClient, make: Make
) -> None:
    agent = await make.agent()
    refused = await browser.get('/desk/chats/7')

    page = await browser.get(refused.headers['location'])
    assert 'name="next" value="/desk/chats/7"' in page.text
    answer = await sign_in(browser, agent.username, next='/desk/chats/7')

    assert answer.headers['location'] == '/desk/chats/7'


async def test_ended_session_is_explained(browser: httpx.AsyncClient) -> None:
    page = await browser.get('/login?ended=1&next=/desk/chats/7')

    assert '로그인이 끝났습니다.' in page.text
    assert 'role="alert"' in page.text
    assert 'value="/desk/chats/7"' in page.text


async def test_login_leads_nowhere_else(browser: httpx.AsyncClient, make: Make) -> None:
    agent = await make.agent()

    answer = await sign_in(browser, agent.username, next='//evil.example/desk')

    assert answer.headers['location'] == '/desk'


async def test_wrong_password_is_said_and_the_name_is_kept(
    browser: httpx.AsyncClient, make: Make
) -> None:
    agent = await make.agent()

    wrong = await sign_in(browser, agent.username, 'wrong', next='/desk/chats/7')
    unknown = await sign_in(browser, '<b>nobody', 'wrong')

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert '<p role="alert" class="alert">아이디나 비밀번호가 맞지 않습니다.</p>' in wrong.text
    assert f'value="{agent.username}"' in wrong.text
    assert 'value="/desk/chats/7"' in wrong.text
    assert 'value="&lt;b&gt;nobody"' in unknown.text
    assert '<b>' not in unknown.text
    assert 'wrong' not in wrong.text


async def test_page_says_how_long_to_wait(browser: httpx.AsyncClient, make: Make) -> None:
    agent = await make.agent()
    for _ in range(5):
        await sign_in(browser, agent.username, 'wrong')

    answer = await sign_in(browser, agent.username)

    assert answer.status_code == 429
    seconds = int(answer.headers['retry-after'])
    assert 20 <= seconds <= 30
    assert f'{seconds}초 뒤에 다시 시도하세요.' in answer.text


async def test_long_waits_are_said_in_minutes(browser: httpx.AsyncClient) -> None:
    for _ in range(5):
        await sign_in(browser, 'nobody')
    with clock.moved(timedelta(minutes=1)):
        await sign_in(browser, 'nobody')
        with clock.moved(timedelta(minutes=2)):
            await sign_in(browser, 'nobody')

            answer = await sign_in(browser, 'nobody')

    assert '2분 뒤에 다시 시도하세요.' in answer.text


async def test_local_desk_offers_its_demo_accounts(browser: httpx.AsyncClient, make: Make) -> None:
    agent = await make.agent()

    page = await browser.get('/login')

    assert '시험용 계정' in page.text
    assert agent.username in page.text
    assert f'{agent.department} · 상담원' in page.text


async def test_production_offers_no_accounts(
    services: Services, settings: Settings, make: Make
) -> None:
    agent = await make.agent()
    production = in_production(settings, public_url='https://desk.test')

    async with browser_of(application(services, production)) as browser:
        page = await browser.get('/login')

    assert agent.username not in page.text
    assert PASSWORD not in page.text


async def test_day_is_played_from_the_page_of_a_local_desk_only(
    services: Services, settings: Settings, make: Make
) -> None:
    await make.agent()
    production = in_production(settings, public_url='https://desk.test')
    heard = asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set()  # a desk that never answers
        while await reader.read(1_024):
            pass
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(hear, '127.0.0.1') as desk:
        port = desk.sockets[0].getsockname()[1]
        local = settings.model_copy(update={'port': port})
        async with browser_of(application(services, local)) as browser:
            offered = await browser.get('/login')
            started = await browser.post('/login/demo')
            await asyncio.wait_for(heard.wait(), 30)
            playing = await browser.get('/login')
            await asyncio.wait_for(browser.post('/login/demo'), 9)
            over = await browser.get('/login')
    async with browser_of(application(services, production)) as browser:
        page = await browser.get('/login')
        refused = await browser.post('/login/demo')

    assert '시험 하루 시작' in offered.text
    assert (started.status_code, started.headers['location']) == (303, '/login')
    assert '시험 하루 멈추기' in playing.text
    assert '시험 하루 시작' in over.text
    assert '시험 하루' not in page.text
    assert refused.status_code in {404, 405}


async def test_who_is_signed_in_is_not_asked_again(browser: httpx.AsyncClient, make: Make) -> None:
    await sign_in(browser, (await make.agent()).username)

    answer = await browser.get('/login?next=/desk/chats/7')

    assert (answer.status_code, answer.headers['location']) == (303, '/desk/chats/7')


async def test_signing_in_as_somebody_else_ends_the_earlier_session(
    browser: httpx.AsyncClient, services: Services, make: Make
) -> None:
    await sign_in(browser, (await make.agent()).username)
    earlier = browser.cookies['desk_session']

    await sign_in(browser, (await make.agent()).username)

    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_token(earlier)
    assert (await browser.get('/desk')).status_code == 200


async def test_signing_out_ends_the_session_and_the_cookie(
    browser: httpx.AsyncClient, services: Services, make: Make
) -> None:
    await sign_in(browser, (await make.agent()).username)
    token = browser.cookies['desk_session']

    answer = await browser.post('/auth/logout')

    assert (answer.status_code, answer.headers['location']) == (303, '/login')
    assert 'desk_session' not in browser.cookies
    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_token(token)


async def test_signing_out_everywhere_ends_the_sessions_of_other_browsers(
    browser: httpx.AsyncClient, services: Services, settings: Settings, make: Make
) -> None:
    agent = await make.agent()
    await sign_in(browser, agent.username)
    async with browser_of(application(services, settings)) as elsewhere:
        await sign_in(elsewhere, agent.username)

        answer = await browser.post('/auth/logout-everywhere')
        after = await elsewhere.get('/desk')

    assert (answer.status_code, answer.headers['location']) == (303, '/login')
    assert 'desk_session' not in browser.cookies
    assert after.status_code == 303


async def test_browser_stays_known_after_signing_out(
    browser: httpx.AsyncClient, make: Make
) -> None:
    agent = await make.agent()
    await sign_in(browser, agent.username)
    await browser.post('/auth/logout')
    for number in range(ACCOUNT_BACKOFF.limit):
        await make.failure(agent.username, network=f'192.0.2.{number % 250}')

    known = await sign_in(browser, agent.username)
    browser.cookies.clear()
    unknown = await sign_in(browser, agent.username)

    assert (known.status_code, unknown.status_code) == (303, 429)


async def test_signing_out_twice_is_no_error(browser: httpx.AsyncClient) -> None:
    answer = await browser.post('/auth/logout')

    assert (answer.status_code, answer.headers['location']) == (303, '/login')
