"""The chat on another site, as its visitors and the agent see it: the desk at 127.0.0.1, the site at localhost."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from playwright.async_api import ConsoleMessage, FrameLocator, Locator, Page, Request, expect

from desk.sandbox.shop import Shop, opened
from models import EVERYWHERE, Agent, Customer, SettingKind
from pages.parts.widget import MOST_BYTES
from pages.web.talk_place import key_of
from services.registry import Services
from services.settings.sites import FIELD
from tests.browser.conftest import Contexts
from tests.browser.test_accessibility import nothing_found
from tests.support.browser import one_loop
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import DeskScreen
from tests.support.make import Make
from tests.support.until import until


@dataclass(frozen=True)
class OpenShop:
    """A site, its address and the customer whom it names."""

    shop: Shop
    address: str
    customer: Customer


@pytest.fixture
def shop_address(standing_desk: LiveDesk) -> Iterator[tuple[Shop, str]]:
    shop = Shop(desk=standing_desk.address)
    with opened(shop) as port:
        yield shop, f'http://localhost:{port}'


@one_loop.fixture()
async def shop(
    shop_address: tuple[Shop, str], services: Services, make: Make, agent: Agent
) -> AsyncIterator[OpenShop]:
    """A site on the list, with a secret and a signed-in customer."""
    shop, address = shop_address
    admin = await make.admin(username=f'{agent.username}-admin')
    stored = await services.desk_settings.stored(admin, SettingKind.SITES, EVERYWHERE)
    sites = f'{stored.values[FIELD]}\n{address}'
    await services.desk_settings.edit(
        admin, SettingKind.SITES, EVERYWHERE, {FIELD: sites}, version=stored.version
    )
    shop.secret = (await services.site_keys.make(admin, address)).secret
    customer = await make.customer(name='이민준', phone='01012345678')
    shop.claims = {'customer': customer.code, 'name': '이민준', 'phone': '010-1234-5678'}
    yield OpenShop(shop, address, customer)


def frame(page: Page) -> FrameLocator:
    """The chat inside of the site's page."""
    return page.frame_locator('iframe[title="채팅 상담"]')


async def begins(page: Page, department: str, *, text: str) -> None:
    """Fill in the form in the frame and write a first message; name and number may be there already."""
    inside = frame(page)
    await inside.get_by_label('동의해요').check()
    if not await inside.get_by_label('이름').input_value():
        await inside.get_by_label('이름').fill('최유진')
        await inside.get_by_label('전화번호').fill('010-9876-5432')
    await inside.get_by_label('문의 유형').select_option(department)
    await inside.get_by_role('button', name='상담 시작', exact=True).click()
    box = inside.get_by_role('textbox', name='메시지', exact=True)
    await box.fill(text)
    await box.press('Enter')
    await expect(inside.locator('.desk-bubble')).to_have_text([text])


async def test_customer_writes_from_another_site_and_goes_on_through_its_pages(
    desk: DeskScreen, shop: OpenShop, person: Contexts, agent: Agent
) -> None:
    page = await (await person()).new_page()
    await weighs_little_and_stays_apart(page, shop, desk)

    button = page.get_by_role('button', name='상담하기', exact=True)
    await opens_and_closes_by_keyboard(page, button)
    await begins(page, agent.department, text='가습기가 안 와요')
    where = await agent_learns_who_and_where(desk, shop)
    await goes_on(page, where, shop)
    await counts_while_closed(page, desk)
    await expect(button).to_be_visible()
    await is_not_somebody_elses(page, button, shop)
    await desk.button('상담 종료').click()


async def weighs_little_and_stays_apart(page: Page, shop: OpenShop, desk: DeskScreen) -> None:
    """All that is loaded before the chat is opened; no third party; no name on the page; the page's styles stay outside."""
    loaded: list[Request] = []
    page.on('request', lambda one: loaded.append(one))  # noqa: PLW0108 - Playwright marks what it is given
    await page.goto(f'{shop.address}/shop.css')
    names = await page.evaluate('() => Object.getOwnPropertyNames(window).length')
    await page.goto(f'{shop.address}/cart?token=geheim#pay')
    button = page.get_by_role('button', name='상담하기', exact=True)
    await expect(button).to_be_visible()
    ours = [one for one in loaded if one.url.startswith(desk.address)]
    answers = [await one.response() for one in ours]
    sizes = [len(await one.body()) for one in answers if one is not None]

    assert len(sizes) == 2, [one.url for one in ours]
    assert sum(sizes) <= MOST_BYTES, sizes
    assert {one.url.split('/')[2] for one in loaded} == {desk.address[7:], shop.address[7:]}
    assert await page.evaluate('() => Object.getOwnPropertyNames(window).length') == names
    assert await button.evaluate('it => getComputedStyle(it).fontSize') == '15px'
    tag = await page.evaluate_handle('() => document.querySelector("script")')
    again = 'it => new Promise((go) => { const two = document.createElement("script"); two.onload = go; two.src = it.src; document.body.append(two) })'
    await tag.evaluate(again)
    await expect(button).to_have_count(1)


async def opens_and_closes_by_keyboard(page: Page, button: Locator) -> None:
    """The focus goes into the chat, Esc closes it and leads back; at the end it is open."""
    for _ in range(12):
        if await button.evaluate('it => it === it.getRootNode().activeElement'):
            break
        await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect(button).to_have_attribute('aria-expanded', 'true')
    await expect(frame(page).get_by_label('동의해요')).to_be_focused()
    await page.keyboard.press('Escape')
    await expect(button).to_be_focused()
    await expect(button).to_have_attribute('aria-expanded', 'false')
    await page.keyboard.press('Enter')


async def agent_learns_who_and_where(desk: DeskScreen, shop: OpenShop) -> Locator:
    """The record is linked as verified, the page known without what is secret in its address; the agent answers."""
    await desk.opens()
    await desk.takes('이민준')
    where = desk.page.get_by_role('region', name='고객이 보는 화면')
    await expect(where).to_contain_text('사이트가 서명으로 확인한 고객입니다.')
    await expect(where.get_by_role('link')).to_have_attribute('href', f'{shop.address}/cart')
    await expect(desk.page.get_by_role('link', name='고객 화면 열기')).to_be_visible()
    await desk.sends('바로 확인해 드릴게요')
    return where


async def goes_on(page: Page, where: Locator, shop: OpenShop) -> None:
    """On the site's next page the chat is there; the agent sees that page, also of a site that draws its pages itself."""
    await page.get_by_role('link', name='가습기').click()
    await expect(frame(page).locator('.desk-bubble')).to_have_text(
        ['가습기가 안 와요', '바로 확인해 드릴게요']
    )
    link = where.get_by_role('link')
    await expect(link).to_have_attribute('href', f'{shop.address}/items/humidifier')
    await page.evaluate("history.pushState({}, '', '/me?step=2')")
    await expect(link).to_have_attribute('href', f'{shop.address}/me')


async def counts_while_closed(page: Page, desk: DeskScreen) -> None:
    """The badge counts and says so, also on the next page, where the chat is not loaded at all."""
    await page.get_by_role('button', name='상담 창 닫기').click()
    await desk.sends('오늘 도착해요')
    unread = page.get_by_role('button', name=re.compile('상담하기, 새 메시지 [12]개'))
    await expect(unread).to_be_visible()
    await expect(page.get_by_role('status').filter(has_text='새 메시지')).to_be_attached()
    await page.reload()
    await expect(unread).to_be_visible()
    assert await page.locator('iframe').count() == 0
    await unread.click()
    await expect(frame(page).locator('.desk-bubble')).to_have_count(3)


async def is_not_somebody_elses(page: Page, button: Locator, shop: OpenShop) -> None:
    """Another customer of the site signs in on the same browser: what was said is shown neither by itself nor when asked for."""
    await page.evaluate(
        "() => { document.querySelector('script').dataset.identity = '' }"
    )  # signed out, without a new page
    await expect(page.locator('iframe')).to_have_count(0)
    shop.shop.claims = {'customer': 'C-9999999', 'name': '박서준'}
    await page.goto(f'{shop.address}/')
    await button.click()
    resume = frame(page).get_by_role('button', name='이어서 상담하기')
    await expect(resume).to_be_visible()
    await resume.click()
    await expect(frame(page).get_by_role('button', name='상담 시작', exact=True)).to_be_visible()
    await expect(frame(page).locator('.desk-bubble')).to_have_count(0)


async def test_site_that_is_not_listed_shows_no_button_and_cannot_frame_the_desk(
    shop: OpenShop, person: Contexts, desk: DeskScreen
) -> None:
    page = await (await person()).new_page()
    said: list[ConsoleMessage] = []
    page.on('console', lambda one: said.append(one))  # noqa: PLW0108 - see above
    elsewhere = shop.address.replace(
        'localhost', '127.0.0.1'
    )  # another origin, which nobody has listed

    async with page.expect_console_message():
        await page.goto(f'{elsewhere}/')
    await expect(page.get_by_role('button', name='상담하기')).to_have_count(0)
    [sentence] = [one.text for one in said]
    assert elsewhere in sentence
    assert '허용 사이트' in sentence

    await page.evaluate(
        """path => { const it = document.createElement('iframe'); it.src = path; document.body.append(it) }""",
        f'{desk.address}/talk/sites/{key_of(shop.address)}',
    )
    await until(lambda: _is_refused(said))
    assert await frame_text(page) == ''


def _is_refused(said: list[ConsoleMessage]) -> bool:
    return any('frame-ancestors' in one.text for one in said)


async def frame_text(page: Page) -> str:
    """What can be read in the page's only frame."""
    handle = await page.query_selector('iframe')
    assert handle is not None
    inside = await handle.content_frame()
    return (
        ''
        if inside is None
        else await inside.evaluate('() => document.body?.innerText.trim() ?? ""')
    )


async def test_words_follow_queue_and_language_and_a_site_that_leaves_the_list_is_told_another_way(
    shop: OpenShop, person: Contexts, services: Services, agent: Agent, make: Make
) -> None:
    admin = await make.admin(username=f'{agent.username}-other')
    queue = (await make.queue(name=agent.department, department=agent.department)).id
    look = {'button_en': 'Ask about delivery', 'colour': '#6d3fc0'}
    await services.desk_settings.edit(admin, SettingKind.WIDGET, queue, look, version=0)
    shop.shop.attributes = (
        f' data-lang="en-GB" data-queue="{agent.department}" data-position="left"'
    )
    page = await (await person()).new_page()
    await page.goto(f'{shop.address}/')
    button = page.get_by_role('button', name='Ask about delivery', exact=True)
    await expect(button).to_have_css('background-color', 'rgb(109, 63, 192)')
    await button.click()
    inside = page.frame_locator('iframe')
    await expect(inside.get_by_label('Department')).to_have_value(agent.department)
    await inside.get_by_role('link', name='한국어').click()
    await expect(inside.get_by_label('문의 유형')).to_have_value(agent.department)
    await button.click()
    await page.reload()
    stored = await services.desk_settings.stored(admin, SettingKind.SITES, EVERYWHERE)
    rest = stored.values[FIELD].replace(shop.address, '')
    await services.desk_settings.edit(
        admin, SettingKind.SITES, EVERYWHERE, {FIELD: rest}, version=stored.version
    )

    await button.click()
    way = page.get_by_role('alert').get_by_role('link', name='Chat in a new window')
    await expect(way).to_have_attribute('href', f'{shop.shop.desk}/talk')
    await page.keyboard.press('Escape')
    await expect(button).to_be_focused()


async def test_frame_and_page_hear_nobody_else(shop: OpenShop, person: Contexts) -> None:
    """Messages from a foreign window: the page's chat neither closes nor counts, the frame fills no field."""
    page = await (await person()).new_page()
    await page.goto(f'{shop.address}/')
    await page.get_by_role('button', name='상담하기', exact=True).click()
    consent = frame(page).get_by_label('동의해요')
    await expect(consent).to_be_focused()
    await nothing_found(page, 'another site with the chat open')

    for claim in (
        {'is': 'close'},
        {'is': 'unread', 'count': 7},
        {'is': 'chat', 'id': 'x', 'key': 'y'},
    ):
        await page.evaluate('one => window.postMessage({ desk: "widget", ...one }, "*")', claim)
    await page.evaluate(
        "() => { const it = document.createElement('iframe'); it.id = 'thief'; document.body.append(it) }"
    )
    handle = await page.query_selector('#thief')
    assert handle is not None
    thief = await handle.content_frame()
    assert thief is not None
    await thief.evaluate(
        """() => { parent.postMessage({ desk: 'widget', is: 'close' }, '*');
        for (let at = 0; at < parent.length; at += 1) parent[at].postMessage({ desk: 'widget', is: 'hello', identity: 'forged' }, '*') }"""
    )
    await page.evaluate(
        "history.pushState({}, '', '/me')"
    )  # what the true page says next, comes after that
    fields = frame(page).locator('input[name=page]')
    await expect(fields).to_have_value(f'{shop.address}/me')
    await expect(consent).to_be_visible()
    await expect(page.get_by_role('button', name='상담하기', exact=True)).to_have_attribute(
        'aria-expanded', 'true'
    )
    assert await frame(page).locator('input[name=identity]').input_value() != 'forged'
    assert await page.evaluate('() => JSON.parse(sessionStorage["desk.widget"]).chat') is None
