"""Which Chromium the browser tests take, and what they say when there is none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import chromium


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


def test_a_wrongly_named_browser_is_not_replaced() -> None:
    command = [sys.executable, chromium.__file__, '--install']
    environment = {**os.environ, 'CHROMIUM': '/nowhere/chromium'}

    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert answer.returncode == 1
    assert 'CHROMIUM' in answer.stderr
    assert not answer.stdout
