"""The list of parts of the image (SBOM): valid CycloneDX, and nothing of the image is missing in it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from desk.vendor_files import STREAMS
from tests.support.templates import ROOT
from tests.test_licences import ELSEWHERE

LOCK = (ROOT / 'requirements-production.lock').read_text()


@pytest.fixture(scope='module')
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, as ``make sbom`` writes it."""
    path = tmp_path_factory.mktemp('sbom') / 'made' / 'desk.cdx.json'
    subprocess.run([sys.executable, ROOT / 'deploy' / 'sbom.py', path], check=True)
    return path


@pytest.fixture(scope='module')
def parts(written: Path) -> dict[str, dict[str, Any]]:
    """Its parts by name."""
    found = json.loads(written.read_text())['components']
    return {one['name']: one for one in found}


# The validator leaves the files of its schemas open.
@pytest.mark.filterwarnings('ignore:unclosed file:ResourceWarning')
@pytest.mark.filterwarnings('ignore::pytest.PytestUnraisableExceptionWarning')
def test_it_is_valid_by_the_schema(written: Path) -> None:
    faults = JsonStrictValidator(SchemaVersion.V1_6).validate_str(written.read_text())

    assert faults is None, faults


def test_each_locked_package_is_in_it_with_its_version_and_hashes(
    parts: dict[str, dict[str, Any]],
) -> None:
    entries = re.split(r'^(?=[A-Za-z0-9])', LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) > 100

    for entry in entries:
        named = re.match(r'([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;]+)', entry)
        assert named, entry
        part = parts[named[1]]
        hashes = {
            one['content']
            for reference in part['externalReferences']
            for one in reference['hashes']
        }

        assert part['version'] == named[2]
        assert hashes == set(re.findall('--hash=sha256:([0-9a-f]{64})', entry))
        assert part['purl'] == f'pkg:pypi/{named[1].lower()}@{named[2]}'


def test_licences_are_known_of_all_that_is_installed(parts: dict[str, dict[str, Any]]) -> None:
    unknown = {
        name for name, one in parts.items() if one['type'] == 'library' and not one.get('licenses')
    }

    assert unknown - ELSEWHERE == set()


def test_what_no_package_manager_of_python_knows_is_in_it(parts: dict[str, dict[str, Any]]) -> None:
    library, base = parts['amazon-connect-streams'], parts['python']
    last = re.findall(r'^FROM (\S+)', (ROOT / 'Dockerfile').read_text(), re.MULTILINE)[-1]

    assert library['version'] == STREAMS.version
    assert library['hashes'] == [{'alg': 'SHA-256', 'content': STREAMS.sha256}]
    assert f'{base["name"]}:{base["version"]}' == last
    assert (base['scope'], parts['node']['scope']) == ('required', 'excluded')
    assert parts['debian']['version'] in last


def test_it_is_the_same_each_time(written: Path, tmp_path: Path) -> None:
    again = tmp_path / 'again.json'

    subprocess.run([sys.executable, ROOT / 'deploy' / 'sbom.py', again], check=True)

    assert again.read_bytes() == written.read_bytes()
