"""A sandbox that is killed and started again, and the softphones that were signed in there."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.browser.conftest import Contexts
from tests.browser.softphone.test_call import talking
from tests.support.ports import free_port
from tests.support.sandbox.box import Box, running_box
from tests.support.softphone.phone import Phone, sign_in, until


class Restarts:
    """One sandbox that can be killed; it begins again at the same address, from its snapshot if it has one."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._settings = {'SANDBOX_AWS_PORT': str(free_port()), 'SANDBOX_MOTO_PORT': '0'}

    def begin(self, **settings: str) -> Box:
        self._settings |= settings
        return self._stack.enter_context(running_box(self._folder, **self._settings))

    def again(self, box: Box) -> Box:
        sandbox = psutil.Process(box.pid)
        sandbox.kill()
        psutil.wait_procs([sandbox], timeout=10)
        return self.begin()


@pytest.fixture
def restarts(tmp_path: Path) -> Iterator[Restarts]:
    with ExitStack() as stack:
        yield Restarts(tmp_path, stack)


async def signed_in(box: Box, desk_url: str, person: Contexts) -> Phone:
    context = await person()
    await sign_in(context, box, 'agent1')
    phone = await Phone(await context.new_page(), desk_url, box.url).ready()
    await phone.choose('상담 가능')
    await phone.is_in('상담 가능')
    return phone


async def test_softphone_comes_back_by_its_cookie(
    restarts: Restarts, desk_url: str, person: Contexts
) -> None:
    box = restarts.begin()
    phone = await signed_in(box, desk_url, person)

    restarts.again(box)

    await phone.is_in('오프라인')  # a fresh centre
    await phone.choose('점심')
    await phone.is_in('점심')
    await phone.ready()
    assert await phone.state() == '점심'


async def test_call_is_found_again_where_it_was(
    restarts: Restarts, tmp_path: Path, desk_url: str, person: Contexts
) -> None:
    day = tmp_path / 'day.json'
    box = restarts.begin(SANDBOX_SNAPSHOT=str(day))
    phone = await signed_in(box, desk_url, person)
    contact_id = await talking(phone, box)
    await until(lambda: kept_stage(day, contact_id) == 'CONNECTED')

    again = restarts.again(box)

    await phone.on_leg('hold', contact_id)
    await phone.has_legs(contact_id, customer='hold')
    assert again.stage_with() == {contact_id: 'CONNECTED_ONHOLD'}


def kept_stage(day: Path, contact_id: str) -> str:
    """Return the stage of a contact as the snapshot has it; nothing before it has the contact."""
    contact = json.loads(day.read_text())['contacts'].get(contact_id, {})
    return str(contact.get('stage', ''))
