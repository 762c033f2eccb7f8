"""Commands for whoever runs the desk."""

import asyncio
import sys
from pathlib import Path

import pytest

from desk.errors import NotSignedInError
from desk.settings import Settings
from services.registry import Services
from tests.support.browser.live import environment
from tests.support.make import PASSWORD, Make

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


async def run(settings: Settings, *arguments: str) -> tuple[int, str]:
    """Run a command as its own process; returns its exit code and all it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        'main.py',
        *arguments,
        cwd=ROOT,
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, said.decode()


async def test_sessions_of_somebody_are_ended_by_command(
    services: Services, settings: Settings, make: Make
) -> None:
    agent = await make.agent(username='mina')
    _, token = await services.sign_ins.sign_in('mina', PASSWORD, address='127.0.0.1')

    code, said = await run(settings, 'sign-out', 'mina')

    assert (code, said) == (0, '1 sessions of mina ended.\n')
    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_token(token)
    assert (await services.agents.agent(agent.id)).is_active


async def test_account_is_blocked_and_opened_by_command(
    services: Services, settings: Settings, make: Make
) -> None:
    await make.agent(username='mina')

    blocked = await run(settings, 'block', 'mina')
    with pytest.raises(NotSignedInError):
        await services.sign_ins.sign_in('mina', PASSWORD, address='127.0.0.1')
    opened = await run(settings, 'unblock', 'mina')
    await services.sign_ins.sign_in('mina', PASSWORD, address='127.0.0.1')

    assert (blocked[0], opened[0]) == (0, 0)


async def test_unknown_person_is_said_in_a_sentence(settings: Settings) -> None:
    code, said = await run(settings, 'sign-out', 'nobody')

    assert code == 1
    assert 'Traceback' not in said
    assert len(said.splitlines()) == 1
