"""``make advisories`` tells what is known from what could not be asked."""

import json

import pytest

from tests.support import advisories

WEAK = {'name': 'jinja2', 'version': '2.4.1', 'vulns': [{'id': 'PYSEC-1', 'fix_versions': ['2.7.2'], 'aliases': []}]}  # fmt: skip
SOUND = {'name': 'idna', 'version': '3.11', 'vulns': []}


@pytest.mark.parametrize(
    ('answer', 'status', 'said'),
    [
        (json.dumps({'dependencies': [SOUND, WEAK]}), 1, 'jinja2 2.4.1: PYSEC-1, mended in 2.7.2'),
        (json.dumps({'dependencies': [SOUND]}), 0, 'no known weakness'),
        ('', 0, 'the advisories could not be asked, nothing is known. (no route)'),
        ('<html>proxy</html>', 0, 'could not be asked'),
    ],
)
def test_weakness_fails_and_silence_is_said(
    answer: str,
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(advisories, 'asked', lambda _lock: (answer, 'no route'))

    assert advisories.main() == status
    assert said in capsys.readouterr().out
