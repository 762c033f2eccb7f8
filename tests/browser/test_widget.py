"""The chat on another site, as its visitors and the agent see it: the desk at 127.0.0.1, the site at localhost."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from playwright.async_api import BrowserContext, FrameLocator, Page, Request, expect

from desk.sandbox.shop import Shop, opened
from models import EVERYWHERE, Agent, Customer, SettingKind
from pages.parts.widget import MOST_BYTES
from services.registry import Services
from services.settings.sites import FIELD
from tests.browser.conftest import Contexts
from tests.support.browser import one_loop
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import DeskScreen
from tests.support.make import Make


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


async def test_customer_writes_from_another_site_by_keyboard_and_goes_on_through_its_pages(
    desk: DeskScreen, shop: OpenShop, person: Contexts, agent: Agent
) -> None:
    context: BrowserContext = await person()
    page = await context.new_page()
    loaded: list[Request] = []
    page.on('request', loaded.append)

    # The site's page: its own styles do not reach the button, nothing of ours is on its window, all of it weighs little.
    before = "() => Object.getOwnPropertyNames(window).length"
    await page.goto(f'{shop.address}/cart?token=geheim#pay')
    button = page.get_by_role('button', name='상담하기', exact=True)
    await expect(button).to_be_visible()
    ours = [one for one in loaded if one.url.startswith(desk.address)]
    sizes = [len(await (await one.response()).body()) for one in ours]  # type: ignore[union-attr]  # answered
    assert sum(sizes) <= MOST_BYTES, dict(zip([one.url for one in ours], sizes, strict=True))
    assert {one.url.split('/')[2] for one in loaded} == {desk.address[7:], shop.address[7:]}
    assert await button.evaluate('it => getComputedStyle(it).fontSize') == '15px'
    clean = await context.new_page()
    await clean.goto(f'{shop.address}/shop.css')
    assert await page.evaluate(before) == await clean.evaluate(before)

    # By keyboard: the button opens the chat and the focus goes into it, Esc comes back.
    await page.keyboard.press('Tab')
    for _ in range(10):
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
    await begins(page, agent.department, text='가습기가 안 와요')

    # The agent sees who it is, and the page without what is secret in its address.
    await desk.opens()
    await desk.takes('이민준')
    where = desk.page.get_by_role('region', name='고객이 보는 화면')
    await expect(where).to_contain_text('사이트가 서명으로 확인한 고객입니다.')
    await expect(where.get_by_role('link')).to_have_attribute('href', f'{shop.address}/cart')
    await expect(desk.page.get_by_role('link', name='고객 화면 열기')).to_be_visible()
    await desk.sends('바로 확인해 드릴게요')

    # The customer goes on to another page; the chat is there, and the agent sees the page.
    await page.get_by_role('link', name='가습기').click()
    await expect(frame(page).locator('.desk-bubble')).to_have_text(
        ['가습기가 안 와요', '바로 확인해 드릴게요']
    )
    await expect(where.get_by_role('link')).to_have_attribute(
        'href', f'{shop.address}/items/humidifier'
    )
    await page.evaluate("history.pushState({}, '', '/cart?step=2')")  # a site that draws its pages itself
    await expect(where.get_by_role('link')).to_have_attribute('href', f'{shop.address}/cart')

    # Closed, the button counts; on the next page, where the frame was never opened, too.
    await page.get_by_role('button', name='상담 창 닫기').click()
    await desk.sends('오늘 도착해요')
    await expect(page.get_by_role('button', name='상담하기, 새 메시지 1개')).to_be_visible()
    await page.reload()
    await expect(page.get_by_role('button', name='상담하기, 새 메시지 1개')).to_be_visible()
    assert await page.locator('iframe').count() == 0
    await page.get_by_role('button', name='상담하기').click()
    await expect(frame(page).locator('.desk-bubble')).to_have_count(3)
    await expect(button).to_be_visible()

    # Somebody else signs in on the same browser: the chat is not theirs.
    shop.shop.claims = {'customer': 'C-9999999', 'name': '박서준'}
    await page.goto(f'{shop.address}/')
    await button.click()
    await expect(frame(page).get_by_role('button', name='이어서 상담하기')).to_be_visible()
    await expect(frame(page).locator('.desk-bubble')).to_have_count(0)
    await frame(page).get_by_role('button', name='이어서 상담하기').click()
    await expect(frame(page).get_by_role('button', name='상담 시작', exact=True)).to_be_visible()
    await desk.button('상담 종료').click()
