"""``make shots``: draw every screen into ``.shots/``, so that people can look at what tests cannot judge.

``make shots SCREENS="history audit"`` draws only these, ``SCREENS="talk phone dark"`` only their dark pictures of a phone; the other
pictures stay as they are. A desk of its own
with fresh demo data, in ``.cache/shots``. Files are named
``<screen>-<size>-<theme>-<language>.png``: 1440 by 900, and 390 by 844 where a phone is where it is used.
"""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, not as a module

from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, async_playwright  # noqa: E402

from desk.settings import Settings  # noqa: E402
from services.demo import people as seed_people  # noqa: E402
from services.demo import records as seed_records  # noqa: E402
from tests.browser.shots_conversation import conversation, going_on, more_settings  # noqa: E402
from tests.browser.shots_customers_side import (  # noqa: E402
    called_back,
    crowded,
    first_day,
    kept_files,
    left_messages,
    restriction,
)
from tests.browser.shots_dashboard import dashboard  # noqa: E402
from tests.browser.shots_reports import reports  # noqa: E402
from tests.support.browser import chromium  # noqa: E402
from tests.support.browser.live import LiveDesk  # noqa: E402
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen  # noqa: E402
from tests.support.browser.studio import SHOTS, SIZES, Studio  # noqa: E402
from tests.support.sandbox.box import running_box  # noqa: E402

HOME = ROOT / '.cache' / 'shots'
DEPARTMENT = '주문·배송'
SHEET = """2026년 우수 고객 명단,,,,,
고객번호,이름(필수),휴대폰,이메일,고객 유형,회원 등급,
,남궁민수,010-4321-8765,minsu.namgung@example.com,개인,우수,
,주식회사 한결같은사람들 고객지원본부 제2팀,02-1234-5678,help@hangyeol.example,법인,,3월에 옮김
C-0000001,하늘빛,010-8765-0001,,개인,우수,
C-0000002,,,new@example.com,,우수,
C-0000003,새이름,,,,우수,
,,010-2222-3333,,개인,일반,
,서하준,전화 없음,hajun@example.com,개인,일반,
,서하윤,010-5555-6666,hayun-at-example,개인,일반,
"""
"""A sheet as a department keeps it: a title above, good rows, one about somebody else, and three with something to mend."""


WAITING = '.desk-row :is(.desk-take, .desk-assigned)'
"""What only rows of the waiting have: a button where agents take, a mark where the desk assigns."""


async def sign_in(studio: Studio) -> None:
    """The login page, empty and refused."""
    async with studio.person() as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/login')
        await studio.take(page, 'login')
        await page.locator('#username').fill(f'{studio.size}-{studio.theme}-{studio.language}')
        await page.locator('#password').fill('wrong-password')
        await page.keyboard.press('Enter')
        await page.get_by_role('alert').wait_for()
        await studio.take(page, 'login-refused')


async def talk(studio: Studio) -> None:
    """A customer's chat from the form to its end, and the agent's side of it."""
    async with studio.person() as visitor, studio.person('agent1') as staff:
        page = await visitor.new_page()
        await page.goto(f'{studio.centre.address}/talk')
        await studio.take(page, 'talk-form')
        await page.locator('.talk-form > button').click()
        await page.locator('.field-error').first.wait_for()
        await studio.take(page, 'talk-form-refused')
        await _fill_in(page)
        customer = CustomerScreen(page, studio.centre.address)
        box = page.locator('textarea')
        await box.fill('주문한 상품이 아직 도착하지 않았어요.')
        await box.press('Enter')
        await customer.page.locator('.desk-bubble').first.wait_for()
        await studio.take(page, 'talk-waiting')
        await page.goto(f'{studio.centre.address}/talk')
        await studio.take(page, 'talk-resume')
        await page.locator('.talk-form button').first.click()
        await box.wait_for()
        await _answer(studio, staff, page)
        await studio.take(page, 'talk')
        await page.locator('.talk-head button.talk-button').click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'talk-end')
        await page.locator('.talk-card .talk-danger').click()
        await page.locator('.talk-ended').wait_for()
        await studio.take(page, 'talk-ended')


async def workspace(studio: Studio) -> None:
    """The desk: lists, a conversation, its dialogs."""
    async with studio.person('agent1') as context:
        desk = DeskScreen(await context.new_page(), studio.centre.address)
        page = desk.page
        await page.goto(f'{studio.centre.address}/desk')
        await desk.settles()
        await studio.reaches_list(page)
        await studio.take(page, 'desk-open')
        await page.keyboard.press('1')
        await page.locator(WAITING).first.wait_for()
        await studio.take(page, 'desk-waiting')
        await page.keyboard.press('j')
        await page.locator('.desk-bubble').first.wait_for()
        await studio.take(page, 'desk-waiting-chat')
        await page.keyboard.press('2')
        await page.locator(WAITING).first.wait_for(state='detached')
        await page.keyboard.press('j')
        await page.locator('.desk-own .desk-bubble').first.wait_for()
        await studio.take(page, 'desk-chat')
        await _dialogs(studio, page)
        if studio.size == 'small':
            await page.keyboard.press('c')
            await studio.take(page, 'desk-drawer')
        if studio.size == 'phone':
            await page.locator('.desk-back').click()
        await page.keyboard.press('3')
        await page.locator('.desk-row').nth(3).wait_for()
        await page.locator('.desk-row-open').nth(1).click()
        await page.locator('.desk-reply-reason').wait_for()
        await studio.take(page, 'desk-closed')


async def floor(studio: Studio) -> None:
    """An offer that rings, why it does, the chat's 후처리, and a state that waits."""
    async with studio.person() as visitor, studio.person('agent1') as context:
        talk = await visitor.new_page()
        await talk.goto(f'{studio.centre.address}/talk')
        await _fill_in(talk)
        await talk.locator('textarea').wait_for()
        desk = DeskScreen(await context.new_page(), studio.centre.address)
        page = desk.page
        await page.goto(f'{studio.centre.address}/desk')
        await desk.settles()
        await page.locator('.desk-row').first.wait_for()
        await page.keyboard.press('g')
        await page.locator('.desk-offer').first.wait_for()
        await page.locator('.desk-offer-acts button').first.click()
        await page.locator('.desk-offer-why :first-child').first.wait_for()
        await studio.take(page, 'offer')
        await page.keyboard.press('a')
        await page.locator('textarea').first.wait_for()
        await page.keyboard.press('Escape')
        await page.keyboard.press('e')
        await page.get_by_role('dialog').wait_for()
        await page.keyboard.press('Enter')
        await page.locator('.desk-wrap-up').wait_for()
        await studio.take(page, 'wrap-up')
        await page.locator('.desk-wrap-up textarea').press('Control+Enter')
        await page.locator('.desk-wrap-up').wait_for(state='detached')


async def steering(studio: Studio) -> None:
    """What a supervisor does to waiting contacts, and why one came to whom it came."""
    async with studio.person('agent2') as staff, studio.person('supervisor1') as context:
        agent = DeskScreen(await staff.new_page(), studio.centre.address)
        await agent.page.goto(f'{studio.centre.address}/desk')
        await agent.settles()
        await agent.page.keyboard.press('g')
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk')
        await studio.reaches_list(page)
        await page.keyboard.press('1')
        for place in (0, 2, 3):
            await page.locator('.desk-pick').nth(place).click()
        await studio.take(page, 'picked')
        await page.keyboard.press('m')
        await page.locator('.desk-steer').wait_for()
        await studio.take(page, 'steer')
        await page.keyboard.press('Escape')
        await page.locator('.desk-steer').wait_for(state='detached')
        await page.locator('.desk-row-open').first.click()
        await page.locator('.desk-bubble').first.wait_for()
        await page.locator('.desk-conversation-head .desk-quiet').click()
        await page.locator('.desk-assignments').wait_for()
        await studio.take(page, 'assignments')


async def everybody(studio: Studio) -> None:
    """What a supervisor sees."""
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk')
        await page.locator('.desk-row').first.wait_for()
        await page.locator('.desk-scope-choice').nth(1).click()
        await page.keyboard.press('2')
        await page.locator(WAITING).first.wait_for(state='detached')
        await studio.take(page, 'desk-supervisor')


async def nothing(studio: Studio) -> None:
    """A chat that is not there."""
    async with studio.person('agent7') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/chats/00000000-0000-0000-0000-000000000000')
        await page.get_by_role('alert').first.wait_for()
        await studio.take(page, 'desk-not-found')


async def audit(studio: Studio) -> None:
    """Numbers behind their veil, what lifts it, and what the audit log says of it."""
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk')
        await page.locator('.desk-row').first.wait_for()
        await page.locator('.desk-scope-choice').nth(1).click()
        await page.keyboard.press('3')
        await page.locator(WAITING).first.wait_for(state='detached')
        await page.locator('.desk-row-open').nth(1).click()
        await page.locator('.desk-eye').first.click()
        await page.locator('.desk-reasons button').first.wait_for()
        await studio.take(page, 'veil-why')
        await page.locator('.desk-reasons button').nth(1).click()
        await page.get_by_role('dialog').wait_for(state='detached')
        await studio.take(page, 'veil-lifted')
    async with studio.person('admin1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/audit')
        await page.locator('[data-state=whole]').wait_for()
        await studio.take(page, 'audit')


async def settings(studio: Studio) -> None:
    """Queues, people and skills, their forms, and what the invited sees."""
    async with studio.person('admin1') as context:
        page = await context.new_page()
        place = f'{studio.centre.address}/desk/settings'
        await page.goto(place)
        await page.locator('.desk-settings-name').first.click()
        await page.locator('.desk-form').wait_for()
        await studio.take(page, 'settings-queue')
        await page.goto(f'{place}/skills')
        await page.locator('.desk-settings-list .desk-primary').wait_for()
        await studio.take(page, 'settings-skills')
        await page.goto(f'{place}/people')
        await page.locator('.desk-settings-name').first.click()
        await page.locator('.desk-form').wait_for()
        await studio.take(page, 'settings-person')
    await invitation(studio)


async def replies(studio: Studio) -> None:
    """자주 쓰는 답변: their screen, the list over the reply box, and the questions for blanks."""
    async with studio.person('agent1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/replies')
        await page.locator('.desk-settings-name').first.click()
        await page.locator('.desk-settings-side .desk-button').first.wait_for()
        await studio.take(page, 'replies')
        await page.goto(f'{studio.centre.address}/desk')
        await studio.reaches_list(page)
        await page.keyboard.press('2')
        await page.locator('.desk-row-open').first.click()
        box = page.locator('.desk-reply-text:visible')
        await box.fill('/')
        await page.get_by_role('option').first.wait_for()
        await studio.take(page, 'replies-list')
        await box.fill('/지연')
        await page.keyboard.press('Enter')
        await page.locator('.desk-canned-blanks').wait_for()
        await studio.take(page, 'replies-blanks')


async def invitation(studio: Studio) -> None:
    """Somebody is invited, and sets a password that is too short."""
    name = f'{studio.size}-{studio.theme}-{studio.language}'
    async with studio.person('admin1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/settings/people')
        await page.locator('.desk-settings-head button').click()
        await page.locator('.desk-form [type=submit]').click()
        await page.locator('.desk-field-error').first.wait_for()
        await studio.take(page, 'settings-invite-refused')
        link = await studio.invites(page, '이', '하윤', name)
        await studio.take(page, 'settings-link')
    async with studio.person() as context:
        page = await context.new_page()
        await page.goto(link)
        await page.locator('#password').fill('short')
        await page.locator('#repeated').fill('short')
        await page.keyboard.press('Enter')
        await page.locator('.field-error').wait_for()
        await studio.take(page, 'invite')


async def customers(studio: Studio) -> None:
    """Finding customers, their table, and one of them whole."""
    async with studio.person('supervisor1') as context:
        desk = DeskScreen(await context.new_page(), studio.centre.address)
        page = desk.page
        await page.goto(f'{studio.centre.address}/desk/customers')
        await desk.settles()
        await page.locator('.desk-table tbody tr').first.wait_for()
        await studio.take(page, 'customers')
        box = page.locator('.desk-top .desk-search-text')
        await box.fill('ㄱ')
        await page.locator('.desk-table mark').first.wait_for()
        await studio.take(page, 'customers-found')
        await box.fill('뷁뷁')
        await page.locator('.desk-list-foot .desk-empty').wait_for()
        await studio.take(page, 'customers-none')


async def customer(studio: Studio) -> None:
    """One customer whole: card, timeline, form."""
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/customers')
        await page.locator('.desk-table tbody a').first.click()
        await page.locator('.desk-entry').first.wait_for()
        await studio.take(page, 'customer')
        if await (read := page.locator('[data-act=open]')).count():
            await read.first.click()
            await page.locator('.desk-earlier-transcript .desk-bubble').first.wait_for()
            await studio.take(page, 'customer-transcript')
        await page.locator('.desk-person-head button').first.click()
        await page.locator('.desk-form').wait_for()
        await studio.take(page, 'customer-form')
        await page.locator('.desk-top .desk-search-text').fill('김')
        await page.locator('.desk-search-option').first.wait_for()
        await studio.take(page, 'search')
        await page.goto(f'{studio.centre.address}/desk/customers/new')
        await page.locator('.desk-form [type=submit]').click()
        await page.locator('.desk-field-error').first.wait_for()
        await studio.take(page, 'customer-new-refused')


async def sentiment(studio: Studio) -> None:
    """A conversation whose customer is upset, what a supervisor hears of it, and the history."""
    async with (
        studio.person() as visitor,
        studio.person('agent1') as staff,
        studio.person('supervisor1') as boss,
    ):
        page = await visitor.new_page()
        await page.goto(f'{studio.centre.address}/talk')
        await _fill_in(page)
        watching = await boss.new_page()
        await watching.goto(f'{studio.centre.address}/desk')
        await watching.locator('.desk-row').first.wait_for()
        desk = await _taken(studio, staff)
        lines = (
            '지난번에는 친절하셔서 감사했어요',
            '주문 번호는 20261129예요',
            '그런데 너무 늦어서 화가 나요',
        )
        for text in (*lines, '정말 답답하고 실망이에요', '최악이네요 환불해 주세요'):
            await page.locator('textarea').fill(text)
            await page.locator('textarea').press('Enter')
        await desk.locator('.desk-message .desk-tone').nth(4).wait_for()
        await studio.take(desk, 'sentiment')
        await watching.locator('.desk-toast').first.wait_for()
        await studio.take(watching, 'sentiment-notice')
        await desk.goto(f'{studio.centre.address}/desk/history?sentiment=negative')
        await desk.locator('.desk-history-row').first.wait_for()
        await studio.take(desk, 'sentiment-history')
        await page.locator('.talk-head button.talk-button').click()
        await page.locator('.talk-card .talk-danger').click()
        await page.locator('.talk-ended').wait_for()


async def history(studio: Studio) -> None:
    """The history: all of it, words found in it, a contact beside it, and ways in which there is nothing."""
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        place = f'{studio.centre.address}/desk/history'
        await page.goto(place)
        await page.locator('.desk-history-row').first.wait_for()
        await studio.take(page, 'history')
        await page.goto(f'{place}?text=배송&period=30d')
        await page.locator('.desk-history-table mark').first.wait_for()
        await studio.take(page, 'history-found')
        await page.locator('.desk-history-row').first.click()
        await page.locator('[data-sought]').first.wait_for()
        await studio.take(page, 'history-contact')
        late = seed_people.seed_id('category 주문·배송 > 배송 > 지연')
        await page.goto(f'{place}?category={late}')
        await page.locator('.desk-history-row').first.click()
        await page.locator('.desk-written').wait_for()
        await page.locator('.desk-bubble').first.wait_for()
        await studio.take(page, 'history-category')
        await page.goto(f'{place}?text=뷁뷁')
        await page.locator('.desk-empty').first.wait_for()
        await studio.take(page, 'history-none')
        await page.goto(f'{place}?priority=unheard-of')
        await page.locator('.q-notification').first.wait_for()
        await studio.take(page, 'history-refused')
        await _take_out(studio, page, f'{place}?period=7d&priority=high')


async def imports(studio: Studio) -> None:
    """Bringing customers in: the file, its columns, and what a trial says of it."""
    sheet = HOME / '고객 명단.csv'
    sheet.write_text(SHEET, encoding='utf-8')
    async with studio.person('supervisor1') as context:
        desk = DeskScreen(await context.new_page(), studio.centre.address)
        page = desk.page
        await page.goto(f'{studio.centre.address}/desk/customers/import')
        await desk.settles()
        await studio.take(page, 'import')
        async with page.expect_file_chooser() as choosing:
            await page.locator('.desk-import > .desk-button').click()
        await (await choosing.value).set_files(sheet)
        await page.locator('.desk-import-columns').wait_for()
        await studio.take(page, 'import-columns')
        await page.locator('.desk-import-below .desk-actions button').click()
        await page.locator('.desk-import-figures').wait_for()
        await page.locator('.desk-import-figures').evaluate('it => it.scrollIntoView()')
        await studio.take(page, 'import-trial')
        await page.locator('.desk-import').evaluate('it => it.scrollTo(0, it.scrollHeight)')
        await studio.take(page, 'import-trial-end')
        await page.locator('.desk-import .q-checkbox').click()
        await page.locator('.desk-import-result .desk-primary').click()
        await page.locator('.desk-import-run button').first.wait_for()
        await page.locator('.desk-import').evaluate('it => it.scrollTo(0, it.scrollHeight)')
        await studio.take(page, 'import-done')
        await page.locator('.desk-import-run button').first.click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'import-undo')
        await page.locator('.desk-card .desk-danger').click()
        await page.get_by_role('dialog').wait_for(state='detached')


async def linking(studio: Studio) -> None:
    """A chat with somebody unknown: who may be meant, and the question before it is linked."""
    async with studio.person('agent1') as context:
        desk = DeskScreen(await context.new_page(), studio.centre.address)
        page = desk.page
        await page.goto(f'{studio.centre.address}/desk')
        await desk.settles()
        await page.keyboard.press('1')
        await page.locator(WAITING).first.wait_for()
        rows = page.locator('.desk-row-open')
        for place in range(await rows.count()):
            await rows.nth(place).click()
            if await page.locator('.desk-candidate').count():
                break
        await page.locator('.desk-candidate button').first.wait_for()
        await studio.take(page, 'link-candidates')
        await page.locator('.desk-candidate button').first.click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'link-question')
        await page.locator('.desk-card .desk-primary').click()
        await page.locator('.desk-unlink').wait_for()
        await studio.take(page, 'linked')
        await page.locator('.desk-unlink').click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'unlink-question')
        await page.locator('.desk-card .desk-primary').click()
        await page.locator('.desk-candidate').first.wait_for()


async def merge(studio: Studio) -> None:
    """Somebody who is twice on record, and what would become of the two."""
    twin = seed_people.seed_id(f'twin {seed_records.TWINS[0]}')
    async with studio.person('supervisor1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk/customers/{twin}')
        await page.locator('.desk-duplicates button').first.wait_for()
        await studio.take(page, 'customer-twice')
        await page.locator('.desk-duplicates button').first.click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'merge')
        await page.keyboard.press('Escape')
        await page.get_by_role('dialog').wait_for(state='detached')
        await page.locator('.desk-person-erase').click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, 'erase')


async def calls(studio: Studio) -> None:
    """A call from its ring to its end, with a colleague asked in between."""
    async with studio.person('agent1') as context:
        page = await context.new_page()
        await page.goto(f'{studio.centre.address}/desk')
        desk = page.frame_locator('#desk')
        await desk.locator('.desk-call[data-link="ready"]').wait_for()
        await desk.locator('.desk-title').click()
        await page.keyboard.press('g')
        await studio.take(page, 'call-none')
        await _ring(page)
        for state, key in (('ringing', 'Shift+A'), ('talking', 'Shift+H'), ('held', 'Shift+H')):
            await desk.locator(f'.desk-call[data-call="{state}"]').wait_for()
            await studio.take(page, f'call-{state}')
            await page.keyboard.press(key)
        await desk.locator('.desk-call[data-call="talking"]').wait_for()
        await page.keyboard.press('Shift+Q')
        await desk.locator('.desk-call .desk-protect [data-next]').wait_for()
        await studio.take(page, 'call-protection')
        await desk.locator('.desk-call .desk-protect .desk-quiet').first.click()
        await _ask_another(studio, page, desk)
        await page.keyboard.press('Shift+E')
        await desk.locator('.desk-call[data-call="wrap_up"]').wait_for()
        await studio.take(page, 'call-wrap-up')
        await page.keyboard.press('Shift+E')
        await desk.locator('.desk-call[data-call="none"]').wait_for()


async def _ring(page: Page) -> None:
    """Let a customer call the sandbox whose softphone stands in this window."""
    [ccp] = [frame.url for frame in page.frames if '/ccp-v2' in frame.url]
    call = {'number': '+821012345678', 'name': '홍길동', 'queue': DEPARTMENT}
    await page.context.request.post(f'{ccp.split("/ccp-v2")[0]}/_sandbox/calls', data=call)


async def _ask_another(studio: Studio, page: Page, desk: FrameLocator) -> None:
    """Ask the courier while the customer waits, and talk with both."""
    await page.keyboard.press('Shift+T')
    await desk.locator('.desk-places li').first.wait_for()
    await studio.take(page, 'call-places')
    await desk.locator('.desk-places input').fill('택배')
    await desk.locator('.desk-places li').nth(1).wait_for(state='hidden')
    await desk.locator('.desk-places li button').first.click()
    await desk.locator('.desk-call-legs li[data-state="connected"]').wait_for()
    await studio.take(page, 'call-consult')
    await page.keyboard.press('Shift+J')
    await desk.locator('.desk-call-legs li[data-state="connected"]').nth(1).wait_for()
    await studio.take(page, 'call-conference')


WITH_CONNECT = (calls, called_back, kept_files)
"""Drawn on a desk beside Connect in a box, in whose window the pages stand in a frame."""
SCREENS: dict[Callable[[Studio], Awaitable[None]], tuple[str, ...]] = {
    sign_in: ('wide', 'phone'),
    workspace: ('wide', 'small', 'phone'),
    floor: ('wide', 'small'),
    steering: ('wide', 'phone'),
    dashboard: ('wide', 'laptop', 'wall', 'phone'),
    reports: ('wide',),
    everybody: ('wide',),
    nothing: ('wide',),
    customers: ('wide', 'phone'),
    customer: ('wide', 'phone'),
    merge: ('wide', 'phone'),
    sentiment: ('wide', 'phone'),
    history: ('wide', 'small', 'phone'),
    imports: ('wide', 'phone'),
    linking: ('wide',),
    audit: ('wide',),
    settings: ('wide', 'phone'),
    replies: ('wide', 'phone'),
    conversation: ('wide', 'phone'),
    going_on: ('phone', 'wide'),
    more_settings: ('wide', 'phone'),
    talk: ('phone', 'wide'),
    left_messages: ('phone', 'wide'),
    crowded: ('phone', 'wide'),
    called_back: ('phone', 'wide'),
    restriction: ('wide', 'phone'),
    first_day: ('wide', 'small', 'phone'),
    kept_files: ('wide', 'phone'),
    calls: ('wide', 'small', 'phone'),
}


async def _dialogs(studio: Studio, page: Page) -> None:
    for place, name in enumerate(('sound', 'keys', 'profile')):
        await page.locator('button.desk-rail-item').nth(place).click()
        await page.get_by_role('dialog').wait_for()
        await studio.take(page, f'dialog-{name}')
        await page.keyboard.press('Escape')
        await page.get_by_role('dialog').wait_for(state='detached')
    await page.keyboard.press('e')
    await page.get_by_role('dialog').wait_for()
    await studio.take(page, 'dialog-end')
    await page.keyboard.press('Escape')
    await page.get_by_role('dialog').wait_for(state='detached')


async def _fill_in(page: Page) -> None:
    await page.locator('#consent').check()
    await page.locator('#name').fill('최유진')
    await page.locator('#phone').fill('010-9876-5432')
    await page.locator('#department').select_option(DEPARTMENT)
    await page.locator('.talk-form > button').click()
    await page.locator('textarea').wait_for()


async def _answer(studio: Studio, staff: BrowserContext, page: Page) -> None:
    """Take the customer's chat and answer, as the newest row of the list."""
    desk = await _taken(studio, staff)
    box = desk.locator('textarea')
    await box.fill('안녕하세요, 주문·배송 상담원 김서연입니다. 바로 확인해 드릴게요.')
    await box.press('Enter')
    await page.locator('.desk-theirs .desk-bubble').wait_for()
    await desk.close()


async def _taken(studio: Studio, staff: BrowserContext) -> Page:
    """Take the customer's chat; returns the tab in which it is open."""
    desk = await staff.new_page()
    await desk.goto(f'{studio.centre.address}/desk')
    await desk.keyboard.press('1')
    await desk.keyboard.press('g')
    await desk.locator('.desk-offer', has_text='최유진').get_by_role('button').last.click()
    await desk.locator('textarea').wait_for()
    return desk


async def _take_out(studio: Studio, page: Page, place: str) -> None:
    """Keep a view, and export what it shows."""
    await page.goto(place)
    await page.locator('.desk-history-views button').first.click()
    await page.get_by_role('dialog').wait_for()
    await studio.take(page, 'history-view')
    await page.keyboard.press('Escape')
    await page.get_by_role('dialog').wait_for(state='detached')
    await page.locator('.desk-history-actions button').click()
    await page.get_by_role('dialog').wait_for()
    await studio.take(page, 'export')
    await page.get_by_role('dialog').get_by_label('사유', exact=True).click()
    await page.get_by_role('option', name='업무 보고').click()
    async with page.expect_download():
        await page.locator('.desk-export .desk-primary').click()
    await page.locator('.desk-export .desk-primary').wait_for()
    await studio.take(page, 'export-done')


FILLING_SECONDS = 120.0
"""A desk whose home is empty makes its servers and fills them with the demo first."""
THEMES, LOCALES = ('light', 'dark'), ('ko', 'en')


def _looks(names: Sequence[str], sizes: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return size, theme and language of the pictures; of each, those among the names, or all when there are none."""
    kinds = (sizes, THEMES, LOCALES)
    return list(product(*([one for one in kind if one in names] or kind for kind in kinds)))


def _wanted(names: Sequence[str]) -> list[Callable[[Studio], Awaitable[None]]]:
    """Return the screens of these names; all when there are none."""
    known = {draw.__name__: draw for draw in SCREENS}
    names = [name for name in names if name not in {*SIZES, *THEMES, *LOCALES}]
    if unknown := set(names) - set(known):
        sys.exit(f'No such screen: {", ".join(sorted(unknown))}. There are: {", ".join(known)}.')
    return [draw for name, draw in known.items() if not names or name in names]


async def _draw(
    browser: Browser,
    settings: Settings,
    wanted: Sequence[Callable[[Studio], Awaitable[None]]],
    names: Sequence[str],
) -> None:
    if not wanted:
        return
    desk = LiveDesk(settings, log=HOME / 'errors.log')
    try:
        desk.start(seconds=FILLING_SECONDS)
        for draw in wanted:
            for size, theme, language in _looks(names, SCREENS[draw]):
                await draw(Studio(browser, Centre(desk.address), size, theme, language))
    finally:
        desk.stop()


async def main(names: Sequence[str]) -> None:
    """Draw the screens of these names; all when there are none."""
    wanted = _wanted(names)
    for folder in (HOME,) if names else (HOME, SHOTS):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in (HOME / 'desk', SHOTS):
        folder.mkdir(parents=True, exist_ok=True)
    if (library := Settings().desk_home / 'vendor').exists():  # Amazon's, got before
        (HOME / 'desk' / 'vendor').symlink_to(library.absolute())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=list(chromium.LAUNCH_ARGS)
        )
        with running_box(HOME) as box:
            settings = Settings(
                _env_file=None,
                desk_home=HOME / 'desk',
                connect_sandbox=False,
                aws_endpoint_url_comprehend=box.url,
            )
            await _draw(
                browser, settings, [draw for draw in wanted if draw not in WITH_CONNECT], names
            )
        with_connect = Settings(_env_file=None, desk_home=HOME / 'desk')
        await _draw(browser, with_connect, [draw for draw in wanted if draw in WITH_CONNECT], names)
        await browser.close()
    print(f'{len(list(SHOTS.glob("*.png")))} pictures are in {SHOTS.relative_to(ROOT)}/')


if __name__ == '__main__':
    asyncio.run(main(sys.argv[1:]))
