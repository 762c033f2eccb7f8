"""``/setup``: the link that a new desk prints leads its first administrator in, and nobody else."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

import main
from desk import passwords
from desk.settings import Settings
from pages import setup
from pages.web import gate
from services.registry import Services
from tests.support.make import Make
from tests.support.production import in_production

pytestmark = pytest.mark.slow

FORM = {
    'last_name': '정', 'first_name': '하늘', 'email': 'jung@example.com', 'username': 'haneul',
    'password': 'only-haneul-knows-it', 'repeated': 'only-haneul-knows-it',
}  # fmt: skip


@pytest.fixture(autouse=True)
def unhurried_and_cheap() -> None:
    setup.WRONG_TOKENS.reset()
    gate.FLOODS['/setup'].reset()
    passwords.use_cost(time_cost=1, memory_kib=8, parallelism=1)


@pytest.fixture
async def browser(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody whom nobody knows yet."""
    headers = {'Origin': 'http://test', 'Accept': 'text/html'}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(web), base_url='http://test', headers=headers
    ) as client:
        yield client


@pytest.fixture
async def link(services: Services) -> str:
    made = await services.setup_links.make()
    assert made is not None
    return f'/setup/{made.token}'


async def test_form_leads_into_the_desk_once(browser: httpx.AsyncClient, link: str) -> None:
    shown = await browser.get(f'{link}?lang=en')
    wrong = await browser.post(link, data=FORM | {'email': 'nowhere', 'repeated': 'another'})
    made = await browser.post(link, data=FORM)
    entered = await browser.get('/account')
    again = [await browser.get(link), await browser.post(link, data=FORM)]

    assert 'Make the account and begin' in shown.text
    assert '<script' not in shown.text
    assert (shown.headers['cache-control'], shown.headers['referrer-policy']) == (
        'no-store',
        'same-origin',
    )
    assert wrong.status_code == 422
    assert {'email-error', 'repeated-error'} <= set(re.findall(r'id="([\w-]+-error)"', wrong.text))
    assert 'value="haneul"' in wrong.text
    assert 'only-haneul-knows-it' not in wrong.text
    assert (made.status_code, made.headers['location']) == (303, '/desk')
    assert entered.status_code == 200
    assert [one.status_code for one in again] == [404, 404]


async def test_strangers_get_nowhere(
    browser: httpx.AsyncClient, link: str, make: Make, services: Services
) -> None:
    foreign = await browser.post(link, data=FORM, headers={'Origin': 'https://elsewhere.example'})
    short = await browser.get(link[:-1])
    as_json = await browser.post(link, json=FORM)
    await make.admin()
    late = [await browser.get(link), await browser.post(link, data=FORM)]

    assert (foreign.status_code, short.status_code, as_json.status_code) == (403, 404, 422)
    assert [one.status_code for one in late] == [404, 404]
    assert len(await services.sign_ins.demo_accounts()) == 1


async def test_who_guesses_is_slowed_down(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.WRONG_TOKENS, '_limit', 2)

    looked = [(await browser.get(f'/setup/guess-{one}')).status_code for one in range(3)]

    assert looked == [404, 404, 429]


async def test_link_is_printed_for_the_operator_and_stands_in_no_log(
    browser: httpx.AsyncClient, settings: Settings, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    await main.announce(in_production(settings))
    said = capsys.readouterr().out
    [token] = re.findall(r'https://desk.example.com/setup/(\S+)', said)

    shown = await browser.get(f'/setup/{token}')
    for path in (f'/reset/{token}', f'/wall/{token}', f'/wall/{token}/numbers'):
        await browser.get(path)
    logged = capsys.readouterr().out
    await make.admin()
    await main.announce(settings)

    assert shown.status_code == 200
    for path in ('/setup/{token}', '/reset/{token}', '/wall/{token}', '/wall/{token}/numbers'):
        assert f'path={path} ' in logged
    assert token not in logged
    assert '/setup/' not in capsys.readouterr().out
