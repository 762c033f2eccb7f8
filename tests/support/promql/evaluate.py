"""Evaluates the part of PromQL that the desk's rules are written in, as Prometheus does; anything else is an error.

The grammar is ``promql_parser``'s; the functions follow Prometheus' own (``promql/functions.go``, ``promql/quantile.go``).
``pace`` lets a test's time go faster: every duration of an expression is divided by it.
"""

import math
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import promql_parser as promql

from tests.support.promql.series import Labels, Sample, Store

Vector = dict[Labels, float]
Value = Vector | float

ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    '+': operator.add,
    '-': operator.sub,
    '*': operator.mul,
    '/': lambda one, other: one / other if other else math.copysign(math.inf, one) if one else math.nan,
}  # fmt: skip
COMPARISON: Mapping[str, Callable[[float, float], bool]] = {
    '>': operator.gt,
    '<': operator.lt,
    '>=': operator.ge,
    '<=': operator.le,
    '==': operator.eq,
    '!=': operator.ne,
}
AGGREGATIONS: Mapping[str, Callable[[Sequence[float]], float]] = {
    'sum': sum,
    'max': max,
    'min': min,
    'count': len,
}
MATCHES: Sequence[tuple[promql.MatchOp, Callable[[str, str], bool]]] = (
    (promql.MatchOp.Equal, lambda wanted, found: wanted == found),
    (promql.MatchOp.NotEqual, lambda wanted, found: wanted != found),
    (promql.MatchOp.Re, lambda wanted, found: re.fullmatch(wanted, found) is not None),
    (promql.MatchOp.NotRe, lambda wanted, found: re.fullmatch(wanted, found) is None),
)
"""By the operator, which cannot be a key."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One look at the series, at one time."""

    store: Store
    at: float
    pace: float = 1.0

    def vector(self, expression: str) -> Vector:
        """Return the series that an expression finds, with their values."""
        found = self.value(promql.parse(expression))
        return found if isinstance(found, dict) else {frozenset(): found}

    def value(self, node: promql.Expr) -> Value:
        """Return what a parsed expression is worth. Raises ``NotImplementedError`` for what the rules do not use."""
        match node:
            case promql.NumberLiteral():
                return node.val
            case promql.ParenExpr():
                return self.value(node.expr)
            case promql.VectorSelector():
                moment = self.at - self._seconds(node.offset)
                return {
                    labels: value
                    for labels, value in self.store.present(_name(node), moment)
                    if _is_meant(node, labels)
                }
            case promql.AggregateExpr():
                return _aggregated(node, self._vector(node.expr))
            case promql.Call():
                return self._call(node.func.name, node.args)
            case promql.BinaryExpr():
                assert node.modifier is None or node.modifier.matching is None, 'no on, no ignoring'
                return _combined(str(node.op), self.value(node.lhs), self.value(node.rhs))
        raise NotImplementedError(type(node).__name__)

    def _call(self, name: str, arguments: Sequence[promql.Expr]) -> Vector:
        match name:
            case 'rate' | 'increase':
                return self._rate(arguments[0], is_per_second=name == 'rate')
            case 'histogram_quantile':
                quantile = self.value(arguments[0])
                assert isinstance(quantile, float)
                return _quantiles(quantile, self._vector(arguments[1]))
            case 'absent':
                return {} if self.value(arguments[0]) else {frozenset(): 1.0}
        raise NotImplementedError(name)

    def _rate(self, argument: promql.Expr, *, is_per_second: bool) -> Vector:
        assert isinstance(argument, promql.MatrixSelector)
        selector, seconds = argument.vector_selector, self._seconds(argument.range)
        until = self.at - self._seconds(selector.offset)
        return {
            _unnamed(labels): increase / (seconds if is_per_second else 1)
            for labels, samples in self.store.between(_name(selector), until - seconds, until)
            if _is_meant(selector, labels)
            and (increase := increase_of(samples, until - seconds, until)) is not None
        }

    def _vector(self, node: promql.Expr) -> Vector:
        found = self.value(node)
        assert isinstance(found, dict)
        return found

    def _seconds(self, duration: timedelta | None) -> float:
        return duration.total_seconds() / self.pace if duration else 0.0


def increase_of(samples: Sequence[Sample], since: float, until: float) -> float | None:
    """Return by how much a counter grew between two times, extrapolated as Prometheus does; ``None`` for too few samples."""
    if len(samples) < 2:
        return None
    (first_at, first), (last_at, last) = samples[0], samples[-1]
    grown, before = last - first, first
    for _, value in samples:
        grown += before if value < before else 0  # the process began anew
        before = value
    sampled = last_at - first_at
    average = sampled / (len(samples) - 1)
    to_start, to_end = first_at - since, until - last_at
    if grown > 0 and first >= 0:
        to_start = min(to_start, sampled * first / grown)  # it was not below zero before
    covered = sampled
    for gap in (to_start, to_end):
        covered += gap if gap < average * 1.1 else average / 2
    return grown * covered / sampled


def _aggregated(node: promql.AggregateExpr, found: Vector) -> Vector:
    assert node.modifier is None or node.modifier.type == promql.AggModifierType.By
    kept = set(node.modifier.labels) if node.modifier else set()
    groups: dict[Labels, list[float]] = defaultdict(list)
    for labels, value in found.items():
        groups[frozenset(one for one in labels if one[0] in kept)].append(value)
    aggregate = AGGREGATIONS[str(node.op)]
    return {labels: float(aggregate(values)) for labels, values in groups.items()}


def _combined(sign: str, left: Value, right: Value) -> Value:
    if sign in {'and', 'or', 'unless'}:
        assert isinstance(left, dict)
        assert isinstance(right, dict)
        return _set_operation(sign, left, right)
    if isinstance(left, dict):
        return {
            labels if sign in COMPARISON else _unnamed(labels): value
            for labels, one in left.items()
            for other in _partners(labels, right)
            if (value := _applied(sign, one, other)) is not None
        }
    assert isinstance(right, float), 'a number stands on the right'
    return ARITHMETIC[sign](left, right)


def _applied(sign: str, one: float, other: float) -> float | None:
    """Return the result; ``None`` where a comparison does not hold."""
    if sign in ARITHMETIC:
        return ARITHMETIC[sign](one, other)
    return one if COMPARISON[sign](one, other) else None


def _partners(labels: Labels, right: Value) -> Iterable[float]:
    if isinstance(right, float):
        return [right]
    return [value for other, value in right.items() if _unnamed(other) == _unnamed(labels)]


def _set_operation(sign: str, left: Vector, right: Vector) -> Vector:
    on_the_right, on_the_left = ({_unnamed(labels) for labels in one} for one in (right, left))
    if sign == 'or':
        added = {one: value for one, value in right.items() if _unnamed(one) not in on_the_left}
        return left | added
    is_wanted = sign == 'and'
    return {
        labels: value
        for labels, value in left.items()
        if (_unnamed(labels) in on_the_right) is is_wanted
    }


def _quantiles(quantile: float, buckets: Vector) -> Vector:
    groups: dict[Labels, list[tuple[float, float]]] = defaultdict(list)
    for labels, count in buckets.items():
        rest = frozenset(one for one in _unnamed(labels) if one[0] != 'le')
        groups[rest].append((float(dict(labels)['le']), count))
    return {labels: quantile_of(quantile, sorted(found)) for labels, found in groups.items()}


def quantile_of(quantile: float, buckets: Sequence[tuple[float, float]]) -> float:
    """Return a quantile of cumulative buckets (upper bound, count), the last of them without a bound."""
    total = buckets[-1][1]
    if not total:
        return math.nan
    rank = quantile * total
    place = next(number for number, (_, count) in enumerate(buckets) if count >= rank)
    if place == len(buckets) - 1:
        return buckets[-2][0]
    start, below = buckets[place - 1] if place else (0.0, 0.0)
    end, count = buckets[place]
    return start + (end - start) * (rank - below) / (count - below) if count > below else end


def _name(selector: promql.VectorSelector) -> str:
    assert selector.name is not None, 'a selector begins with a name'
    return selector.name


def _is_meant(selector: promql.VectorSelector, labels: Labels) -> bool:
    found = dict(labels)
    return all(_matches(one, found.get(one.name, '')) for one in selector.matchers.matchers)


def _matches(matcher: promql.Matcher, found: str) -> bool:
    matches = next(one for operation, one in MATCHES if operation == matcher.op)
    return matches(matcher.value, found)


def _unnamed(labels: Labels) -> Labels:
    return frozenset(one for one in labels if one[0] != '__name__')
