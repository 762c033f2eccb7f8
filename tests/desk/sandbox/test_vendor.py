"""Amazon's libraries: only what their packages hold is used, and what is here is not asked for again."""

from pathlib import Path

import pytest

from desk.sandbox import vendor
from desk.sandbox.errors import SandboxError
from desk.settings import Settings


@pytest.fixture
def home() -> Path:
    """The home that ``make vendor`` has filled."""
    return Settings().desk_home


def test_what_is_here_is_not_asked_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PATH', '')

    vendor.fetch(home)

    assert len(vendor.content(vendor.STREAMS, home)) == 730_481
    assert vendor.content(vendor.CHATJS, home)


def test_what_is_lacking_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r'streams@2\.28\.2 is not here: "make vendor"'):
        vendor.content(vendor.STREAMS, tmp_path)


def test_changed_file_is_not_used(tmp_path: Path, home: Path) -> None:
    changed = vendor.STREAMS.at(tmp_path)
    changed.parent.mkdir(parents=True)
    changed.write_bytes(vendor.content(vendor.STREAMS, home) + b' ')

    with pytest.raises(SandboxError, match=r'is not what amazon-connect-streams@2\.28\.2'):
        vendor.content(vendor.STREAMS, tmp_path)
