"""Which Chromium the browser tests take, and what they say when there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.browser import chromium

CHMOD, MKDIR = shutil.which('chmod'), shutil.which('mkdir')


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with no browser; the folder where Playwright keeps its own."""
    monkeypatch.delenv('CHROMIUM', raising=False)
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('PLAYWRIGHT_BROWSERS_PATH', str(tmp_path / 'browsers'))
    return tmp_path / 'browsers'


def a_program(path: Path) -> str:
    path.parent.mkdir(parents=True)
    path.touch(mode=0o755)
    return str(path)


def test_named_browser_comes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_program(bare / 'chromium-1200/chrome-linux/chrome')
    mine = a_program(bare / 'mine/chromium')
    monkeypatch.setenv('CHROMIUM', mine)

    assert chromium.executable() == mine


def test_playwrights_newest_is_found(bare: Path) -> None:
    a_program(bare / 'chromium-999/chrome-linux/chrome')
    newest = a_program(bare / 'chromium-1200/chrome-linux64/chrome')

    assert chromium.executable() == newest


def test_no_browser_is_a_clear_sentence(bare: Path) -> None:
    with pytest.raises(chromium.NoChromiumError, match='install the package "chromium"'):
        chromium.executable()


# A package manager cannot be let loose on the machine of whoever runs the tests: programs of the same names stand in
# for the outside ones, note how they were called, and put a browser where the real ones would.


@pytest.fixture
def outside(bare: Path, tmp_path: Path) -> Path:
    """Programs that say Korean fonts are there, and install a browser when they are asked to."""
    del bare
    a_script(tmp_path / 'fc-list', 'echo NotoSansCJK')
    a_script(
        tmp_path / 'apt-get',
        f'echo "$*" >> {tmp_path}/called',
        f'case "$*" in *chromium-headless-shell) printf "#!/bin/sh\n" > {tmp_path}/chromium-headless-shell; {CHMOD} +x {tmp_path}/chromium-headless-shell;; esac',
    )
    return tmp_path


def a_script(path: Path, *lines: str) -> None:
    path.write_text('\n'.join(['#!/bin/sh', *lines]) + '\n')
    path.chmod(0o755)


def calls(outside: Path) -> list[str]:
    file = outside / 'called'
    return file.read_text().splitlines() if file.exists() else []


def test_root_of_a_debian_gets_its_package(
    outside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, 'geteuid', lambda: 0)

    assert chromium.install() == 0

    assert calls(outside) == [
        '-qq update',
        'install -qq -y --no-install-recommends chromium-headless-shell',
    ]
    assert capsys.readouterr().out.strip() == str(outside / 'chromium-headless-shell')
    assert chromium.install() == 0
    assert len(calls(outside)) == 2  # it is there now


def test_debian_without_the_shell_gets_chromium_itself(
    outside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, 'geteuid', lambda: 0)
    a_script(
        outside / 'apt-get',
        f'case "$*" in *shell) exit 100;; *chromium) printf "#!/bin/sh\n" > {outside}/chromium; {CHMOD} +x {outside}/chromium;; esac',
    )

    assert chromium.install() == 0

    assert capsys.readouterr().out.strip() == str(outside / 'chromium')


def test_everybody_else_gets_playwrights_own(
    outside: Path, bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = bare / 'chromium-1200/chrome-linux/chrome'
    a_script(
        outside / 'python',
        f'echo "$*" >> {outside}/called',
        f'{MKDIR} -p {browser.parent}; printf "#!/bin/sh\n" > {browser}; {CHMOD} +x {browser}',
    )
    monkeypatch.setattr(os, 'geteuid', lambda: 1000)
    monkeypatch.setattr(sys, 'executable', str(outside / 'python'))

    assert chromium.install() == 0

    assert calls(outside) == ['-m playwright install chromium']
    assert capsys.readouterr().out.strip() == str(browser)


def test_installation_that_brings_nothing_is_a_clear_sentence(
    outside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, 'geteuid', lambda: 0)
    a_script(outside / 'apt-get', 'exit 100')

    assert chromium.install() == 1

    assert 'install the package "chromium"' in capsys.readouterr().err


def test_missing_font_is_said_and_no_obstacle(
    outside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    a_script(outside / 'fc-list', 'true')
    a_script(outside / 'chromium', 'true')
    monkeypatch.setattr(os, 'geteuid', lambda: 1000)

    assert chromium.install() == 0

    assert 'fonts-noto-cjk' in capsys.readouterr().err


def test_a_wrongly_named_browser_is_not_replaced() -> None:
    command = [sys.executable, chromium.__file__, '--install']
    environment = {**os.environ, 'CHROMIUM': '/nowhere/chromium'}

    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert answer.returncode == 1
    assert 'CHROMIUM' in answer.stderr
    assert not answer.stdout
