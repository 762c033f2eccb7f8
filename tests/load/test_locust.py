"""The guide's load test runs against a desk as it is started, and nothing that it does fails."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from desk.settings import Settings
from tests.support.browser.live import ROOT, served
from tests.support.make import DEPARTMENT, PASSWORD, Make

pytestmark = pytest.mark.slow

MOST_SECONDS = 90
USES = {
    '/chat/visits',
    '/chat/visits/{id}/messages',
    '/auth/login',
    '/chat/sessions/{id}/take',
    '/chat/sessions/{id}/messages',
    '/ws message',
}
"""What the test does to the desk, by the names that its report gives."""


async def test_customers_and_agents_meet_without_a_failure(
    settings: Settings, make: Make, tmp_path: Path
) -> None:
    for name in ('mina', 'jun'):
        await make.agent(username=name)
    command = [Path(sys.executable).with_name('locust'), '-f', 'tests/load/locustfile.py']
    options = ['--headless', '--users', '8', '--spawn-rate', '4', '--stop-timeout', '10']
    environment = os.environ | {
        'DESK_AGENTS': 'mina,jun',
        'DESK_PASSWORD': PASSWORD,
        'DESK_DEPARTMENT': DEPARTMENT,
    }

    with served(settings, tmp_path / 'errors.log') as desk:
        run = await asyncio.create_subprocess_exec(
            *command, '--host', desk.address, *options, '--run-time', f'{MOST_SECONDS}s', '--json',
            cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        seen = await all_uses(run)
        if run.returncode is None:
            run.terminate()
        said, complaints = await asyncio.wait_for(run.communicate(), 60)
        logged = desk.complaints()

    assert run.returncode == 0, seen + complaints.decode()
    done = {one['name']: one for one in json.loads(said)}
    assert {name: one['num_failures'] for name, one in done.items() if one['num_failures']} == {}
    assert sorted(USES - done.keys()) == []
    assert logged == ''


async def all_uses(run: asyncio.subprocess.Process) -> str:
    """Read the report that is written every two seconds until it names all uses, or the run has ended; return it."""
    assert run.stderr is not None
    lines: list[str] = []
    missing = set(USES)
    while missing and (line := (await run.stderr.readline()).decode()):
        lines.append(line)
        missing -= {one for one in missing if f' {one} ' in line}
    return ''.join(lines)


def test_it_is_started_against_this_machine_and_ends() -> None:
    makefile = (ROOT / 'Makefile').read_text()
    [recipe] = [one for one in makefile.split('\n\n') if '\nlocust:' in f'\n{one}']

    assert 'HOST ?= http://127.0.0.1:8080' in recipe
    assert '--run-time $(SECONDS)s' in recipe
    assert '--headless' in recipe
