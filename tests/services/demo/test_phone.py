"""The telephone side of a played day against Connect in a box: customers call, are answered, talk and hang up."""

import asyncio
import json
import random
from pathlib import Path

import httpx
import pytest

from services.demo.phone import PhoneDay, address_of_sandbox
from tests.support.sandbox.box import Box
from tests.support.sandbox.standing import box, running
from tests.support.until import until

__all__ = ('box', 'running')
pytestmark = pytest.mark.slow
FAST = 2_000.0


async def test_customers_call_and_are_answered(box: Box) -> None:
    async with httpx.AsyncClient(base_url=box.url, timeout=10) as client:

        async def pause(seconds: float) -> None:
            # The box's clock stands still in tests.
            await client.post('/_sandbox/clock', json={'advance': seconds / 20})
            await asyncio.sleep(seconds / FAST)

        names = ['agent1', 'agent4', 'agent7']
        day = PhoneDay(client, random.Random(3), pause, names)
        playing = asyncio.ensure_future(day.play())

        async def is_talked() -> bool:
            found = (await client.get('/_sandbox/contacts?over=true&limit=50')).json()
            return sum(one['connected_at'] is not None for one in found) >= 2

        await until(is_talked, seconds=60)
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        agents = {one['username']: one for one in (await client.get('/_sandbox/agents')).json()}

    assert day.played >= 2
    assert all(not agents[one]['is_available'] for one in names)


async def test_without_a_sandbox_nobody_calls(tmp_path: Path) -> None:
    assert address_of_sandbox(str(tmp_path)) == ''
    folder = tmp_path / 'connect'
    folder.mkdir()
    (folder / 'sandbox.json').write_text(json.dumps({'ports': {'centre': 1}}))
    address = address_of_sandbox(str(tmp_path))

    async with httpx.AsyncClient(base_url=address) as client:
        day = PhoneDay(client, random.Random(1), asyncio.sleep, ['agent1'])
        await asyncio.wait_for(day.play(), timeout=20)

    assert (address, day.played) == ('http://127.0.0.1:1', 0)
