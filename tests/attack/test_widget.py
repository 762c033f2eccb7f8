"""Other sites, listed or not, and whoever pretends to be one."""

import re
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from desk import clock
from models import EVERYWHERE, Agent, SettingKind
from pages.parts.widget import MOST_BYTES
from pages.web import gate
from pages.web.talk_place import key_of
from services.registry import Services
from services.widget.signatures import sign
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

HOST = 'http://desk.test'
SHOP, NEAR, EVIL = (
    'https://shop.example.com', 'https://other.example.com', 'https://evil.example.com'
)  # fmt: skip
UNLISTED = (
    EVIL, 'null', '', 'http://shop.example.com', 'https://shop.example.com:8443', 'https://shop.example.com.evil.example',
    'https://SHOP.example.com', 'https://shop.example.com/', f'{SHOP} {EVIL}', f"{SHOP}; script-src *", f'{SHOP}\r\nX-A: b', '*',
)  # fmt: skip
COOKIES = re.compile(r'(desk_site_\w+)=([^;]*)')


@dataclass(frozen=True)
class Attacked:
    """A desk with two listed sites, and somebody who asks it without a browser's manners."""

    services: Services
    admin: Agent
    agent: Agent
    stranger: httpx.AsyncClient

    async def asks(
        self, path: str, *, cookies: dict[str, str] | None = None, **form: str
    ) -> httpx.Response:
        """Open a page, or send a form when there is one."""
        sent = '; '.join(f'{name}={value}' for name, value in (cookies or {}).items())
        headers = {'Accept': 'text/html', **({'Cookie': sent} if sent else {})}
        if not form:
            return await self.stranger.get(path, headers=headers)
        return await self.stranger.post(path, data=form, headers=headers | {'Origin': HOST})

    async def starts(self, site: str, **more: str) -> tuple[httpx.Response, dict[str, str]]:
        """Fill in the form in a site's frame; return the answer and the cookies that came with it."""
        form = {
            'name': '최유진',
            'phone': '010-9876-5432',
            'department': DEPARTMENT,
            'consent': 'yes',
        }
        answer = await self.asks(
            f'/talk/sites/{key_of(site)}', cookies={'desk_site_probe': '1'}, **(form | more)
        )
        return answer, dict(COOKIES.findall(str(answer.headers.get_list('set-cookie'))))


@pytest.fixture
async def attacked(web: FastAPI, stranger: httpx.AsyncClient, make: Make) -> Attacked:
    services: Services = web.state.services
    admin, agent = await make.admin(), await make.agent()
    sites = {'origins': f'{SHOP}\n{NEAR}'}
    await services.desk_settings.edit(admin, SettingKind.SITES, EVERYWHERE, sites, version=0)
    return Attacked(services, admin, agent, stranger)


async def test_only_a_listed_site_may_frame_the_chat_and_only_the_chat(attacked: Attacked) -> None:
    framed = await attacked.asks(f'/talk/sites/{key_of(SHOP)}')
    _, cookies = await attacked.starts(SHOP)
    chat = await attacked.asks(f'/talk/sites/{key_of(SHOP)}/chat', cookies=cookies)
    others = [await attacked.asks(path) for path in ('/talk', '/login', '/desk', '/talk/chat')]

    for answer in (framed, chat):
        assert answer.status_code == 200
        assert f'frame-ancestors {SHOP};' in answer.headers['content-security-policy']
    for site in UNLISTED:
        refused = await attacked.asks(f'/talk/sites/{key_of(site)}')
        assert refused.status_code == 403, site
        assert "frame-ancestors 'self'" in refused.headers['content-security-policy']
        assert site == '' or f'ancestors {site}' not in refused.headers['content-security-policy']
    for answer in others:
        assert "frame-ancestors 'self'" in answer.headers['content-security-policy']


@pytest.mark.parametrize(
    'key', ['', '%', 'x' * 9_000, 'aHR0cHM6Ly9zaG9wLmV4YW1wbGUuY29t=', '__', 'gA']
)
async def test_what_is_no_site_is_refused(attacked: Attacked, key: str) -> None:
    answer = await attacked.asks(f'/talk/sites/{key}')

    assert answer.status_code in {400, 403, 404}
    assert "frame-ancestors 'self'" in answer.headers['content-security-policy']


async def test_cookies_of_a_frame_are_kept_apart_by_the_site_around_it(attacked: Attacked) -> None:
    answer, cookies = await attacked.starts(SHOP)

    assert answer.status_code == 303
    assert answer.headers['location'] == f'/talk/sites/{key_of(SHOP)}/chat'
    assert cookies['desk_site_chat']
    for line in answer.headers.get_list('set-cookie'):
        low = line.lower()
        for word in ('httponly', 'secure', 'samesite=none', 'partitioned', 'path=/;'):
            assert word in low + ';', line


async def test_chat_of_one_site_is_opened_on_no_other(attacked: Attacked) -> None:
    """Sites below one domain share a browser's cookies; the chat's own site is what counts."""
    _, cookies = await attacked.starts(SHOP)
    base = f'/talk/sites/{key_of(NEAR)}'

    form = await attacked.asks(base, cookies=cookies)
    chat = await attacked.asks(f'{base}/chat', cookies=cookies)
    resumed = await attacked.asks(f'{base}/resume', cookies=cookies, identity='')
    own = await attacked.asks('/talk', cookies={'desk_site_chat': cookies['desk_site_chat']})

    assert '이어서 상담하기' not in form.text + own.text
    assert (chat.status_code, chat.headers['location']) == (303, base)
    assert (resumed.status_code, resumed.headers['location']) == (303, base)


async def test_each_of_two_chats_in_one_browser_is_opened_by_its_own_cookie(
    attacked: Attacked,
) -> None:
    """The desk's own page and a frame on a site that shares its cookies with it: files and messages go by the chat's id."""
    _, cookies = await attacked.starts(SHOP)
    form = {'name': '정하윤', 'phone': '010-2222-3333', 'department': DEPARTMENT, 'consent': 'yes'}
    own = await attacked.asks('/talk', **form)
    both = cookies | dict(re.findall(r'(desk_chat)=([^;]*)', str(own.headers['set-cookie'])))
    visits = attacked.services.visits
    framed_id = (await visits.chat_of(both['desk_site_chat'])).id
    own_id = (await visits.chat_of(both['desk_chat'])).id

    async def status(chat_id: UUID, cookies: dict[str, str]) -> int:
        return (await attacked.asks(f'/chat/visits/{chat_id}', cookies=cookies)).status_code

    assert [await status(one, both) for one in (framed_id, own_id)] == [200, 200]
    assert await status(framed_id, {'desk_chat': both['desk_chat']}) == 404
    assert await status(own_id, {'desk_site_chat': both['desk_site_chat']}) == 404


async def test_signed_chat_is_resumed_by_nobody_else(attacked: Attacked, make: Make) -> None:
    mine, theirs = await make.customer(), await make.customer(phone='01011112222')
    secret = (await attacked.services.site_keys.make(attacked.admin, SHOP)).secret
    names = {'exp': 4_000_000_000}
    mine_signed = sign(secret, names | {'customer': mine.code})
    base = f'/talk/sites/{key_of(SHOP)}'
    soon = int(clock.now().timestamp()) + 600
    _, cookies = await attacked.starts(
        SHOP, identity=sign(secret, {'customer': mine.code, 'exp': soon})
    )
    chat = {'desk_site_chat': cookies['desk_site_chat']}

    for signed in ('', sign(secret, names | {'customer': theirs.code}), sign('guess', names | {'customer': mine.code})):  # fmt: skip
        refused = await attacked.asks(f'{base}/resume', cookies=chat, identity=signed)
        assert refused.headers['location'] == base
        assert 'desk_site_chat=""' in str(refused.headers.get_list('set-cookie'))
    resumed = await attacked.asks(f'{base}/resume', cookies=chat, identity=mine_signed)
    assert resumed.headers['location'] == f'{base}/chat'


async def test_wrong_signature_is_no_error_and_no_answer(attacked: Attacked, make: Make) -> None:
    customer = await make.customer()
    await attacked.services.site_keys.make(attacked.admin, SHOP)
    answers = []
    for signed in ('', 'x.y', sign('guess', {'customer': customer.code, 'exp': 4_000_000_000})):
        answer, cookies = await attacked.starts(SHOP, identity=signed)
        started = await attacked.services.visits.chat_of(cookies['desk_site_chat'])
        answers.append((answer.status_code, answer.headers['location'], started.customer_id))

    assert answers == [(303, f'/talk/sites/{key_of(SHOP)}/chat', None)] * 3


async def test_browser_without_cookies_is_told_before_a_chat_begins(attacked: Attacked) -> None:
    form = {'name': '최유진', 'phone': '010-9876-5432', 'department': DEPARTMENT, 'consent': 'yes'}
    answer = await attacked.asks(f'/talk/sites/{key_of(SHOP)}', **form)

    assert answer.status_code == 422
    assert '새 창에서 상담하기' in answer.text
    assert '최유진' in answer.text


async def test_look_is_told_to_listed_sites_alone(attacked: Attacked) -> None:
    async def look(origin: str | None) -> httpx.Response:
        headers = {} if origin is None else {'Origin': origin}
        return await attacked.stranger.get('/widget/look?lang=en-GB', headers=headers)

    listed = await look(SHOP)
    for site in (one for one in (None, *UNLISTED) if one is None or one.isprintable()):
        answer = await look(site)
        assert answer.json() == {'allowed': False}, site
        assert answer.headers['access-control-allow-origin'] == '*'

    assert listed.headers['access-control-allow-origin'] == SHOP
    assert 'access-control-allow-credentials' not in listed.headers
    assert listed.json()['words']['open'] == 'Chat with us'
    script = await attacked.stranger.get('/widget.js')
    again = await attacked.stranger.get('/widget.js', headers={'If-None-Match': script.headers['etag']})  # fmt: skip
    assert len(script.content) + len(listed.content) <= MOST_BYTES
    assert (again.status_code, again.content) == (304, b'')
    assert 'set-cookie' not in script.headers


async def test_look_follows_its_settings_within_a_second(attacked: Attacked) -> None:
    edit, headers = attacked.services.desk_settings.edit, {'Origin': SHOP}
    before = (await attacked.stranger.get('/widget/look', headers=headers)).json()
    await edit(attacked.admin, SettingKind.WIDGET, EVERYWHERE, {'colour': '#6d3fc0'}, version=0)
    await edit(attacked.admin, SettingKind.SITES, EVERYWHERE, {'origins': NEAR}, version=1)

    async def is_gone() -> bool:
        return not (await attacked.stranger.get('/widget/look', headers=headers)).json()['allowed']

    await until(is_gone, seconds=3)
    near = (await attacked.stranger.get('/widget/look', headers={'Origin': NEAR})).json()
    frame = await attacked.asks(f'/talk/sites/{key_of(SHOP)}')

    assert (before['allowed'], near['colour'], frame.status_code) == (True, '#6d3fc0', 403)


async def test_pulse_is_for_the_key_and_the_site_and_floods_nobody(attacked: Attacked) -> None:
    _, cookies = await attacked.starts(
        SHOP, page=f'{SHOP}/cart?token=geheim', title='<b>장바구니</b>'
    )
    chat = await attacked.services.visits.chat_of(cookies['desk_site_chat'])
    key = attacked.services.widget.pulse_key(chat.id)

    async def pulse(origin: str, **form: str) -> httpx.Response:
        sent = {'chat': str(chat.id), 'key': key, 'page': 'javascript:alert(1)'} | form
        return await attacked.stranger.post('/widget/pulse', data=sent, headers={'Origin': origin})

    good = await pulse(SHOP)
    wrong = [await pulse(NEAR), await pulse(EVIL), await pulse('null'), await pulse(SHOP, key='x'), await pulse(SHOP, chat='x')]  # fmt: skip
    page = await attacked.services.widget.page_of(attacked.agent, chat.id)
    await pulse(SHOP, page=f'{SHOP}/{"a" * 60_000}')
    same = await attacked.services.widget.page_of(attacked.agent, chat.id)
    flood = [(await pulse(SHOP)).status_code for _ in range(95)]

    assert (good.status_code, good.json()) == (200, {'unread': 0, 'over': False})
    assert [one.status_code for one in wrong] == [404] * 5
    assert 'access-control-allow-origin' not in wrong[1].headers
    assert page is not None
    assert page == same
    assert (page.visit.address, page.visit.title) == (f'{SHOP}/cart', '<b>장바구니</b>')
    assert flood[-1] == 429


async def test_starts_on_sites_count_with_all_of_the_address(attacked: Attacked) -> None:
    statuses = []
    for _ in range(35):
        answer, _cookies = await attacked.starts(SHOP)
        statuses.append(answer.status_code)
        gate.FLOODS['/talk'].reset()

    assert statuses[0] == 303
    assert statuses[-1] == 429
    elsewhere = await attacked.stranger.post(
        '/talk',
        data={
            'name': '최유진',
            'phone': '010-9876-5432',
            'department': DEPARTMENT,
            'consent': 'yes',
        },
        headers={'Origin': HOST},
    )
    assert elsewhere.status_code == 429


async def test_other_sites_post_to_the_pulse_alone(attacked: Attacked) -> None:
    for path in ('/talk', f'/talk/sites/{key_of(SHOP)}', f'/talk/sites/{key_of(SHOP)}/resume', '/widget/look', '/chat/visits'):  # fmt: skip
        answer = await attacked.stranger.post(path, data={'a': 'b'}, headers={'Origin': SHOP})
        assert answer.status_code in {403, 405}, path
