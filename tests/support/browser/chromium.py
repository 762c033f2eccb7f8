"""The Chromium of the browser tests, and a Korean font for readable pictures: found, else installed.

``python tests/support/browser/chromium.py --install`` is what ``make test`` runs first. Nothing is skipped silently:
without a browser the tests fail with a sentence that says what to do.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

LAUNCH_ARGS = (
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    '--no-first-run',
    '--use-fake-device-for-media-stream',  # a microphone, where calls are taken
)
PACKAGES = ('chromium-headless-shell', 'chromium')
"""Debian's, the first that there is. The shell draws the same pages without the browser around them: pages open 1.5 to 3
times as fast, since Chromium itself starts two processes of its own menus for each person.
"""
NAMES = (*PACKAGES, 'chromium-browser', 'google-chrome')
MISSING = 'No Chromium was found: install the package "chromium", or name its file in the variable CHROMIUM.'
NO_FONT = (
    'No Korean font was found: install "fonts-noto-cjk", or Hangul shows as boxes in pictures.'
)


class NoChromiumError(Exception):
    """There is no Chromium on this machine."""

    def __init__(self) -> None:
        super().__init__(MISSING)


def executable() -> str:
    """Return the path of Chromium: ``CHROMIUM``, a system browser, or Playwright's own.

    Raises:
        NoChromiumError: none of them is there; its text says what to do.
    """
    named = os.environ.get('CHROMIUM', '')
    candidates = [named] if named else [*NAMES, *_playwrights_own()]
    for candidate in candidates:
        if found := shutil.which(candidate):
            return found
    raise NoChromiumError


def install() -> int:
    """Make sure of a browser, and of a Korean font where that is possible; return the exit status."""
    is_slow = _may_apt() and not os.environ.get('CHROMIUM') and not shutil.which(PACKAGES[0])
    if (is_slow or not _found()) and not _install_browser():
        print(MISSING, file=sys.stderr)
        return 1
    if not _has_korean_font() and not (_may_apt() and _apt('fonts-noto-cjk')):
        print(NO_FONT, file=sys.stderr)
    print(executable())
    return 0


def _found() -> bool:
    try:
        executable()
    except NoChromiumError:
        return False
    return True


def _install_browser() -> bool:
    if os.environ.get('CHROMIUM'):
        return False  # somebody chose another one, and it is not there: do not choose for them
    if _may_apt():
        any(_apt(package) for package in PACKAGES)
    else:
        _run(sys.executable, '-m', 'playwright', 'install', 'chromium')
    return _found()


def _playwrights_own() -> list[str]:
    """Return the browsers that ``playwright install`` left, newest first."""
    homes = [
        Path(os.environ.get('PLAYWRIGHT_BROWSERS_PATH') or Path.home() / '.cache/ms-playwright'),
        Path.home() / 'Library/Caches/ms-playwright',
    ]
    files = ('chrome-linux*/chrome', 'chrome-mac*/*.app/Contents/MacOS/*')
    found = [path for home in homes for file in files for path in home.glob(f'chromium-*/{file}')]
    return [str(path) for path in sorted(found, key=_revision, reverse=True)]


def _revision(path: Path) -> int:
    [folder] = [part for part in path.parts if part.startswith('chromium-')]
    return int(folder.removeprefix('chromium-'))


def _may_apt() -> bool:
    return os.geteuid() == 0 and shutil.which('apt-get') is not None


def _apt(package: str) -> bool:
    quiet = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    options = ('-qq', '-y', '--no-install-recommends')
    return _run('apt-get', '-qq', 'update', env=quiet) and _run(
        'apt-get', 'install', *options, package, env=quiet
    )


def _has_korean_font() -> bool:
    """Return whether fontconfig knows one; macOS has its own Korean face and no fontconfig."""
    if sys.platform == 'darwin':
        return True
    if not (lister := shutil.which('fc-list')):
        return False
    listed = subprocess.run([lister, ':lang=ko'], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _run(*command: str, env: dict[str, str] | None = None) -> bool:
    try:
        return subprocess.run(command, env=env, check=False, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def main(arguments: list[str]) -> int:
    """Print where Chromium is, after ``--install`` also when it was not there before."""
    if arguments == ['--install']:
        return install()
    try:
        print(executable())
    except NoChromiumError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
