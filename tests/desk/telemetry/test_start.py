"""The desk without its extra: nothing is imported until an address is set, and then a sentence says what is missing."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BARRED = 'import sys; sys.modules.update(dict.fromkeys(("opentelemetry.exporter", "opentelemetry.exporter.otlp.proto.http", "sentry_sdk")))'
SERVES = (
    f'{BARRED}; import main; from desk.settings import Settings; from desk.telemetry.start import seeing\n'
    'from desk.settings import StartError\n'
    'try:\n'
    '    with seeing(Settings(_env_file=None)): print("it serves")\n'
    'except StartError as error: print(error)'
)
IMPORTED = (
    'import sys, main; from desk.settings import Settings; from desk.telemetry.start import seeing\n'
    'with seeing(Settings(_env_file=None)):\n'
    '    print([one for one in sys.modules if one.startswith(("opentelemetry.exporter", "sentry_sdk"))])'
)


async def run(script: str, **settings: str) -> str:
    """Run a script in a process of its own; returns all it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        '-c',
        script,
        cwd=ROOT,
        env={'PATH': os.environ['PATH'], 'PYTHONPATH': str(ROOT), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    return said.decode().strip()


async def test_desk_serves_without_the_extra() -> None:
    assert await run(SERVES) == 'it serves'


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318'),
        ('SENTRY_DSN', 'http://0@127.0.0.1:1/1'),
    ],
)
async def test_address_without_the_extra_is_a_sentence(name: str, value: str) -> None:
    said = await run(SERVES, **{name: value})

    assert said == (
        f"{name} is set, but what it needs is not installed: pip install -e '.[seeing]', or leave it unset"
    )


async def test_nothing_is_imported_while_both_are_off() -> None:
    assert await run(IMPORTED) == '[]'
