"""The dashboard and the operators' page as data, and what an expression of Prometheus asks for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import promql_parser as promql

from tests.support.promql.rules import FOLDER

PAGE = FOLDER.parents[1] / 'docs' / 'operations.md'


@dataclass(frozen=True, slots=True)
class Selector:
    """One metric that an expression names: its labels, and over how long it looks back (0 for the present)."""

    metric: str
    labels: frozenset[str]
    range_seconds: float = 0.0


@cache
def dashboard() -> dict[str, Any]:
    """Return the dashboard."""
    found: dict[str, Any] = json.loads((FOLDER / 'dashboard.json').read_text())
    return found


def panels() -> dict[int, dict[str, Any]]:
    """Return the dashboard's panels by id, without the rows."""
    return {one['id']: one for one in dashboard()['panels'] if one['type'] != 'row'}


def headings() -> set[str]:
    """Return the anchors of the operators' page, as GitHub makes them."""
    found = re.findall(r'^#+ (.+)$', PAGE.read_text(), re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', one.lower()).replace(' ', '-') for one in found}


def selectors(expression: str) -> Iterator[Selector]:
    """Yield what an expression selects. Raises ``ValueError`` when it is not Prometheus' grammar."""
    found: list[promql.VectorSelector] = []
    ranges: dict[str, float] = {}

    def note(node: promql.Expr) -> None:
        if isinstance(node, promql.VectorSelector):
            found.append(node)
        elif isinstance(node, promql.MatrixSelector):
            assert node.vector_selector.name
            ranges[node.vector_selector.name] = node.range.total_seconds()

    promql.walk(promql.parse(expression), note)
    for one in found:
        assert one.name, expression
        labels = frozenset(matcher.name for matcher in one.matchers.matchers)
        yield Selector(one.name, labels, ranges.get(one.name, 0.0))


def grouping_labels(expression: str) -> frozenset[str]:
    """Return the labels by which an expression groups."""
    found: set[str] = set()

    def note(node: promql.Expr) -> None:
        if isinstance(node, promql.AggregateExpr) and node.modifier:
            found.update(node.modifier.labels)

    promql.walk(promql.parse(expression), note)
    return frozenset(found)
