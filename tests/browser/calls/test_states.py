"""The one 상담 상태: chosen on the desk it shows at Connect, chosen at Connect it shows on the desk."""

from playwright.async_api import expect

from desk import clock
from services.registry import Services
from tests.browser.calls.conftest import Phones
from tests.browser.calls.test_calls import talking
from tests.support.browser.calling import CallScreen, until
from tests.support.make import Make
from tests.support.sandbox.box import AVAILABLE, LUNCH, OFFLINE, Box, seed_id


def shown(box: Box, username: str = 'agent1') -> str:
    """Return an agent's status at Connect, by name."""
    agents = {one['username']: one for one in box.hand('GET', 'agents')}
    return str(agents[username]['status'])


async def test_choice_on_the_desk_is_connects_too(phone_of: Phones, box: Box) -> None:
    phone = await phone_of(status='')

    for choice, wanted in (
        ('상담 가능', '상담 가능'),
        ('이석 · 식사', '점심'),
        ('오프라인', '오프라인'),
    ):
        await phone.chooses(choice)

        async def is_so(wanted: str = wanted) -> bool:
            return shown(box) == wanted

        await until(is_so)


async def test_choice_at_connect_is_the_desks_too(phone: CallScreen, box: Box) -> None:
    now = phone.desk.locator('.desk-status-now')

    async def are_in_step(status: str) -> None:
        """Wait until the desk no longer tells Connect what its agent has chosen."""
        await expect(phone.desk.locator(f'[data-in-step="{status}"]')).to_be_attached()

    await are_in_step('상담 가능')
    box.set_status('agent1', LUNCH)
    await expect(now).to_contain_text('이석 · 식사')
    await are_in_step('점심')
    box.set_status('agent1', OFFLINE)
    await expect(now).to_contain_text('오프라인')
    await are_in_step('오프라인')
    box.set_status('agent1', AVAILABLE)

    await expect(now).to_contain_text('상담 가능')


async def test_state_chosen_in_a_call_comes_true_after_it(phone: CallScreen, box: Box) -> None:
    await talking(phone, box)

    await phone.chooses('이석 · 식사')
    await phone.presses('통화 종료')
    await phone.is_in('wrap_up')
    await phone.presses('통화 정리')
    await phone.is_in('none')

    async def is_at_lunch() -> bool:
        return shown(box) == '점심'

    await until(is_at_lunch)


async def test_wrap_up_that_is_done_frees_the_agent_at_connect(
    phone: CallScreen, box: Box, services: Services, make: Make
) -> None:
    contact_id = await talking(phone, box)
    await phone.presses('통화 종료')
    await phone.is_in('wrap_up')
    agent = await services.connect_directory.agent(seed_id('user/agent1'), 'agent1')
    assert agent is not None
    call = await make.call(agent=agent, contact_id=contact_id, end_time=clock.now())
    await make.wrap_up(call, done_at=None, ending=None)
    assert box.stage_with() == {contact_id: 'ENDED'}

    await services.wrap_ups.finish(agent, call.id)

    await phone.is_in('none')
    assert box.stage_with() == {}


async def test_state_chosen_in_the_wrap_up_does_not_close_it(phone: CallScreen, box: Box) -> None:
    contact_id = await talking(phone, box)
    await phone.presses('통화 종료')
    await phone.is_in('wrap_up')

    await phone.chooses('이석 · 식사')
    await expect(phone.desk.locator('.desk-status-now')).to_contain_text('이석')
    assert box.stage_with() == {contact_id: 'ENDED'}
    await phone.presses('통화 정리')
    await phone.is_in('none')

    async def is_at_lunch() -> bool:
        return shown(box) == '점심'

    await until(is_at_lunch)
