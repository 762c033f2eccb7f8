"""The reply box in a real browser: Hangul in every order of events, and sends that nothing can lose."""

from typing import Any, cast

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.parts.conftest import Part, settled, until
from tests.support.browser.hangul import compose, press_enter

GREETING = '안녕하세요'


def box(page: Page) -> Locator:
    return page.get_by_role('textbox', name='메시지')


async def open_box(page: Page, part: Part, **query: object) -> None:
    await page.goto(part.url('/reply', **query))
    await settled(page)
    await expect(box(page)).to_be_visible()


async def sent_texts(part: Part) -> list[str]:
    return [cast('dict[str, Any]', send)['text'] for send in await part.told('send')]


async def only_send(part: Part) -> dict[str, Any]:
    [send] = await part.hears('send', 1)
    return cast('dict[str, Any]', send)


async def test_enter_while_composing_then_commit_sends_once(
    page: Page, context: BrowserContext, part: Part
) -> None:
    await open_box(page, part)
    cdp = await context.new_cdp_session(page)
    await box(page).focus()

    await compose(cdp, GREETING, leave_open=True)
    await press_enter(cdp, code=229)
    await cdp.send('Input.insertText', {'text': '요'})

    await part.hears('send', 1)
    await expect(box(page)).to_have_value('')
    await box(page).press('Enter')
    await box(page).fill('끝')
    await box(page).press('Enter')
    await part.hears('send', 2)
    assert await sent_texts(part) == [GREETING, '끝']


async def test_process_key_commit_then_enter_sends_once(
    page: Page, context: BrowserContext, part: Part
) -> None:
    await open_box(page, part)
    cdp = await context.new_cdp_session(page)
    await box(page).focus()

    await compose(cdp, GREETING, leave_open=True)
    await press_enter(cdp, key='Process', code=229)
    await cdp.send('Input.insertText', {'text': '요'})
    await press_enter(cdp)

    await part.hears('send', 1)
    await expect(box(page)).to_have_value('')
    await box(page).fill('감사')
    await box(page).press('Enter')
    await part.hears('send', 2)
    assert await sent_texts(part) == [GREETING, '감사']


async def test_commit_then_enter_sends_once(
    page: Page, context: BrowserContext, part: Part
) -> None:
    await open_box(page, part)
    cdp = await context.new_cdp_session(page)
    await box(page).focus()

    await compose(cdp, GREETING, leave_open=False)
    await press_enter(cdp)

    assert (await only_send(part))['text'] == GREETING
    await expect(box(page)).to_have_value('')


async def test_safari_order_sends_once(page: Page, part: Part) -> None:
    await open_box(page, part)
    await box(page).focus()

    await page.evaluate("""() => {
        const box = document.querySelector('textarea');
        const tell = (Kind, name, more) =>
            box.dispatchEvent(new Kind(name, { bubbles: true, cancelable: true, ...more }));
        tell(CompositionEvent, 'compositionstart', { data: '' });
        box.value = '안녕하세요';
        tell(InputEvent, 'input', { inputType: 'insertCompositionText', isComposing: true });
        tell(CompositionEvent, 'compositionend', { data: '요' });
        tell(KeyboardEvent, 'keydown', { key: 'Enter', code: 'Enter', keyCode: 229 });
    }""")

    assert (await only_send(part))['text'] == GREETING
    await expect(box(page)).to_have_value('')
    await box(page).fill('끝')
    await box(page).press('Enter')
    await part.hears('send', 2)
    assert await sent_texts(part) == [GREETING, '끝']


@pytest.mark.parametrize(
    ('composed', 'chosen'),
    [
        ('한', '漢'),  # by the Hanja key
        ('ㅁ', '※'),
        ('かんじ', '漢字'),
        ('かな', 'かな'),  # kana that stay kana
        ('ni hao', '你好'),
        ('nihao', 'nihao'),
    ],
)
async def test_enter_that_chooses_a_candidate_sends_nothing(
    page: Page, context: BrowserContext, part: Part, composed: str, chosen: str
) -> None:
    await open_box(page, part)
    cdp = await context.new_cdp_session(page)
    await box(page).focus()

    await cdp.send(
        'Input.imeSetComposition',
        {'text': composed, 'selectionStart': len(composed), 'selectionEnd': len(composed)},
    )
    await press_enter(cdp, code=229)
    await cdp.send('Input.insertText', {'text': chosen})
    await compose(cdp, '입니다', leave_open=True)
    await press_enter(cdp, code=229)
    await cdp.send('Input.insertText', {'text': '다'})

    assert (await only_send(part))['text'] == f'{chosen}입니다'
    await expect(box(page)).to_have_value('')


@pytest.mark.parametrize('chosen', ['かな', '漢'])
async def test_safari_order_of_a_candidate_sends_nothing(
    page: Page, part: Part, chosen: str
) -> None:
    await page.clock.install()
    await open_box(page, part)
    await box(page).focus()

    await page.evaluate(
        """chosen => {
            const box = document.querySelector('textarea');
            const tell = (Kind, name, more) =>
                box.dispatchEvent(new Kind(name, { bubbles: true, cancelable: true, ...more }));
            tell(CompositionEvent, 'compositionstart', { data: '' });
            tell(CompositionEvent, 'compositionupdate', { data: '한' });
            box.value = chosen;
            tell(InputEvent, 'input', { inputType: 'insertCompositionText', isComposing: true });
            tell(CompositionEvent, 'compositionend', { data: chosen });
            tell(KeyboardEvent, 'keydown', { key: 'Enter', code: 'Enter', keyCode: 229 });
        }""",
        chosen,
    )
    await page.clock.run_for(100)  # whatever waits has its turn
    await page.keyboard.type('!')
    await box(page).press('Enter')

    assert (await only_send(part))['text'] == f'{chosen}!'


async def test_enter_of_a_phone_without_a_key_sends_once(page: Page, part: Part) -> None:
    await open_box(page, part)
    await box(page).fill('네')

    made_a_line = await page.evaluate("""() => document.querySelector('textarea').dispatchEvent(
        new InputEvent('beforeinput', { inputType: 'insertLineBreak', bubbles: true, cancelable: true })
    )""")

    assert not made_a_line
    assert (await only_send(part))['text'] == '네'


async def test_shift_enter_makes_a_line(page: Page, part: Part) -> None:
    await open_box(page, part)
    await box(page).focus()

    await page.keyboard.type('첫 줄')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('둘째 줄')
    await page.keyboard.press('Enter')

    assert (await only_send(part))['text'] == '첫 줄\n둘째 줄'


async def test_blank_text_is_not_sent(page: Page, part: Part) -> None:
    await open_box(page, part)

    await box(page).fill('  \n ')
    await box(page).press('Enter')
    await page.get_by_role('button', name='전송').click()
    await box(page).fill('말')
    await page.get_by_role('button', name='전송').click()

    await part.hears('send', 1)
    assert await sent_texts(part) == ['말']


async def test_send_says_what_its_writer_had_seen(page: Page, part: Part) -> None:
    await open_box(page, part)
    await part.call('add_message', 7)
    await expect(page.get_by_text('message 7')).to_be_visible()

    await box(page).fill('네')
    await box(page).press('Enter')

    assert (await only_send(part))['seen'] == 7


async def test_typed_text_and_caret_survive_the_server(page: Page, part: Part) -> None:
    await open_box(page, part, text='안녕')
    await expect(box(page)).to_have_value('안녕')
    await box(page).press('Home')
    await page.keyboard.type('네, ')

    await part.call('close', '종료된 상담입니다')
    await expect(page.get_by_text('종료된 상담입니다')).to_be_visible()
    await expect(page.get_by_role('button', name='전송')).to_be_disabled()
    await part.call('reopen')
    await expect(page.get_by_text('종료된 상담입니다')).to_be_hidden()

    await expect(box(page)).to_have_value('네, 안녕')
    assert await box(page).evaluate('box => box.selectionStart') == 3


async def test_typed_text_survives_a_redrawn_box(page: Page, part: Part) -> None:
    await open_box(page, part)
    await box(page).fill('쓰던 말')
    await part.hears('draft', 1)
    await page.evaluate("() => document.querySelector('textarea').setAttribute('data-old', '1')")

    await part.call('listen_late')

    await expect(page.locator('textarea:not([data-old])')).to_have_value('쓰던 말')


async def test_set_draft_spares_whoever_writes(page: Page, part: Part) -> None:
    await open_box(page, part)
    await part.call('set_draft', '다른 탭에서')
    await expect(box(page)).to_have_value('다른 탭에서')
    await box(page).focus()

    await part.call('set_draft', '또 다른 말')
    await part.call('fail', '00000000-0000-4000-8000-000000000000', 'nothing such is pending')
    await part.call('add_message', 9)

    await expect(page.get_by_text('message 9')).to_be_visible()
    await expect(box(page)).to_have_value('다른 탭에서')


async def test_restore_puts_text_before_what_is_typed(page: Page, part: Part) -> None:
    await open_box(page, part)
    await box(page).fill('뒤')

    await part.call('restore', '앞')

    await expect(box(page)).to_have_value('앞\n뒤')
    assert await box(page).evaluate('box => box.selectionStart') == 3


async def test_restore_waits_for_the_syllable(
    page: Page, context: BrowserContext, part: Part
) -> None:
    await open_box(page, part)
    cdp = await context.new_cdp_session(page)
    await box(page).focus()
    await compose(cdp, '요', leave_open=True)

    await part.call('restore', '앞')
    await part.call('add_message', 9)
    await expect(page.get_by_text('message 9')).to_be_visible()
    await expect(box(page)).to_have_value('요')
    await cdp.send('Input.insertText', {'text': '요'})

    await expect(box(page)).to_have_value('앞\n요')


async def test_draft_and_typing_are_told(page: Page, part: Part) -> None:
    await open_box(page, part)

    await box(page).press_sequentially('hello there')
    await part.hears('draft', 1)
    await box(page).press('!')
    await box(page).blur()
    await part.hears('draft', 2)

    assert await part.told('draft') == ['hello there', 'hello there!']
    assert len(await part.told('typing')) == 1


async def test_settled_send_leaves(page: Page, part: Part) -> None:
    await open_box(page, part)
    await box(page).fill('말')
    await box(page).press('Enter')
    await expect(page.get_by_role('listitem')).to_contain_text('전송중')

    await part.call('settle', (await only_send(part))['id'])

    await expect(page.get_by_role('listitem')).to_have_count(0)
    await page.reload()
    await settled(page)
    await expect(page.get_by_role('listitem')).to_have_count(0)


async def test_failed_send_is_explained_and_sent_again(page: Page, part: Part) -> None:
    await open_box(page, part)
    await box(page).fill('말')
    await box(page).press('Enter')
    first = await only_send(part)

    await part.call('fail', first['id'], '너무 자주 보냈습니다')
    await expect(page.get_by_role('listitem')).to_contain_text('너무 자주 보냈습니다')
    await page.get_by_role('button', name='다시 보내기').click()

    assert await part.hears('send', 2) == [first, first]
    await part.call('fail', first['id'], '종료된 상담입니다')
    await page.get_by_role('button', name='지우기').click()
    await expect(page.get_by_role('listitem')).to_have_count(0)


async def test_held_send_goes_on_with_what_is_seen_now(page: Page, part: Part) -> None:
    await open_box(page, part)
    await box(page).fill('말')
    await box(page).press('Enter')
    first = await only_send(part)
    await part.call('add_message', 4)
    await part.call('hold', first['id'], '동료가 먼저 답했습니다')

    await expect(page.get_by_role('listitem')).to_contain_text('동료가 먼저 답했습니다')
    await page.get_by_role('button', name='그대로 보내기').click()

    assert await part.hears('send', 2) == [first, {**first, 'seen': 4}]


async def test_held_send_goes_back_to_be_changed(page: Page, part: Part) -> None:
    await open_box(page, part)
    await box(page).fill('먼저 쓴 말')
    await box(page).press('Enter')
    await part.call('hold', (await only_send(part))['id'], '동료가 먼저 답했습니다')
    await box(page).fill('지금 쓰는 말')

    await page.get_by_role('button', name='고치기').click()

    await expect(box(page)).to_have_value('먼저 쓴 말\n지금 쓰는 말')
    await expect(page.get_by_role('listitem')).to_have_count(0)


async def test_pending_survives_a_reload_with_its_id(page: Page, part: Part) -> None:
    await open_box(page, part)
    for text in ('하나', '둘'):
        await box(page).fill(text)
        await box(page).press('Enter')
    before = await part.hears('send', 2)

    await page.reload()
    await settled(page)

    await expect(page.get_by_role('listitem')).to_have_count(2)
    assert await part.hears('send', 4) == before * 2


async def test_send_without_a_server_waits_and_goes_once(
    page: Page, context: BrowserContext, part: Part
) -> None:
    await open_box(page, part)
    await context.set_offline(True)
    await page.evaluate('() => window.socket.io.engine.close()')
    await until(lambda: page.evaluate('() => !window.socket.connected'))

    await box(page).fill('끊긴 동안')
    await box(page).press('Enter')
    await expect(page.get_by_role('listitem')).to_contain_text('연결되면 전송됩니다')
    await box(page).fill('쓰던 말')
    assert await part.told('send') == []
    await context.set_offline(False)

    sent = await only_send(part)
    assert sent['text'] == '끊긴 동안'
    await expect(page.get_by_role('listitem')).to_contain_text('전송중')
    await part.call('settle', sent['id'])
    await expect(page.get_by_role('listitem')).to_have_count(0)
    assert (await part.hears('draft', 1))[-1] == '쓰던 말'
    await expect(box(page)).to_have_value('쓰던 말')
    assert await part.told('send') == [sent]


async def test_words_typed_without_a_server_survive_a_reload(page: Page, part: Part) -> None:
    await open_box(page, part, text='저장된 말')
    await page.evaluate('() => window.socket.disconnect()')
    await box(page).fill('듣지 못한 말')

    await page.reload()
    await settled(page)

    await expect(box(page)).to_have_value('듣지 못한 말')
    assert await part.hears('draft', 1) == ['듣지 못한 말']


async def test_two_tabs_show_and_settle_the_same_sends(
    page: Page, context: BrowserContext, part: Part
) -> None:
    other = await context.new_page()
    await open_box(page, part)
    await open_box(other, part)

    await box(page).fill('한 번')
    await box(page).press('Enter')
    sent = await only_send(part)
    await expect(other.get_by_role('listitem')).to_contain_text('한 번')
    await part.call('settle', sent['id'])

    await expect(page.get_by_role('listitem')).to_have_count(0)
    await expect(other.get_by_role('listitem')).to_have_count(0)
    assert await part.told('send') == [sent]


async def test_box_grows_to_six_lines(page: Page, part: Part) -> None:
    await open_box(page, part)
    height = 'box => box.offsetHeight'
    one = await box(page).evaluate(height)

    await box(page).fill('\n' * 3)
    four = await box(page).evaluate(height)
    await box(page).fill('\n' * 5)
    six = await box(page).evaluate(height)
    await box(page).fill('\n' * 20)
    most = await box(page).evaluate(height)
    await box(page).fill('')

    assert one < four < six == most
    assert await box(page).evaluate(height) == one


async def test_too_long_text_is_counted_and_kept(page: Page, part: Part) -> None:
    await open_box(page, part)

    await box(page).fill('가' * 80)
    await expect(page.get_by_role('status')).to_have_count(0)
    await box(page).fill('가' * 95)
    await expect(page.get_by_role('status')).to_contain_text('95 / 100')
    await box(page).fill('가' * 101)
    await expect(page.get_by_role('status')).to_contain_text('너무 깁니다 101 / 100')
    await box(page).press('Enter')
    await expect(box(page)).to_have_value('가' * 101)
    await box(page).fill('가' * 98 + '😀😀')
    await box(page).press('Enter')

    await part.hears('send', 1)
    assert await sent_texts(part) == ['가' * 98 + '😀😀']


async def test_sent_message_rests_and_can_be_taken_back(page: Page, part: Part) -> None:
    await open_box(page, part, undo=2)
    await box(page).fill('잘못 보낸 말')
    await box(page).press('Enter')
    await expect(page.get_by_text('곧 전송됩니다')).to_be_visible()

    await box(page).press('Control+z')
    await expect(box(page)).to_have_value('잘못 보낸 말')
    await box(page).fill('바로잡은 말')
    await box(page).press('Enter')

    assert (await only_send(part))['text'] == '바로잡은 말'
