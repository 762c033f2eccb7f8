"""The second factor as people meet it: setting up, signing in with it, being led to it, and one's own account."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from desk import clock
from desk.settings import Settings
from models import AgentRole
from pages import account, login, reset
from pages.api import auth, problems
from pages.web import gate
from services.registry import Services
from tests.pages.test_login import browser_of, sign_in
from tests.services.people.test_second_factors import code_of, turned_on
from tests.support.make import PASSWORD, Make

STEP = timedelta(seconds=30)
NEW = 'a-new-password-of-mine'


def application(services: Services, settings: Settings) -> FastAPI:
    """The part of the desk that this is about."""
    app = FastAPI()
    problems.register(app)
    for router in (
        auth.router(services, settings),
        login.router(services, settings),
        account.router(services),
        reset.router(services),
    ):
        app.include_router(router)
    app.add_route('/desk', lambda _: PlainTextResponse('the desk'))
    app.add_route('/customers', lambda _: PlainTextResponse('customers'))
    gate.install(app, services, settings)
    return app


@pytest.fixture
async def app(services: Services, settings: Settings) -> FastAPI:
    for flood in gate.FLOODS.values():
        flood.reset()
    return application(services, settings)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(app) as browser:
        yield browser


def hidden(page: httpx.Response, name: str) -> str:
    """A hidden field of a form."""
    found = re.search(f'name="{name}" value="([^"]+)"', page.text)
    assert found
    return found[1]


async def test_code_is_asked_after_the_password(
    browser: httpx.AsyncClient, services: Services, make: Make
) -> None:
    agent = await make.agent()
    key, _ = await turned_on(services, agent)

    first = await sign_in(browser, agent.username, next='/account')
    assert (first.status_code, first.headers['location']) == (303, '/login/code?next=/account')
    assert 'desk_session' not in browser.cookies
    form = await browser.get(first.headers['location'])
    assert '<label for="code">인증 코드</label>' in form.text
    assert (await browser.get('/desk')).status_code == 303

    given = {'code': '000000', 'next': hidden(form, 'next')}
    wrong = await browser.post('/auth/code', data=given)
    assert wrong.status_code == 401
    assert '인증 코드가 맞지 않거나 이미 쓴 코드입니다.' in wrong.text
    right = await browser.post('/auth/code', data=given | {'code': code_of(key)})

    assert (right.status_code, right.headers['location']) == (303, '/account')
    assert 'desk_step' not in browser.cookies
    assert (await browser.get('/desk')).text == 'the desk'


async def test_code_without_a_password_leads_back(browser: httpx.AsyncClient) -> None:
    form = await browser.get('/login/code')
    answer = await browser.post('/auth/code', data={'code': '123456'})

    assert (form.status_code, form.headers['location']) == (303, '/login')
    assert answer.status_code == 401
    assert '다시 로그인하세요' in answer.text


async def test_program_sends_its_code_with_the_password(
    browser: httpx.AsyncClient, services: Services, make: Make
) -> None:
    agent = await make.agent()
    key, _ = await turned_on(services, agent)
    said = {'username': agent.username, 'password': PASSWORD}
    browser.headers['Accept'] = 'application/json'

    without = await browser.post('/auth/login', json=said)
    wrong = await browser.post('/auth/login', json=said | {'code': '000000'})
    code = code_of(key)
    right = await browser.post('/auth/login', json=said | {'code': code})
    again = await browser.post('/auth/login', json=said | {'code': code})

    assert [one.status_code for one in (without, wrong, right, again)] == [401, 401, 200, 401]
    assert without.json()['code'] == 'sign_in.code_needed'
    assert (wrong.json()['code'], again.json()['code']) == ('sign_in.code_wrong',) * 2


async def test_who_needs_one_is_led_to_it_before_anything_else(
    browser: httpx.AsyncClient, services: Services, make: Make
) -> None:
    agent = await make.agent()
    await services.second_factors.require(await make.admin(), AgentRole.AGENT, is_required=True)

    await sign_in(browser, agent.username)
    led = await browser.get('/desk')
    program = await browser.get('/customers', headers={'Accept': 'application/json'})
    form = await browser.get(led.headers['location'])

    assert (led.status_code, led.headers['location']) == (303, '/account/second-factor')
    assert (program.status_code, program.json()['code']) == (403, 'second_factor.needed')
    assert '<svg' in form.text
    assert 'style=' not in form.text
    assert '<script' not in form.text
    found = re.search('<code class="key">([A-Z2-7 ]+)</code>', form.text)
    assert found
    given = {'pending': hidden(form, 'pending'), 'code': code_of(found[1])}
    codes = await browser.post('/account/second-factor', data=given)
    assert len(re.findall('<li><code>', codes.text)) == 10
    assert (await browser.get('/desk')).text == 'the desk'
    assert (await browser.get('/account/second-factor')).headers['location'] == '/account'


async def test_wrong_first_code_keeps_the_picture(browser: httpx.AsyncClient, make: Make) -> None:
    await sign_in(browser, (await make.agent()).username)
    form = await browser.get('/account/second-factor')

    given = {'pending': hidden(form, 'pending'), 'code': '000000'}
    again = await browser.post('/account/second-factor', data=given)

    key = '<code class="key">.*</code>'
    assert again.status_code == 422
    assert re.findall(key, form.text) == re.findall(key, again.text)


async def test_recovery_codes_are_renewed_and_it_is_turned_off_with_a_code(
    browser: httpx.AsyncClient, services: Services, make: Make
) -> None:
    agent = await make.agent()
    await sign_in(browser, agent.username)
    key, codes = await turned_on(services, agent)

    renewed = await browser.post('/account/second-factor/codes', data={'code': codes[0]})
    stale = await browser.post('/account/second-factor/off', data={'code': codes[1]})
    off = await browser.post('/account/second-factor/off', data={'code': code_of(key)})

    assert '복구 코드' in renewed.text
    assert stale.status_code == 422
    assert off.headers['location'] == '/account?done=off'
    assert '2단계 인증을 껐습니다.' in (await browser.get('/account?done=off')).text


async def test_devices_are_seen_and_ended(
    app: FastAPI, browser: httpx.AsyncClient, make: Make
) -> None:
    agent = await make.agent()
    await sign_in(browser, agent.username)
    async with browser_of(app) as phone, browser_of(app) as program:
        phone.headers['User-Agent'] = (
            'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 '
            '(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1'
        )
        await sign_in(phone, agent.username)
        await sign_in(program, agent.username)

        page = await browser.get('/account')
        assert 'Safari · iPhone' in page.text
        assert 'python-httpx' in page.text
        assert '지금 이 기기' in page.text
        path = re.findall('/account/sessions/[0-9a-f-]{36}/end', page.text)
        ended = await browser.post(path[0])
        assert ended.headers['location'] == '/account?done=ended'
        others = await browser.post('/account/sessions/end-others')

        assert others.status_code == 303
        assert {(await one.get('/desk')).status_code for one in (phone, program)} == {303}
        assert (await browser.get('/desk')).text == 'the desk'


async def test_nobody_ends_sessions_of_others(
    app: FastAPI, browser: httpx.AsyncClient, make: Make
) -> None:
    await sign_in(browser, (await make.agent()).username)
    async with browser_of(app) as other:
        await sign_in(other, (await make.agent()).username)
        await other.post('/account/sessions/end-others')
        third = await sign_in(browser, (await make.agent()).username)
        page = await browser.get('/account')

        mine = re.findall('/account/sessions/([0-9a-f-]{36})/end', page.text)
        answer = await other.post('/account/sessions/9b1f2c5e-0000-4000-8000-000000000000/end')

    assert third.status_code == 303
    assert mine == []
    assert answer.status_code == 404


async def test_password_is_changed_by_who_knows_it(
    app: FastAPI, browser: httpx.AsyncClient, make: Make
) -> None:
    agent = await make.agent()
    await sign_in(browser, agent.username)
    said = {'current': PASSWORD, 'password': NEW, 'repeated': NEW}
    async with browser_of(app) as other:
        await sign_in(other, agent.username)

        wrong = await browser.post('/account/password', data=said | {'current': 'wrong'})
        short = await browser.post('/account/password', data=said | {'password': 'short'})
        right = await browser.post('/account/password', data=said)

        assert (wrong.status_code, short.status_code, right.status_code) == (422, 422, 303)
        assert '지금 비밀번호가 맞지 않습니다.' in wrong.text
        assert (await other.get('/desk')).status_code == 303
        assert (await browser.get('/desk')).text == 'the desk'
        assert (await sign_in(other, agent.username)).status_code == 401
        assert (await sign_in(other, agent.username, NEW)).status_code == 303


async def test_reset_link_works_once_and_ends_the_sessions(
    app: FastAPI, browser: httpx.AsyncClient, services: Services, make: Make
) -> None:
    admin, agent = await make.admin(), await make.agent()
    await sign_in(browser, agent.username)
    earlier = await services.password_resets.make(admin, agent.id)
    link = await services.password_resets.make(admin, agent.id)
    said = {'password': NEW, 'repeated': NEW}
    async with browser_of(app) as stranger:
        assert (await stranger.get(f'/reset/{earlier.token}')).status_code == 404
        assert agent.username in (await stranger.get(f'/reset/{link.token}')).text
        refused = await stranger.post(f'/reset/{link.token}', data=said | {'repeated': 'other'})
        done = await stranger.post(f'/reset/{link.token}', data=said)
        again = await stranger.post(f'/reset/{link.token}', data=said)

        assert (refused.status_code, again.status_code) == (422, 404)
        assert (done.status_code, done.headers['location']) == (303, '/reset/ready')
        assert (await browser.get('/desk')).status_code == 303
        assert (await sign_in(stranger, agent.username, NEW)).status_code == 303


async def test_reset_link_ends_after_a_day(
    browser: httpx.AsyncClient, services: Services, make: Make
) -> None:
    link = await services.password_resets.make(await make.admin(), (await make.agent()).id)

    with clock.moved(timedelta(hours=25)):
        assert (await browser.get(f'/reset/{link.token}')).status_code == 404
