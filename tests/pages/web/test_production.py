"""What a desk in production shows to strangers, and how it keeps who is who."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from desk.settings import Settings
from pages import talk
from pages.api import auth, problems
from pages.web import gate
from services.registry import Services
from tests.pages.api.conftest import Site, application
from tests.support.make import DEPARTMENT, PASSWORD, Make
from tests.support.production import HOST, in_production

HIDDEN = ('/docs', '/docs/start.js', '/docs/assets/swagger-ui.css', '/openapi.json', '/metrics')


@pytest.fixture
async def stranger(services: Services, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody knows, from elsewhere."""
    app = application(services, in_production(settings))
    transport = httpx.ASGITransport(app, client=('203.0.113.7', 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=f'https://{HOST}') as browser:
        yield browser


@pytest.mark.parametrize('path', HIDDEN)
async def test_what_describes_the_desk_is_not_for_strangers(
    stranger: httpx.AsyncClient, path: str
) -> None:
    answer = await stranger.get(path)

    assert answer.status_code in {303, 401, 403}
    assert 'swagger' not in answer.text
    assert 'paths' not in answer.text


async def test_docs_lead_strangers_to_the_login_page_and_back(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get('/docs')

    assert (answer.status_code, answer.headers['location']) == (303, '/login?next=/docs')


async def test_docs_are_for_signed_in_people(
    services: Services, settings: Settings, make: Make
) -> None:
    site = Site(application(services, in_production(settings, allowed_hosts='desk')), services)

    async with site.signed_in(await make.agent()) as browser:
        answers = [await browser.get(path) for path in HIDDEN[:4]]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert PASSWORD not in answers[-1].text


async def test_document_names_no_demo_account(services: Services, settings: Settings) -> None:
    site = Site(application(services, settings), services)
    async with site.client() as client:
        document = await client.get('/openapi.json')

    assert PASSWORD not in document.text
    assert 'agent1' not in document.text


async def test_cookies_come_from_this_host_over_https_or_not_at_all(
    services: Services, settings: Settings, make: Make
) -> None:
    production = in_production(settings)
    app = FastAPI()
    app.include_router(auth.router(services, production))
    app.include_router(talk.router(services, production))
    gate.install(app, services, production)
    agent = await make.agent()
    form = {'username': agent.username, 'password': PASSWORD}
    token = services.visits.new_token()
    chat = {
        'token': token,
        'name': '최유진',
        'phone': '010-9876-5432',
        'department': DEPARTMENT,
        'consent': 'yes',
    }
    own = {'Origin': f'https://{HOST}'}

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=f'https://{HOST}', headers=own
    ) as browser:
        came = await browser.post('/auth/login', data=form)
        began = await browser.post('/talk', data=chat)
        planted = {'Cookie': f'desk_session={browser.cookies["__Host-desk_session"]}'}
        left = await browser.post('/auth/logout')
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=f'https://{HOST}', headers=own | planted
    ) as neighbour:
        refused = await neighbour.get('/desk')

    for answer, name in ((came, '__Host-desk_session='), (began, '__Host-desk_chat=')):
        [cookie] = [one for one in answer.headers.get_list('set-cookie') if one.startswith(name)]
        assert all(part in cookie for part in ('Secure', 'HttpOnly', 'Path=/', 'SameSite=lax'))
        assert 'Domain' not in cookie
    forgotten = left.headers['set-cookie']
    assert forgotten.startswith('__Host-desk_session=""')
    assert 'Secure' in forgotten  # without it the browser keeps the cookie
    assert refused.status_code == 303


@pytest.mark.parametrize('accept', ['application/json', 'text/html'])
async def test_failure_of_the_desk_itself_carries_the_headers_too(
    services: Services, settings: Settings, accept: str
) -> None:
    app = FastAPI()
    problems.register(app)

    async def broken(_: Request) -> Response:
        raise ZeroDivisionError

    app.add_route('/login', broken)
    gate.install(app, services, in_production(settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f'https://{HOST}') as browser:
        answer = await browser.get('/login', headers={'Accept': accept})

    assert answer.status_code == 500
    assert "frame-ancestors 'self'" in answer.headers['content-security-policy']
    assert answer.headers['x-content-type-options'] == 'nosniff'
    assert 'ZeroDivision' not in answer.text
    assert '예상하지 못한 문제가 생겼습니다.' in answer.text
