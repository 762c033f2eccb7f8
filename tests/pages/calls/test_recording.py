"""녹음 멈춤 in the call bar: a button, a key, and a red clock that runs down to where the recording resumes."""

from nicegui import ui
from nicegui.testing import User

from models import Agent
from services.registry import Services
from tests.pages.calls.conftest import Phone, a_call
from tests.support.pressing import press
from tests.support.until import until

SHIFT_R = {
    'action': 'keydown', 'repeat': False, 'key': 'R', 'code': 'KeyR', 'location': 0,
    'shiftKey': True, 'altKey': False, 'ctrlKey': False, 'metaKey': False,
}  # fmt: skip


async def is_known(services: Services, agent: Agent, contact_id: str) -> None:
    """Wait until the desk has heard that the call was answered."""

    async def answered() -> bool:
        call = await services.calls.of_contact(agent, contact_id)
        return call is not None and call.is_answered

    await until(answered, seconds=15)


async def test_recording_pauses_by_the_button_and_goes_on_by_its_key(
    phone: Phone, user: User, agent: Agent, services: Services
) -> None:
    contact_id = await phone.rings()
    await phone.answers(contact_id)
    await is_known(services, agent, contact_id)

    press(user, '녹음 멈춤')
    await user.should_see('녹음 안 함', retries=40)
    assert phone.box.hand('GET', f'contacts/{contact_id}')['recording'] == 'paused'

    user.find(ui.keyboard).trigger('key', SHIFT_R)
    await user.should_not_see('녹음 안 함', retries=40)
    assert phone.box.hand('GET', f'contacts/{contact_id}')['recording'] == 'on'


async def test_pause_is_shown_by_a_page_that_is_opened_later(
    phone: Phone, user: User, agent: Agent, services: Services
) -> None:
    contact_id = await phone.rings()
    await phone.answers(contact_id)
    await is_known(services, agent, contact_id)
    press(user, '녹음 멈춤')
    await user.should_see('녹음 안 함', retries=40)

    await user.open('/desk')
    phone.says(a_call(contact_id, 'connected'))

    await user.should_see('녹음 안 함', retries=40)


async def test_call_that_is_not_recorded_says_so(
    phone: Phone, user: User, agent: Agent, services: Services
) -> None:
    contact_id = await phone.rings(recorded=False)
    await phone.answers(contact_id)
    await is_known(services, agent, contact_id)

    press(user, '녹음 멈춤')

    await user.should_see('녹음하고 있지 않은 통화입니다', retries=40)
    await user.should_see('녹음 멈춤')
