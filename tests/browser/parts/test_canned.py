"""Canned replies in a real browser: found by keys alone while Hangul is composed, filled, and put at the caret."""

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.parts.conftest import Part, settled
from tests.browser.parts.test_reply_box import box, sent_texts
from tests.support.browser.hangul import compose, press_enter

LISTED = """async (query) => {
  const box = document.querySelector('textarea');
  const begin = performance.now();
  box.value = query;
  box.setSelectionRange(query.length, query.length);
  box.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await new Promise(requestAnimationFrame);
  await new Promise((done) => setTimeout(done));
  return performance.now() - begin;
}"""


def options(page: Page) -> Locator:
    return page.get_by_role('option')


async def open_box(page: Page, part: Part, **query: object) -> None:
    await page.goto(part.url('/canned', **query))
    await settled(page)
    await box(page).focus()


async def test_reply_is_found_while_a_syllable_is_composed_and_put_at_the_caret(
    page: Page, context: BrowserContext, part: Part
) -> None:
    await open_box(page, part, text='네, 고객님. \n감사합니다.')
    cdp = await context.new_cdp_session(page)
    await page.evaluate("document.querySelector('textarea').setSelectionRange(8, 8)")

    await page.keyboard.type('/')
    await expect(options(page).first).to_contain_text('첫인사')  # its own uses are the most
    await compose(cdp, 'ㅊㅇㅅ', leave_open=True)
    await expect(options(page)).to_have_count(1)
    await press_enter(cdp, code=229)
    await cdp.send('Input.insertText', {'text': 'ㅅ'})

    greeting = '안녕하세요, 최{상담원명}님. 김서연입니다. {회사}'  # no value is filled again, no unknown name lost
    await expect(box(page)).to_have_value(f'네, 고객님. {greeting}\n감사합니다.')
    assert await box(page).evaluate('box => box.selectionStart') == 8 + len(greeting)
    await expect(box(page)).to_be_focused()
    await part.hears('used', 1)
    assert await sent_texts(part) == []
    await page.keyboard.press('Control+z')
    await expect(box(page)).to_have_value('네, 고객님. /ㅊㅇㅅ\n감사합니다.')


async def test_blanks_are_asked_for_once_each_and_none_stays_empty(page: Page, part: Part) -> None:
    await open_box(page, part)

    await page.keyboard.type(
        '/qothd'
    )  # 배송 on the wrong layout; 결제's own reply is not for this chat
    await expect(options(page)).to_have_count(1)
    await page.keyboard.press('Enter')
    asked = page.get_by_role('group', name='배송 지연')
    await expect(asked.get_by_role('textbox')).to_have_count(2)
    await page.keyboard.type('1234')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await expect(asked.get_by_role('alert')).to_have_text('빈칸을 모두 채우세요')
    await page.keyboard.type('내일')
    await page.keyboard.press('Enter')

    text = '주문번호 1234 건은 내일에 도착해요.\n1234 확인 부탁드려요.'
    await expect(box(page)).to_have_value(text)
    await page.keyboard.press('Enter')
    await part.hears('send', 1)
    assert await sent_texts(part) == [text]


async def test_esc_goes_back_one_step_and_the_language_can_be_changed(
    page: Page, part: Part
) -> None:
    await open_box(page, part, english=True)

    await page.keyboard.type('/late')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await expect(box(page)).to_be_focused()
    await expect(box(page)).to_have_value('/late')
    await expect(options(page)).to_have_count(0)
    await page.keyboard.type('r')
    await expect(options(page)).to_have_count(0)  # closed until the next slash
    await page.keyboard.press('Enter')
    await part.hears('send', 1)
    assert await sent_texts(part) == ['/later']
    await page.keyboard.type('/없는답변')
    await expect(page.get_by_role('status')).to_have_text('찾는 답변이 없습니다')
    await page.keyboard.press('Enter')
    await expect(box(page)).to_have_value('/없는답변')  # not sent by a slip
    await box(page).fill('')
    await page.keyboard.type('/late')
    await page.keyboard.press('Shift+Enter')
    await expect(page.get_by_role('textbox', name='도착일')).to_be_visible()


async def test_list_opens_at_a_slash_of_its_own_only_and_within_100_ms(
    page: Page, part: Part
) -> None:
    await open_box(page, part)

    for text in ('그리고/또는', 'https://a.kr', '11/30', '/usr/bin', '가 / 나', '/ ㄱ'):
        await box(page).fill('')
        await page.keyboard.type(text)
        await expect(options(page)).to_have_count(0)
    await box(page).fill('')
    await page.get_by_role('button', name='자주 쓰는 답변').click()
    await expect(options(page)).to_have_count(50)
    await expect(page.get_by_role('status')).to_have_text('그 밖에 1953개')
    await page.keyboard.press('ArrowUp')
    await expect(options(page).last).to_have_attribute('aria-selected', 'true')
    texts = ('/', '/교', '/교환', '/ㄱㅎ', '/채움1', '/ryghks')
    took = [await page.evaluate(LISTED, text) for text in texts]
    assert sorted(took)[len(took) // 2] < 100, took


@pytest.mark.parametrize('width', [390])
async def test_list_fits_a_phone(page: Page, part: Part, width: int) -> None:
    await page.set_viewport_size({'width': width, 'height': 700})
    await open_box(page, part)
    await page.keyboard.type('/')
    await expect(options(page).first).to_be_visible()
    assert await page.evaluate('document.documentElement.scrollWidth') <= width
