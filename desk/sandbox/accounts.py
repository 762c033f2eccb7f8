"""The user that runs the servers: PostgreSQL refuses root, so root starts servers as another user.

Only the servers' own folders change their owner. Parent folders keep owner and mode;
``launching.folder_argument`` solves how a server reaches its folder below a closed parent.
"""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from desk.sandbox.errors import SandboxError

CANDIDATES = ('nobody', 'postgres', '_postgres', 'daemon')


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An unprivileged user of this machine."""

    uid: int
    gid: int

    def may_enter(self, path: Path) -> bool:
        """Whether every folder from the root down to ``path`` lets this user pass."""
        places = [path, *path.parents]
        return all(self._has(place, stat.S_IXUSR) for place in places)

    def may_read(self, path: Path) -> bool:
        """Whether the file or folder can be read (and run, if its owner can run it)."""
        if path.is_symlink() and not self.may_enter(path.resolve().parent):
            return False
        wanted = stat.S_IRUSR | (path.stat().st_mode & stat.S_IXUSR)
        return self._has(path, wanted)

    def _has(self, path: Path, owner_bits: int) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            bits = owner_bits
        elif status.st_gid == self.gid:
            bits = owner_bits >> 3
        else:
            bits = owner_bits >> 6
        return status.st_mode & bits == bits


def server_account(folder: Path) -> Account | None:
    """Return the user for the servers; ``None`` for the current one.

    Root uses the owner of ``folder`` (a server's data from an earlier start), else picks one.

    Raises:
        SandboxError: this machine has no unprivileged user.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat().st_uid):
        return _known(owner)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    message = f'PostgreSQL does not run as root, and none of {", ".join(CANDIDATES)} exists here.'
    raise SandboxError(message)


def hand_over(folder: Path, account: Account | None) -> None:
    """Create ``folder`` if needed and give it, with all its content, to the servers' user."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is None or folder.stat().st_uid == account.uid:
        return
    try:
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.chown(
                    os.path.join(parent, name), account.uid, account.gid, follow_symlinks=False
                )
        os.chown(folder, account.uid, account.gid)  # last, so that an interrupted walk is repeated
    except OSError as error:
        message = f'Cannot give {folder} to an unprivileged user: {error.strerror}.'
        raise SandboxError(message) from error


def open_private(path: Path, flags: int) -> int:
    """Open or create a file that only the owner of its folder can read; return its descriptor.

    Root leaves no file of its own in another user's home, and follows no symbolic link there.
    """
    file = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(file, owner.st_uid, owner.st_gid)
    return file


def _known(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        message = f'The data belongs to user {uid}, whom this machine does not know.'
        raise SandboxError(message) from error
    return Account(uid=uid, gid=entry.pw_gid)
