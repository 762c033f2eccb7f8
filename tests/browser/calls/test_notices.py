"""알림 by the operating system: a ring is told of while the desk cannot be seen, without a word about whom."""

from typing import Any

from playwright.async_api import Page, expect

from services.chats.visits import ChatStart
from services.registry import Services
from tests.browser.calls.conftest import Phones
from tests.browser.conftest import Contexts
from tests.support.browser.calling import CallScreen, at_the_phone, until
from tests.support.browser.people import Centre
from tests.support.sandbox.box import Box

WATCH = """
(() => {
  let hidden = false;
  Object.defineProperty(Document.prototype, 'hidden', { get: () => hidden });
  Object.defineProperty(Document.prototype, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') });
  window.hide = (now) => { hidden = now; document.dispatchEvent(new Event('visibilitychange')); };
  window.told = [];
  const Real = window.Notification;
  window.Notification = class extends Real {
    static get permission() {
      return 'granted';
    }
    constructor(title, more) {
      super(title, more);
      window.told.push(this);
    }
    close() {
      this.isClosed = true;
      super.close();
    }
  };
})();
"""
"""The headless shell hides no tab and always denies notifications: the page is told otherwise, and notes what it asked to show."""
SHOWN = 'told.filter((one) => !one.isClosed).map(({title, body, tag}) => [title, body, tag])'


async def shown(page: Page, expected: list[Any]) -> None:
    """Wait until these notifications stand on the screen."""

    async def are_there() -> bool:
        return bool(await page.evaluate(SHOWN) == expected)

    try:
        await until(are_there)
    except AssertionError:
        assert await page.evaluate(SHOWN) == expected


async def seated(centre: Centre, person: Contexts) -> CallScreen:
    """agent1, in a browser that allows notifications."""
    context = await person(permissions=['microphone', 'notifications'])
    await context.add_init_script(WATCH)
    phone = await at_the_phone(centre, context, 'agent1')
    await phone.chooses('상담 가능')
    return phone


CALL = ['전화가 왔습니다', '누르면 상담 데스크가 열립니다', 'desk-calls']


async def test_call_is_told_of_while_the_desk_is_hidden_and_a_press_leads_to_it(
    centre: Centre, person: Contexts, box: Box
) -> None:
    phone = await seated(centre, person)
    page = phone.page
    contact_id = box.ring()
    await phone.is_in('ringing')
    await shown(page, [])

    await page.evaluate('hide(true)')
    await shown(page, [CALL])
    assert contact_id not in str(await page.evaluate(SHOWN))
    await phone.desk.evaluate('window.isOld = true; location.reload()')
    await phone.desk.wait_for_function('!window.isOld && window.did_handshake')
    await phone.is_in('ringing')
    await shown(page, [CALL])
    focused = await page.evaluate(
        '() => new Promise((done) => { window.focus = () => done(true); told.at(-1).onclick(); })'
    )
    assert focused
    await shown(page, [])

    await page.evaluate('hide(false)')
    await phone.presses('수락')
    await page.evaluate('hide(true)')
    await phone.is_in('talking')
    await shown(page, [])


async def test_notice_goes_with_the_ring_and_can_be_turned_off(
    centre: Centre, person: Contexts, box: Box, services: Services
) -> None:
    phone = await seated(centre, person)
    page = phone.page
    await page.evaluate('hide(true)')
    form = ChatStart(name='최유진', phone='01098765432', department='주문·배송')
    chat = (await services.visits.start(form)).chat
    await shown(page, [['새 상담이 왔습니다', '누르면 상담 데스크가 열립니다', 'desk-chats']])
    await services.visits.leave(chat.id)
    await shown(page, [])
    contact_id = box.ring()
    await shown(page, [CALL])
    box.hand('POST', f'contacts/{contact_id}/hang-up')
    await shown(page, [])

    await phone.desk.get_by_role('button', name='소리').click()
    await phone.desk.get_by_role('switch', name='화면이 가려졌을 때 알림').click()
    await page.keyboard.press('Escape')
    box.ring()
    await phone.is_in('ringing')
    assert await page.evaluate('told.length') == 2


async def test_agent_is_asked_once_for_the_permission(
    centre: Centre, person: Contexts, phone_of: Phones
) -> None:
    del phone_of
    context = await person(permissions=['microphone'])
    await context.add_init_script(
        """Object.defineProperty(Notification, 'permission', { get: () => window.allowed ?? 'default' });
        Notification.requestPermission = async () => (window.allowed = 'granted');"""
    )
    phone = await at_the_phone(centre, context, 'agent1')
    await (
        phone.desk.get_by_role('dialog', name='통화 준비')
        .get_by_role('button', name='알림 허용')
        .click()
    )
    await until(lambda: phone.page.evaluate("window.allowed === 'granted'"))

    await phone.page.evaluate('delete window.allowed')
    await phone.page.reload()
    await phone.is_ready()

    await expect(phone.desk.locator('.desk-status-now')).to_be_visible()
    await expect(phone.desk.get_by_role('dialog', name='통화 준비')).to_have_count(0)


async def test_two_hidden_tabs_tell_of_a_call_once_and_the_other_goes_on_when_one_is_closed(
    centre: Centre, person: Contexts, box: Box
) -> None:
    phone = await seated(centre, person)
    other = await CallScreen(await phone.page.context.new_page(), phone.address).opens()
    pages = [phone.page, other.page]
    for page in pages:
        await page.evaluate('hide(true)')
    box.ring()

    async def told() -> list[Any]:
        return [one for page in pages for one in await page.evaluate(SHOWN)]

    await until(lambda: _is(told(), [CALL]))
    await phone.is_in('ringing')
    assert await told() == [CALL]
    [first] = [page for page in pages if await page.evaluate(SHOWN)]
    pages.remove(first)
    if first is phone.page:  # the other has the call by itself
        await first.close()
        await until(lambda: _is(told(), [CALL]))
        return
    await first.close()
    await until(lambda: _is(told(), [CALL]))
    await phone.page.evaluate('hide(false)')
    await phone.presses('수락')
    await phone.page.evaluate('hide(true)')
    await phone.is_in('talking')
    assert await told() == []


async def _is(told: Any, expected: list[Any]) -> bool:
    return bool(await told == expected)


async def test_tab_tells_when_another_one_that_does_not_ring_is_hidden_too(
    centre: Centre, person: Contexts, box: Box
) -> None:
    phone = await seated(centre, person)
    other = await phone.page.context.new_page()
    await other.goto(phone.page.url)
    await other.evaluate('softphone.notices.want = () => {}')
    await phone.page.evaluate('hide(true)')
    box.ring()
    await phone.is_in('ringing')
    assert await phone.page.evaluate(SHOWN) == []

    await other.evaluate('hide(true)')

    await shown(phone.page, [CALL])
