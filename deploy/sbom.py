"""Write the list of parts (SBOM) of the desk's image, as CycloneDX: packages, the softphone's library, the base images.

    python deploy/sbom.py FILE        (make sbom)

The packages are those of ``requirements-production.lock`` with the hash of each of their files; ``cyclonedx-py`` reads them,
and the licences come from the packages as they are installed here. What it writes is the same each time for the same sources.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from desk.vendor_files import STREAMS  # noqa: E402 - the folder above has to be known first

SPDX = {
    'MIT License': 'MIT',
    'Apache Software License': 'Apache-2.0',
    'ISC License (ISCL)': 'ISC',
    'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0',
}
"""Names in Python's classifiers that mean one licence of SPDX; others are kept as they are written."""
MAX_NAME_CHARS = 100
"""A field that is longer holds the whole licence."""
Part = dict[str, Any]


def parts_list() -> dict[str, Any]:
    """Return the whole SBOM. Raises ``subprocess.CalledProcessError`` when the lock cannot be read."""
    tool = Path(sys.executable).with_name('cyclonedx-py')
    command = [tool, 'requirements', '--sv', '1.6', '--output-reproducible']
    command += ['--pyproject', 'pyproject.toml', 'requirements-production.lock']
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    found: dict[str, Any] = json.loads(done.stdout)
    for part in found['components']:
        part['description'] = 'a package of Python, as requirements-production.lock names it'
        if licences := licences_of(part['name']):
            part['licenses'] = licences
    found['components'] += [softphone_library(), *base_images()]
    return found


def licences_of(name: str) -> list[Part]:
    """Return a package's licences as it states them; none where it is of another system and not installed here."""
    try:
        said: PackageMetadata = metadata(name)
    except PackageNotFoundError:
        return []
    if expression := said.get('License-Expression'):
        return [{'expression': expression, 'acknowledgement': 'declared'}]
    kinds = [one.rpartition(' :: ')[2] for one in said.get_all('Classifier') or () if one.startswith('License ::')]  # fmt: skip
    named = [one for one in (said.get('License') or '',) if 0 < len(one) <= MAX_NAME_CHARS]
    return [{'license': _licence(one)} for one in dict.fromkeys(kinds or named)]


def _licence(name: str) -> Part:
    known = SPDX.get(name)
    return {'id': known} if known else {'name': name}


def softphone_library() -> Part:
    """Return Amazon's library, which the image takes from npm."""
    return {
        'type': 'library',
        'bom-ref': STREAMS.release,
        'name': STREAMS.package,
        'version': STREAMS.version,
        'description': f'{STREAMS.path}, served to the browsers of agents',
        'hashes': [{'alg': 'SHA-256', 'content': STREAMS.sha256}],
        'licenses': [{'license': {'id': 'Apache-2.0'}}],
        'purl': f'pkg:npm/{STREAMS.package}@{STREAMS.version}',
    }


def base_images() -> Iterator[Part]:
    """Yield the images that the Dockerfile builds on; what it only builds with is marked as excluded."""
    stages = re.findall(r'^FROM (\S+)(?: AS (\S+))?$', (ROOT / 'Dockerfile').read_text(), re.M)
    final = stages[-1][0]
    for image in dict.fromkeys(image for image, _ in stages):
        name, _, tag = image.partition(':')
        yield {
            'type': 'container',
            'bom-ref': image,
            'name': name,
            'version': tag,
            'scope': 'required' if image == final else 'excluded',
            'description': 'what the desk runs on' if image == final else 'builds the image only',
            'purl': f'pkg:docker/library/{name}@{tag}',
        }
    codename = final.rpartition('-')[2]
    yield {
        'type': 'operating-system',
        'bom-ref': f'debian-{codename}',
        'name': 'debian',
        'version': codename,
        'description': f'the system of {final}; its packages are looked through by the repository when an image is pushed',
    }


def main(path: Path) -> None:
    """Write the SBOM to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(parts_list(), ensure_ascii=False, indent=1) + '\n')


if __name__ == '__main__':
    main(Path(sys.argv[1]))
