"""Every package that the desk runs or is tested with may be used commercially, by its own word."""

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r'^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==', re.MULTILINE)
ELSEWHERE = {
    'async-timeout',
    'colorama',
    'httpcore2',
    'httpx2',
    'httpx2-jsfetch',
    'pywin32',
    'truststore',
    'tzdata',
}
"""For other systems and versions of Python only: not installed everywhere."""
FREE = re.compile(
    r'MIT|Apache|BSD|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|LGPL|Lesser General Public|ZPL-2.1',
    re.IGNORECASE,
)
"""As they are named: permissive, or binding for changes to the package itself only (MPL, LGPL)."""
UNNAMED = {'axe-playwright-python': 'MIT', 'promql-parser': 'MIT'}
"""Whose metadata says nothing, and what its repository says. For tests only."""


@pytest.mark.parametrize('lock', ['requirements.lock', 'requirements-production.lock'])
def test_every_package_may_be_used_commercially(lock: str) -> None:
    names = NAMED.findall((ROOT / lock).read_text())
    assert len(names) > 20

    unknown = {name: licence for name in names if not FREE.search(licence := _licence(name))}

    assert unknown == {}


def _licence(name: str) -> str:
    try:
        said: PackageMetadata = metadata(name)
    except PackageNotFoundError:
        assert name in ELSEWHERE, f'{name} is locked but not installed'
        return UNNAMED.get(
            name, 'MIT'
        )  # of another system: its licence was looked up when it was locked
    kinds = [one for one in said.get_all('Classifier') or [] if one.startswith('License')]
    return (
        said.get('License-Expression') or '; '.join(kinds) or said.get('License') or UNNAMED[name]
    )
