"""``/invite``: who was invited sets a password, by a plain form in two languages."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from desk import passwords
from models import Agent
from pages import invite
from pages.web import gate
from services.people.invitations import Invitee
from services.registry import Services
from tests.support.make import Make

pytestmark = pytest.mark.slow

PASSWORD = 'what-only-hayun-knows'
HAYUN = Invitee(
    last_name='이', first_name='하윤', email='h@example.com', username='hayun', department='결제'
)


@pytest.fixture(autouse=True)
def unhurried_and_cheap() -> None:
    """Forget who tried, and hash fast."""
    invite.WRONG_TOKENS.reset()
    gate.FLOODS['/invite'].reset()
    passwords.use_cost(time_cost=1, memory_kib=8, parallelism=1)


@pytest.fixture
async def admin(make: Make) -> Agent:
    return await make.admin()


@pytest.fixture
async def browser(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody whom nobody knows yet."""
    transport = httpx.ASGITransport(web)
    headers = {'Origin': 'http://test', 'Accept': 'text/html'}
    async with httpx.AsyncClient(
        transport=transport, base_url='http://test', headers=headers
    ) as client:
        yield client


@pytest.fixture
async def link(services: Services, admin: Agent) -> str:
    return f'/invite/{(await services.invitations.invite(admin, HAYUN)).token}'


async def test_form_says_who_is_meant_and_needs_no_script(
    browser: httpx.AsyncClient, link: str
) -> None:
    korean, english = await browser.get(link), await browser.get(f'{link}?lang=en')

    assert '<dd>hayun</dd>' in korean.text
    assert '비밀번호 (12자 이상)' in korean.text
    assert 'Password (12 characters or more)' in english.text
    assert '<script' not in korean.text
    assert korean.headers['cache-control'] == 'no-store'


async def test_passwords_are_refused_at_their_field_until_they_fit(
    browser: httpx.AsyncClient, link: str
) -> None:
    short = await browser.post(link, data={'password': 'short', 'repeated': 'short'})
    other = await browser.post(link, data={'password': PASSWORD, 'repeated': 'another-password'})
    good = await browser.post(link, data={'password': PASSWORD, 'repeated': PASSWORD})
    again = await browser.post(link, data={'password': PASSWORD, 'repeated': PASSWORD})
    entered = await browser.post('/auth/login', data={'username': 'hayun', 'password': PASSWORD})

    assert (short.status_code, 'id="password-error"' in short.text) == (422, True)
    assert (other.status_code, 'id="repeated-error"' in other.text) == (422, True)
    assert (good.status_code, good.headers['location']) == (303, '/invite/ready')
    assert (again.status_code, '사용할 수 없는 초대 링크입니다' in again.text) == (404, True)
    assert entered.headers['location'] == '/desk'


async def test_who_guesses_is_slowed_down(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invite.WRONG_TOKENS, '_limit', 2)
    monkeypatch.setattr(gate.FLOODS['/invite'], '_limit', 1)

    looked = [(await browser.get(f'/invite/guess-{one}')).status_code for one in range(3)]
    sent = [(await browser.post('/invite/guess')).status_code for _ in range(2)]

    assert looked == [404, 404, 429]
    assert sent == [429, 429]


async def test_token_stands_in_no_log(
    browser: httpx.AsyncClient, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await browser.get(link)

    logged = capsys.readouterr().out
    assert '/invite/{token}' in logged
    assert link not in logged
