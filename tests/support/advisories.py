"""Known weaknesses of the packages in the lock files, where the service that lists them can be reached (``make advisories``).

pip-audit is no part of the lock: uv gets it for this once. What is found ends with 1; that nobody could be asked is said, and
ends with 0, or no change could land while the network is away.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = ('requirements-production.lock', 'requirements.lock')
PIP_AUDIT = 'pip-audit==2.9.0'
SERVICE = 'osv'
"""Asked for all packages together, by name and version."""
SECONDS = 180


@dataclass(frozen=True, slots=True)
class Finding:
    """A weakness of a package that is locked."""

    package: str
    advisory: str
    mended_in: str

    def __str__(self) -> str:
        return f'{self.package}: {self.advisory}, mended in {self.mended_in or "no release"}'


def findings(answer: str) -> list[Finding] | None:
    """Return what pip-audit's JSON says; nothing when it says nothing at all."""
    try:
        packages = json.loads(answer)['dependencies']
    except (ValueError, KeyError, TypeError):
        return None
    return [
        Finding(f'{one["name"]} {one["version"]}', each['id'], ', '.join(each['fix_versions']))
        for one in packages
        for each in one.get('vulns', [])
    ]


def asked(lock: str) -> tuple[str, str]:
    """Ask about a lock file; return the answer, and why there is none."""
    command = [
        *(sys.executable, '-m', 'uv', 'tool', 'run', '--quiet', '--from', PIP_AUDIT, 'pip-audit'),
        *('--requirement', lock, '--disable-pip', '--no-deps', '--vulnerability-service', SERVICE),
        *('--format', 'json', '--progress-spinner', 'off', '--timeout', '20'),
    ]
    try:
        done = subprocess.run(
            command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return '', str(error)
    return done.stdout, (done.stderr.strip().splitlines() or ['no answer'])[-1]


def main() -> int:
    """Say what is known; return the exit status."""
    worst = 0
    for lock in LOCKS:
        answer, why = asked(lock)
        found = findings(answer)
        if found is None:
            print(f'{lock}: the advisories could not be asked, nothing is known. ({why[:200]})')
        elif found:
            worst = 1
            print(f'{lock}: {len(found)} known weaknesses')
            print(*(f'  {one}' for one in found), sep='\n')
        else:
            print(f'{lock}: no known weakness')
    return worst


if __name__ == '__main__':
    sys.exit(main())
