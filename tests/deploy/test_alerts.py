"""The alerts of ``deploy/monitoring``: each says what to do, and fires for what it names and for nothing less.

``alerts.test.yml`` is promtool's own notation. It is read here by ``tests.support.promql``, and by promtool where that is
installed, so that both agree.
"""

import re
import shutil
import subprocess
from typing import Any

import promql_parser as promql
import pytest
import yaml

from desk.metrics import ANSWER_SECONDS, DEPENDENCY_SECONDS
from services.work.relay import WATCH_SECONDS
from tests.support.monitoring import headings, panels, selectors
from tests.support.promql.evaluate import increase_of, quantile_of
from tests.support.promql.rules import FOLDER, Rule, firing, rules, seconds_of
from tests.support.promql.series import labels_of, values_of

RULES = {rule.name: rule for rule in rules()}
TESTS: dict[str, dict[str, Any]] = {
    one['name']: one for one in yaml.safe_load((FOLDER / 'alerts.test.yml').read_text())['tests']
}
SLOW = {'DeskProcessorBusy', 'DeskUnreadableEvents', 'DeskAwsRefuses'}
"""Alerts that wait on purpose: for what is harmless while it is short."""
MINUTE = 60.0


@pytest.mark.parametrize('rule', RULES.values(), ids=RULES.keys())
def test_alert_says_how_bad_it_is_and_what_to_do(rule: Rule) -> None:
    said = rule.annotations
    page, _, section = said['runbook_url'].partition('#')
    panel = int(said['dashboard_url'].removeprefix('/d/desk/desk?viewPanel='))

    assert rule.labels['severity'] in {'critical', 'warning'}
    assert re.search('[가-힣]', said['summary'])
    assert said['summary_en'].isascii()
    assert page == 'docs/operations.md'
    assert section in headings()
    assert panel in panels()


@pytest.mark.parametrize('rule', RULES.values(), ids=RULES.keys())
def test_placeholders_of_a_summary_are_labels_of_its_series(rule: Rule) -> None:
    named = set(re.findall(r'\$labels\.(\w+)', ' '.join(rule.annotations.values())))
    grouped = re.findall(r'(?:sum|max|min) by \(([^)]*)\)', rule.expression)
    is_summed = re.search(r'(?:sum|max|absent)\s*\(', rule.expression) and not grouped

    kept = {one.strip() for group in grouped for one in group.split(',')}
    assert not (is_summed and named)
    assert not grouped or named <= kept


@pytest.mark.parametrize('name', sorted(RULES.keys() - SLOW))
def test_alert_comes_within_a_minute(name: str) -> None:
    """The window of a rate is half over when most of it is bad; a gauge is measured every few seconds."""
    rule = RULES[name]
    ranges = [one.range_seconds for one in selectors(rule.expression)]
    scrape = seconds_of('10s')

    measured = max(DEPENDENCY_SECONDS + ANSWER_SECONDS, WATCH_SECONDS)
    seen = max(ranges, default=0.0) / 2 or measured

    assert seen + rule.for_seconds + scrape <= MINUTE


@pytest.mark.parametrize('name', RULES)
def test_alert_fires_when_it_should_and_not_before(name: str) -> None:
    for what, expected in (('fires', {name}), ('stays silent', set[str]())):
        test = TESTS[f'{name} {what}']
        [asked] = test['promql_expr_test']

        found = firing(test, seconds_of('10s'), seconds_of(asked['eval_time']))

        assert found & {name} == expected, what
        assert f'alertname="{name}"' in asked['expr']
        assert bool(asked['exp_samples']) is bool(expected)


def test_every_test_is_of_an_alert() -> None:
    assert TESTS.keys() == {
        f'{name} {what}' for name in RULES for what in ('fires', 'stays silent')
    }


@pytest.mark.skipif(shutil.which('promtool') is None, reason="Prometheus' promtool is not here")
@pytest.mark.parametrize('command', [['check', 'rules', 'alerts.yml'], ['test', 'rules', 'alerts.test.yml']])  # fmt: skip
def test_promtool_says_the_same(command: list[str]) -> None:
    done = subprocess.run(
        ['promtool', *command], cwd=FOLDER, check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_collector_asks_as_often_as_the_alerts_count_on() -> None:
    config = yaml.safe_load((FOLDER / 'prometheus.yml').read_text())

    assert config['global']['scrape_interval'] == config['global']['evaluation_interval'] == '10s'
    assert config['rule_files'] == ['alerts.yml']
    assert [one['job_name'] for one in config['scrape_configs']] == ['desk']


def test_series_are_read_as_promtool_reads_them() -> None:
    assert labels_of('up{job="desk",a="b c"}') == {'__name__': 'up', 'job': 'desk', 'a': 'b c'}
    assert values_of('1 0+5x2 3x1 _ _x2 7-1x1') == [1, 0, 5, 10, 3, 3, None, None, None, 7, 6]


def test_counters_and_quantiles_are_counted_as_prometheus_does() -> None:
    """Worked by hand by Prometheus' own rules (``extrapolatedRate``, ``bucketQuantile``)."""
    steady = [(float(at), float(at)) for at in range(10, 61, 10)]
    restarted = [(0.0, 50.0), (10.0, 60.0), (20.0, 5.0)]

    assert increase_of(steady, 0, 60) == 60
    assert increase_of(restarted, 0, 20) == 15
    assert increase_of(steady[:1], 0, 60) is None
    assert quantile_of(0.95, [(0.1, 90.0), (0.5, 100.0), (float('inf'), 100.0)]) == pytest.approx(
        0.3
    )
    assert quantile_of(0.95, [(0.1, 90.0), (0.5, 90.0), (float('inf'), 100.0)]) == 0.5


def test_expressions_are_prometheus_grammar() -> None:
    for rule in RULES.values():
        assert promql.parse(rule.expression)
    with pytest.raises(ValueError, match='promql'):
        promql.parse('sum by (le (rate(x[1m])))')
