"""Run the few tests that failed once more, one at a time: a busy machine may be too slow for what waits on a clock.

What fails twice has failed. When many failed, or the run was broken off, nothing is run again.
"""

import json
import sys
from pathlib import Path

import pytest

FAILED = Path('.pytest_cache/v/cache/lastfailed')
MOST = 15
"""Well below what breaks a run off (``--maxfail 30``, each test counts twice at most)."""


def main() -> int:
    """Return the exit status of the second run, or 1 when there is none."""
    failed = list(json.loads(FAILED.read_text())) if FAILED.exists() else []
    if not 0 < len(failed) <= MOST:
        return 1
    print(f'{len(failed)} failed; once more, one at a time:', *failed, sep='\n  ')
    return int(pytest.main(failed))


if __name__ == '__main__':
    sys.exit(main())
