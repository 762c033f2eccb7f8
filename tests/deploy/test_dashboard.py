"""The dashboard: whoever looks at a panel knows what it shows, when it is bad and what to do; nothing measured is missing.

What its expressions and the alerts name is exported by a desk that runs.
"""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from desk import metrics
from desk.sandbox import BackingUrls
from tests.support.browser.live import database, served
from tests.support.monitoring import (
    dashboard,
    grouping_labels,
    headings,
    panels,
    selectors,
)
from tests.support.promql.rules import rules

TARGET = {'job', 'instance', 'le'}
"""Labels that Prometheus gives to each series of a target, and the one of every histogram."""
GUIDE = ('응답 시간', '에러율', '데이터베이스', '소켓', '메모리')
"""What the guide wants watched (운영 중 모니터링)."""
KINDS = (Counter, Gauge, Histogram)
DEFINED = [one for one in vars(metrics).values() if isinstance(one, KINDS)]
SUFFIXES = re.compile(r'_(bucket|count|sum|total)$')
EXPRESSIONS = [
    *(target['expr'] for panel in panels().values() for target in panel['targets']),
    *(rule.expression for rule in rules()),
]


@pytest.mark.parametrize('panel', panels().values(), ids=lambda one: one['title'])
def test_panel_says_what_it_shows_when_it_is_bad_and_what_to_do(panel: dict[str, Any]) -> None:
    korean, todo_ko, english, todo_en = panel['description'].split('\n\n')
    field = panel['fieldConfig']['defaults']
    steps = field['thresholds']['steps']

    assert re.search('[가-힣]', panel['title'])
    assert re.search('[A-Za-z]', panel['title'].partition(' · ')[2])
    assert re.search('[가-힣]', korean)
    assert re.search('[A-Za-z]{3}', english)
    assert todo_ko.startswith('할 일: ')
    assert todo_en.startswith('What to do: ')
    assert field['unit']
    assert {one['color'] for one in steps} >= {'green', 'red'}
    assert [one['value'] for one in steps[1:]] == sorted(one['value'] for one in steps[1:])
    for section in re.findall(r'docs/operations\.md#([\w-]+)', panel['description']):
        assert section in headings()


def test_dashboard_has_the_guides_list() -> None:
    rows = ' '.join(one['title'] for one in dashboard()['panels'] if one['type'] == 'row')
    ids = [one['id'] for one in dashboard()['panels']]

    assert [word for word in GUIDE if word not in rows] == []
    assert len(set(ids)) == len(ids)


def test_panels_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for one in dashboard()['panels']:
        at = one['gridPos']
        places = {
            (x, y)
            for x in range(at['x'], at['x'] + at['w'])
            for y in range(at['y'], at['y'] + at['h'])
        }

        assert at['x'] + at['w'] <= 24
        assert not places & taken, one['title']
        taken |= places


def test_nothing_that_is_measured_is_missing_on_the_dashboard() -> None:
    shown = {
        SUFFIXES.sub('', selector.metric)
        for panel in panels().values()
        for target in panel['targets']
        for selector in selectors(target['expr'])
    }

    assert [one._name for one in DEFINED if one._name not in shown] == []


@pytest.fixture(scope='module')
def exposition(
    backing: BackingUrls, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """What a running desk exports, before anything happened to it."""
    home = tmp_path_factory.mktemp('dashboard')
    files = {'files_bucket': 'files', 'aws_endpoint_url_s3': 'http://127.0.0.1:9'}  # never asked
    with (
        database(backing, template, home) as settings,
        served(settings.model_copy(update=files), home / 'errors.log') as desk,
    ):
        yield httpx.get(f'{desk.address}/metrics', timeout=30).text


@pytest.mark.slow
def test_what_is_asked_for_is_exported_by_a_running_desk(exposition: str) -> None:
    labels = {SUFFIXES.sub('', one._name): set(one._labelnames) for one in DEFINED}
    exported: dict[str, set[str]] = {'up': set()}
    for family in text_string_to_metric_families(exposition):
        # A metric that has counted nothing yet shows no labels; which it will have, its definition says.
        exported.setdefault(family.name, set()).update(labels.get(family.name, ()))
        for sample in family.samples:
            exported.setdefault(SUFFIXES.sub('', sample.name), set()).update(sample.labels)

    for expression in EXPRESSIONS:
        asked = list(selectors(expression))
        names = {SUFFIXES.sub('', one.metric) for one in asked}
        known = set[str]().union(*(exported.get(name, ()) for name in names))

        assert names <= exported.keys(), expression
        for one in asked:
            assert one.labels <= exported[SUFFIXES.sub('', one.metric)] | TARGET, expression
        assert grouping_labels(expression) <= known | TARGET, expression


@pytest.mark.slow
def test_first_fault_of_a_kind_is_seen(exposition: str) -> None:
    """A counter that appears with its first fault has not grown, for Prometheus: those of the alerts begin at 0."""
    counted = {
        one.metric
        for rule in rules()
        if 'increase(' in rule.expression
        for one in selectors(rule.expression)
        if one.metric.endswith('_total')
    }

    samples = {
        sample.name
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
    }

    assert counted
    assert sorted(counted - samples) == []
