"""긴 통화: two notices in a call, after the times that its queue says."""

from datetime import timedelta

import pytest
from nicegui.testing import User

from desk import clock
from pages.parts.kit.clock import milliseconds
from tests.pages.calls.conftest import Phone, a_call
from tests.support.make import DEPARTMENT, Make


def lasting(seconds: float) -> dict[str, object]:
    """A call of the usual queue that has lasted so long."""
    since = milliseconds(clock.now() - timedelta(seconds=seconds))
    return a_call('contact-1', 'connected', since=since, queue=DEPARTMENT)


@pytest.mark.parametrize(
    ('seconds', 'seen', 'minutes'), [(125, '긴 통화', 2), (185, '아주 긴 통화', 3)]
)
async def test_call_that_lasts_is_marked(
    phone: Phone, user: User, make: Make, seconds: int, seen: str, minutes: int
) -> None:
    await make.queue(long_call_seconds=120, very_long_call_seconds=180)

    phone.says(lasting(seconds))

    await user.should_see(seen, retries=20)
    await user.should_see(f'통화가 {minutes}분을 넘었습니다')


async def test_notice_comes_while_one_talks_and_goes_with_the_call(
    phone: Phone, user: User, make: Make
) -> None:
    await make.queue(long_call_seconds=60, very_long_call_seconds=None)

    phone.says(lasting(59))
    await user.should_not_see('긴 통화')
    await user.should_see('긴 통화', retries=30)

    phone.says(a_call('contact-1', 'ended'))
    await user.should_not_see('긴 통화', retries=20)


async def test_queue_may_want_no_notice(phone: Phone, user: User, make: Make) -> None:
    await make.queue(long_call_seconds=None, very_long_call_seconds=None)

    phone.says(lasting(5_000))

    await user.should_see('통화 중', retries=20)
    await user.should_not_see('긴 통화')
