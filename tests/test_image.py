"""The production image: it holds what runs in production and nothing that stands in for the outside world."""

import asyncio
import os
import re
import shutil
import sys
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import httpx
import pytest

from desk.settings import Settings
from desk.vendor_files import STREAMS
from tests.support.ports import free_port
from tests.support.until import until

ROOT = Path(__file__).parent.parent


def image_files() -> list[PurePosixPath]:
    """Return what the Dockerfile copies, without what .dockerignore leaves out (its last matching line decides)."""
    dockerfile = (ROOT / 'Dockerfile').read_text()
    copied = [source for source, _ in re.findall(r'^COPY (?!--)(\S+) (\S+)$', dockerfile, re.M)]
    rules = (ROOT / '.dockerignore').read_text().split()
    paths = [
        PurePosixPath(path.relative_to(ROOT).as_posix())
        for source in copied
        for path in ([ROOT / source] if (ROOT / source).is_file() else (ROOT / source).rglob('*'))
        if path.is_file()
    ]
    return [path for path in paths if not _is_ignored(path, rules)]


def _is_ignored(path: PurePosixPath, rules: list[str]) -> bool:
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix('!').removeprefix('**/')
        names = [str(one) for one in (path, *path.parents)] + list(path.parts)
        if any(fnmatch(name, pattern) for name in names):
            ignored = not rule.startswith('!')
    return ignored


def test_image_has_neither_sandbox_nor_demo() -> None:
    rooms = {'/'.join(path.parts[:2]) for path in image_files()}

    assert {'main.py', 'desk/db.py', 'services/chats', 'pages/web', 'models/migrations'} <= rooms
    assert rooms & {'desk/sandbox', 'services/demo', 'tests/support'} == set()


def test_image_brings_the_softphones_library_that_the_desk_takes() -> None:
    dockerfile = (ROOT / 'Dockerfile').read_text()

    assert f'npm pack --silent {STREAMS.release} ' in dockerfile
    assert (
        f'"{STREAMS.sha256}  {STREAMS.at(Path()).relative_to("vendor")}" | sha256sum' in dockerfile
    )
    assert 'COPY --from=vendor /vendor /home/desk/vendor' in dockerfile
    assert 'DESK_HOME=/home/desk ' in dockerfile


def test_image_runs_as_nobody_and_says_whether_it_lives() -> None:
    lines = (ROOT / 'Dockerfile').read_text().splitlines()

    assert [line for line in lines if line.startswith('USER ')] == ['USER 10001']
    assert [line for line in lines if line.startswith('VOLUME ')] == ['VOLUME ["/tmp"]']
    assert any(line.startswith('HEALTHCHECK ') for line in lines)


@pytest.mark.slow
async def test_desk_starts_from_the_files_of_the_image_and_changes_none(
    settings: Settings, tmp_path: Path
) -> None:
    for path in image_files():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    port = free_port()
    temporary = tmp_path / 'tmp'
    temporary.mkdir()
    environment = os.environ | {
        'DESK_ENV': 'production',
        'DATABASE_URL': settings.database_url,
        'REDIS_URL': settings.redis_url,
        'JWT_SECRET_KEY': 'a-secret-for-the-image-test-0123456789',
        'PUBLIC_URL': 'https://desk.example.com',
        'PORT': str(port),
        'PYTHONDONTWRITEBYTECODE': '1',
        'PYTHONPATH': str(ROOT / 'tests' / 'support' / 'read_only'),
        'WRITABLE': str(temporary),
        'TMPDIR': str(temporary),
    }

    desk = await asyncio.create_subprocess_exec(
        sys.executable, 'main.py', 'serve', cwd=tmp_path, env=environment
    )
    try:
        async with httpx.AsyncClient(base_url=f'http://127.0.0.1:{port}') as client:
            await until(lambda: _is_ready(client), seconds=30)
    finally:
        desk.terminate()
        await desk.wait()


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get('/readyz')).status_code == 200
    except httpx.TransportError:
        return False
