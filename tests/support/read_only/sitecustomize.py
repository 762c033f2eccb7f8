"""A file system that Python cannot change outside of ``WRITABLE``, as in the container: also for root, and for child processes.

Python imports this module by its name at each start. What compiled code writes by itself is not seen.
"""

import errno
import os
import sys

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    'os.mkdir',
    'os.rename',
    'os.remove',
    'os.rmdir',
    'os.link',
    'os.symlink',
    'os.truncate',
}
_ALLOWED = (os.environ['WRITABLE'], '/dev/', '/proc/')


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    changes = event in _CHANGES or (event == 'open' and bool(int(arguments[2] or 0) & _WRITING))  # type: ignore[call-overload]  # the flags
    path = arguments[0] if arguments else None
    if not changes or not isinstance(path, str | bytes):
        return
    if not os.path.abspath(os.fsdecode(path)).startswith(_ALLOWED):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), os.fsdecode(path))


sys.addaudithook(_refuse)
