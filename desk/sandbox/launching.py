"""Starts programs that outlive this process: own session, other user, nothing inherited.

A shell starts the server and ends, so that the server has no parent here. So it leaves no zombie in
a longer-lived desk, and the terminal's Ctrl-C, which goes to the desk's process group, does not
reach it.
"""

import os
import platform
import subprocess
from pathlib import Path
from typing import TypedDict

from desk.sandbox.accounts import Account, open_private
from desk.sandbox.errors import SandboxError

_DETACH = 'exec 3<&0; "$@" <&3 3<&- >&2 & echo $!'
_ENVIRONMENT = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C', 'TZ': 'UTC'}
_SHELL_SECONDS = 20
_INITDB_SECONDS = 300
MAX_LOG_BYTES = 5_000_000


def folder_argument(folder: Path, account: Account | None) -> str:
    """Return a path to ``folder`` that works for a server that runs in it.

    Below a closed parent (a checkout in ``/root``) no path works for another user, but the
    process's own working directory does, under the kernel's name for it.

    Raises:
        SandboxError: the folder is below a closed parent and this system has no such name.
    """
    if account is None or account.may_enter(folder.resolve()):
        return str(folder.resolve())
    if platform.system() == 'Linux':
        return '/proc/self/cwd'
    message = (
        f'As root the servers run as another user, who cannot reach {folder}: '
        'start the desk as an ordinary user, or set DESK_HOME to a folder that all may enter.'
    )
    raise SandboxError(message)


def detach(
    command: list[str], *, folder: Path, account: Account | None, log: Path, stdin: str = ''
) -> int:
    """Start ``command`` in ``folder``, with its output appended to ``log``; return its process id."""
    with os.fdopen(open_private(log, os.O_WRONLY | os.O_APPEND), 'ab') as output:
        shell = subprocess.Popen(  # noqa: S603 - a server of the sandbox
            ['/bin/sh', '-c', _DETACH, 'sh', *command],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
            env=_ENVIRONMENT,
            umask=0o077,
            **_as_user(account),
        )
        pid, _ = shell.communicate(stdin.encode(), timeout=_SHELL_SECONDS)
    return int(pid)


def run_to_end(
    command: list[str], *, folder: Path, account: Account | None, log: Path, inherited: int
) -> bool:
    """Run ``command`` in ``folder`` with one inherited file; return whether it succeeded.

    Raises:
        SandboxError: it takes minutes.
    """
    with os.fdopen(open_private(log, os.O_WRONLY | os.O_APPEND), 'ab') as output:
        try:
            finished = subprocess.run(  # noqa: S603 - a program of the sandbox
                command,
                check=False,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=_INITDB_SECONDS,
                env=_ENVIRONMENT,
                pass_fds=(inherited,),
                **_as_user(account),
            )
        except subprocess.TimeoutExpired as error:
            message = f'{command[0]} has not ended after {_INITDB_SECONDS} seconds.'
            raise SandboxError(message) from error
    return finished.returncode == 0


def log_tail(log: Path, *, since: int = 0, lines: int = 6) -> str:
    """Return the last lines written to ``log`` after byte ``since``."""
    try:
        with log.open('rb') as stream:
            stream.seek(since)
            text = stream.read().decode('utf-8', 'replace')
    except FileNotFoundError:
        return ''
    return '\n'.join(text.strip().splitlines()[-lines:])


def log_size(log: Path) -> int:
    """Return the length of ``log``, after moving an overlong one aside."""
    if not log.exists():
        return 0
    if log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix('.log.1'))
        return 0
    return log.stat().st_size


class _AsUser(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _as_user(account: Account | None) -> _AsUser:
    if account is None:
        return {}
    return {'user': account.uid, 'group': account.gid, 'extra_groups': []}
