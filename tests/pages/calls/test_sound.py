"""A call whose sound does not come: the health guard says why, and what can be done about it."""

import pytest
from nicegui.testing import User

from tests.pages.calls.conftest import Phone, a_call
from tests.support.pressing import press
from tests.support.until import until


@pytest.mark.parametrize(
    ('trouble', 'said'),
    [
        ('ice_collection_timeout', '통화 소리가 연결되지 않았습니다'),
        ('microphone_not_shared', '마이크를 쓰지 못했습니다'),
        ('user_busy_error', '이미 통화하고 있습니다'),
    ],
)
async def test_sound_that_does_not_come_is_a_sentence_with_a_way_on(
    phone: Phone, user: User, trouble: str, said: str
) -> None:
    phone.says(a_call('contact-1', 'connected'), trouble=trouble)

    await user.should_see(said, retries=20)
    press(user, '다시 연결')
    await until(lambda: ('restart', {}) in phone.asked)
    phone.says(a_call('contact-1', 'connected'))
    await user.should_not_see(said, retries=20)
