"""A desk that stands and hears its customers for a while, without waiting for it."""

from datetime import timedelta

from desk import clock
from services.registry import Services

STEP = timedelta(seconds=4)
"""Within half of the shortest patience that tests have."""


async def hearing(services: Services, how_long: timedelta) -> None:
    """Let a desk have stood and swept for so long, until now; it gave nobody up."""
    for ago in range(how_long // STEP, -1, -1):
        with clock.moved(-ago * STEP):
            await services.visits.give_up_silent(timedelta(days=1))
