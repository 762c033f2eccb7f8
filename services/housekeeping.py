"""What the desk does by itself all the time: giving up who is gone, ending what is overdue, forgetting what is old."""

import asyncio
from datetime import timedelta

from services.registry import Services

SWEEP_SECONDS = 2
TIDY_SECONDS = 60


async def give_up_silent(services: Services, patience: timedelta) -> None:
    """End chats whose customers are gone, overdue 후처리 and calls that never began, remind of promises, until cancelled."""
    while True:
        await services.visits.give_up_silent(patience)
        await services.wrap_ups.end_overdue()
        await services.calls.give_up_undialled()
        await services.promises.remind()
        await asyncio.sleep(SWEEP_SECONDS)


async def tidy(services: Services) -> None:
    """Forget what is old, until cancelled."""
    while True:
        await services.sign_ins.tidy()
        await services.lookups.tidy()
        await services.customer_import.tidy()
        await asyncio.sleep(TIDY_SECONDS)
