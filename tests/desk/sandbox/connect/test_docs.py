"""What ``docs/sandbox.md`` shows and names is so."""

import re
import subprocess
import sys

from desk.sandbox.connect.world.historical_metrics import METRICS
from desk.sandbox.connect.world.realtime_metrics import AGENT_METRICS
from tests.support.sandbox.box import ROOT, Box

DOCS = (ROOT / 'docs' / 'sandbox.md').read_text()


def test_first_call_runs_as_it_stands(box: Box, contact_queue: str) -> None:
    examples = '\n'.join(re.findall(r'```python\n(.*?)```', DOCS, re.DOTALL))
    here = examples.replace('http://127.0.0.1:4580', box.url)
    here = here.replace('http://127.0.0.1:4581', box.moto_url)
    now = box.hand('GET', 'health')['now']  # other tests have moved the clock
    here = here.replace('datetime.now(UTC)', f'datetime.fromisoformat({now!r})')

    ran = subprocess.run(
        [sys.executable, '-c', here], capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert 'INITIATED' in ran.stdout
    assert 'CONTACTS_CREATED 1.0' in ran.stdout


def test_every_metric_is_named() -> None:
    named = DOCS.partition('- **Metrics now**')[2].partition('- **Chat**')[0]
    known = set(METRICS) | set(AGENT_METRICS)

    prefixes = re.compile(r'^(AVG|SUM|AGENTS|CONTACTS)_')
    words = set(re.findall(r'\w+', named))
    assert {
        each for each in known if each not in words and prefixes.sub('', each) not in words
    } == set()
