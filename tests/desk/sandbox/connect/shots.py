"""``python -m tests.desk.sandbox.connect.shots``: draw the control page into ``.shots/``, for people to look at.

A sandbox of its own with something going on. Files are named ``control-<screen>-<size>-<theme>-<language>.png``.
"""

import asyncio
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, async_playwright

from tests.support.browser import chromium
from tests.support.sandbox.box import NUMBER, ORDERS, PAYMENTS, SUPPORT, Box, running_box

SHOTS = Path(__file__).parents[4] / '.shots'
SIZES = {'wide': (1440, 900), 'small': (1024, 768)}


def fill(box: Box) -> None:
    """Let a few things go on: a consult, a chat, somebody who waits, somebody who missed."""
    box.start_over()
    for username in ('agent1', 'agent2', 'agent3', 'agent4'):
        box.sign_in(username)
    box.hand('POST', 'agents/agent5/status', status='점심')
    attributes = {'grade': 'VIP', 'order': '20260102-3310'}
    call_id = box.hand(
        'POST', 'calls', number=NUMBER, queue=ORDERS, name='최유진', attributes=attributes
    )['id']
    box.act('accept', call_id)
    box.hand('POST', f'contacts/{call_id}/say', text='배송이 너무 늦어서 짜증나요')
    box.hand('POST', f'contacts/{call_id}/say', role='AGENT', text='바로 확인해 드리겠습니다')
    box.hand('POST', f'contacts/{call_id}/press', digits='1#')
    box.act('add', call_id, type='phone_number', phone_number='+8215880000')
    box.advance(4)
    chat_id = box.hand(
        'POST', 'chats', name='남궁민수정', queue=ORDERS, text='주문한 상품이 안 왔어요'
    )['id']
    box.act('accept', chat_id, 'agent2')
    box.advance(18)
    for queue, number in ((PAYMENTS, '01'), (SUPPORT, '02'), (SUPPORT, '03')):
        box.ring(queue, f'+8210987654{number}')
    box.advance(21)
    box.hand('POST', 'tasks', name='주소 확인', queue=SUPPORT)
    box.advance(65)


async def take(page: Page, name: str) -> None:
    """Take a picture once what is drawn is drawn."""
    await page.evaluate('document.fonts.ready.then(() => null)')
    await page.wait_for_timeout(700)
    await page.screenshot(path=SHOTS / f'control-{name}.png')


async def draw(browser: Browser, box: Box, size: str, theme: str, language: str) -> None:
    """Draw the page with a call chosen, an agent chosen, and every tab."""
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={'width': width, 'height': height}, reduced_motion='reduce'
    )
    page = await context.new_page()
    await page.goto(f'{box.url}/_sandbox/control/?lang={language}&theme={theme}')
    suffix = f'{size}-{theme}-{language}'
    await page.locator('.box-contact').first.wait_for()
    await take(page, f'floor-{suffix}')
    await page.locator('.box-contact', has_text='김서연').click()
    await take(page, f'call-{suffix}')
    await page.locator('.box-agent', has_text='agent2').click()
    for place, name in enumerate(('customer', 'faults', 'load', 'state')):
        tab = page.get_by_role('tab').nth(place)
        await tab.click()
        if name == 'load':
            plan = {'shape': 'flat', 'calls_per_minute': 5, 'chats_per_minute': 6}
            await asyncio.to_thread(box.hand, 'POST', 'load', **plan)
            await page.wait_for_timeout(4_000)
        await take(page, f'{name}-{suffix}')
    await context.close()


async def main() -> None:
    """Draw them all."""
    SHOTS.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, running_box(Path(folder), SANDBOX_MOTO_PORT='0') as box:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.executable(), args=list(chromium.LAUNCH_ARGS)
            )
            for size, theme, language in product(SIZES, ('light', 'dark'), ('ko', 'en')):
                fill(box)
                await draw(browser, box, size, theme, language)
            await browser.close()
    print(f'{len(list(SHOTS.glob("control-*.png")))} pictures are in .shots/')


if __name__ == '__main__':
    asyncio.run(main())
