"""Time series: read from promtool's notation or from what a process exports, and looked up by time.

Times are seconds; a series is known by its labels, its name among them as ``__name__``.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from prometheus_client.parser import text_string_to_metric_families

LOOK_BACK_SECONDS = 300.0
"""How old a sample may be to count as the present one (Prometheus' ``query.lookback-delta``)."""
NOTATION = re.compile(r'^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})?$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
STEPS = re.compile(r'^(?P<first>-?[\d.]+)(?:(?P<step>[+-][\d.]+)?x(?P<times>\d+))?$')

Labels = frozenset[tuple[str, str]]
Sample = tuple[float, float]
"""A time and a value."""
TIME = itemgetter(0)


@dataclass(slots=True)
class Store:
    """Samples by name and series, each series in the order of time."""

    samples: dict[str, dict[Labels, list[Sample]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, labels: Mapping[str, str], at: float, value: float) -> None:
        """Append one sample, later than all of its series."""
        self.samples[labels['__name__']][frozenset(labels.items())].append((at, value))

    def scrape(self, exposition: str, at: float, **target: str) -> None:
        """Take what a process exports, with the labels of its target, and that it was up."""
        for family in text_string_to_metric_families(exposition):
            for sample in family.samples:
                self.add({'__name__': sample.name, **sample.labels, **target}, at, sample.value)
        self.add({'__name__': 'up', **target}, at, 1)

    def missed(self, at: float, **target: str) -> None:
        """Note that a target did not answer."""
        self.add({'__name__': 'up', **target}, at, 0)

    def between(
        self, name: str, after: float, until: float
    ) -> Iterator[tuple[Labels, Sequence[Sample]]]:
        """Yield each series of a name with its samples later than ``after`` and not later than ``until``, if it has any."""
        for labels, samples in self.samples[name].items():
            first = bisect_right(samples, after, key=TIME)
            if found := samples[first : bisect_right(samples, until, key=TIME)]:
                yield labels, found

    def present(self, name: str, at: float) -> Iterator[tuple[Labels, float]]:
        """Yield the newest value of each series of a name at a time."""
        for labels, samples in self.between(name, at - LOOK_BACK_SECONDS, at):
            yield labels, samples[-1][1]


def labels_of(notation: str) -> dict[str, str]:
    """Read ``name{label="value"}``."""
    read = NOTATION.match(notation)
    assert read, notation
    return {'__name__': read['name'], **dict(LABEL.findall(read['labels'] or ''))}


def values_of(notation: str) -> list[float | None]:
    """Read promtool's values: ``1``, ``0+5x10`` (the first and ten more), ``3x4``, ``_`` for a missing one."""
    found: list[float | None] = []
    for word in notation.split():
        if word.startswith('_'):
            found += [None] * int(word.removeprefix('_').removeprefix('x') or 1)
            continue
        read = STEPS.match(word)
        assert read, word
        first, step = float(read['first']), float(read['step'] or 0)
        found += [first + step * number for number in range(int(read['times'] or 0) + 1)]
    return found
