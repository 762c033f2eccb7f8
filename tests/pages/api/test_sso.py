"""``/auth/sso`` as browsers and the provider use it: cookies, refusals on the login page, back-channel logout."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from desk.settings import Settings
from desk.tokens import hashed
from models import AgentRole
from pages import login
from pages.api import auth, problems, sso
from pages.web import gate
from services.identity.groups import Groups
from services.identity.provider import Provider, ProviderPlace
from services.identity.setup import IdentitySetup
from services.people.sign_ins import ProviderSession, SessionOrigin
from services.registry import Services
from tests.conftest import assembled
from tests.pages.test_login import browser_of, sign_in
from tests.services.identity.test_tokens import ISSUER, claims, farewell, provider, signed
from tests.support.make import Make
from tests.support.ports import free_port


def application(services: Services, settings: Settings) -> FastAPI:
    """The part of the desk that this is about."""
    app = FastAPI()
    problems.register(app)
    for router in (
        auth.router(services, settings),
        login.router(services, settings),
        sso.router(services, settings),
    ):
        app.include_router(router)
    app.add_route('/desk', lambda _: PlainTextResponse('the desk'))
    gate.install(app, services, settings)
    for flood in gate.FLOODS.values():
        flood.reset()
    return app


def setup(there: Provider, *passwords_for: AgentRole) -> IdentitySetup:
    return IdentitySetup(
        provider=there, groups=Groups.of('{}'), passwords_for=frozenset(passwords_for)
    )


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Services]:
    """A desk of the provider whose keys are known; administrators have passwords too."""
    async with assembled(settings, identity=setup(provider(), AgentRole.ADMIN)) as services:
        yield services


@pytest.fixture
async def browser(desk: Services, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(application(desk, settings)) as browser:
        yield browser


async def test_provider_ends_sessions_and_hears_what_is_wrong(
    browser: httpx.AsyncClient, desk: Services, make: Make
) -> None:
    agent = await make.agent(sso_subject=hashed(f'{ISSUER} mina'))
    provided = ProviderSession(name=hashed('abc'), token='')
    _, token = await desk.sign_ins.begin_at_provider(agent, provided, SessionOrigin())
    browser.cookies.set('desk_session', token)
    del browser.headers['Origin']  # a server sends none

    wrong = await browser.post('/auth/sso/logout', data={'logout_token': signed(claims())})
    empty = await browser.post('/auth/sso/logout', data={})
    before = await browser.get('/desk')
    right = await browser.post('/auth/sso/logout', data={'logout_token': signed(farewell())})
    after = await browser.get('/desk')

    assert [one.status_code for one in (wrong, empty, right)] == [400, 400, 200]
    assert right.headers['cache-control'] == 'no-store'
    assert before.text == 'the desk'
    assert after.headers['location'].startswith('/login')


async def test_answer_that_nobody_asked_for_is_refused_on_the_login_page(
    browser: httpx.AsyncClient,
) -> None:
    page = await browser.get('/auth/sso/callback?code=stolen&state=guessed')

    assert page.status_code == 401
    assert '이 브라우저에서 시작한 로그인이 아니거나' in page.text
    assert 'desk_session' not in browser.cookies


async def test_login_page_offers_what_there_is(
    browser: httpx.AsyncClient, settings: Settings, make: Make
) -> None:
    agent = await make.agent()
    both = await browser.get('/login?next=/desk/chats/7')
    async with (
        assembled(settings, identity=setup(provider())) as without,
        browser_of(application(without, settings)) as other,
    ):
        alone = await other.get('/login')
    refused = await sign_in(browser, agent.username)

    assert 'href="/auth/sso?next=/desk/chats/7"' in both.text
    assert 'name="password"' in both.text
    assert agent.username not in both.text  # local accounts that cannot sign in are not offered
    assert 'name="password"' not in alone.text
    assert (refused.status_code, '조직 계정으로 로그인하세요.' in refused.text) == (401, True)


async def test_provider_that_is_away_is_said_and_administrators_come_in(
    settings: Settings, make: Make
) -> None:
    admin = await make.admin()
    nobody = f'http://127.0.0.1:{free_port()}'
    away = Provider(ProviderPlace(issuer=nobody, client_id='desk', client_secret='secret'))
    async with (
        assembled(settings, identity=setup(away, AgentRole.ADMIN)) as services,
        browser_of(application(services, settings)) as browser,
    ):
        page = await browser.get('/auth/sso')
        answer = await sign_in(browser, admin.username)

    assert page.status_code == 502
    assert '조직 계정 서버가 응답하지 않습니다' in page.text
    assert 'name="password"' in page.text
    assert (answer.status_code, answer.headers['location']) == (303, '/desk')


async def test_without_a_provider_there_is_nothing(services: Services, settings: Settings) -> None:
    async with browser_of(application(services, settings)) as browser:
        depart = await browser.get('/auth/sso')
        logout = await browser.post('/auth/sso/logout', data={'logout_token': 'x'})
        page = await browser.get('/login')

    assert depart.headers['location'] == '/login'
    assert logout.status_code == 404
    assert '/auth/sso' not in page.text
