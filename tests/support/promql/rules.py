"""Alerting rules, evaluated step by step: which are pending, which fire. Reads Prometheus' and promtool's own files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser as promql
import yaml

from tests.support.promql.evaluate import Evaluation
from tests.support.promql.series import Labels, Store, labels_of, values_of

FOLDER = Path(__file__).parents[3] / 'deploy' / 'monitoring'


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One alert."""

    name: str
    expression: str
    for_seconds: float
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@cache
def rules() -> tuple[Rule, ...]:
    """Return the desk's alerts."""
    groups = yaml.safe_load((FOLDER / 'alerts.yml').read_text())['groups']
    return tuple(
        Rule(
            name=one['alert'],
            expression=one['expr'],
            for_seconds=seconds_of(one['for']) if 'for' in one else 0.0,
            labels=one['labels'],
            annotations=one['annotations'],
        )
        for group in groups
        for one in group['rules']
    )


def seconds_of(duration: str) -> float:
    """Read a duration as Prometheus writes it."""
    return promql.parse_duration(duration).total_seconds()


@dataclass(slots=True)
class Watch:
    """Evaluates rules again and again over one store; ``pace`` is that of ``evaluate``."""

    rules: Sequence[Rule]
    store: Store
    pace: float = 1.0
    since: dict[tuple[str, Labels], float] = field(default_factory=dict)
    """Since when each alert's expression holds, by its name and labels."""

    def evaluate(self, at: float) -> set[str]:
        """Look once; return the names of the alerts that fire now."""
        holding = {
            (rule.name, frozenset(one for one in labels if one[0] != '__name__')): rule.for_seconds
            for rule in self.rules
            for labels in Evaluation(self.store, at, self.pace).vector(rule.expression)
        }
        self.since = {key: self.since.get(key, at) for key in holding}
        return {
            key[0]
            for key, seconds in holding.items()
            if at - self.since[key] >= seconds / self.pace
        }


def firing(test: Mapping[str, Any], step_seconds: float, at: float) -> set[str]:
    """Return which alerts fire at a time in a test group of promtool's notation."""
    store = Store()
    interval = seconds_of(test['interval'])
    for one in test['input_series']:
        labels = labels_of(one['series'])
        for number, value in enumerate(values_of(one['values'])):
            if value is not None:
                store.add(labels, number * interval, value)
    watch, moment, found = Watch(rules(), store), 0.0, set[str]()
    while moment <= at:
        found = watch.evaluate(moment)
        moment += step_seconds
    return found
