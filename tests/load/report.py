"""What the benchmark found, as one Markdown table."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

PLACE = Path(__file__).parents[2] / 'bench-report.md'


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure beside its budget and, where there is one, the baseline of the same run."""

    what: str
    figure: float
    unit: str
    most: float | None = None
    least: float | None = None
    """The least ratio to the baseline."""
    baseline: float | None = None
    note: str = ''

    @property
    def ratio(self) -> float | None:
        """The figure over the baseline's."""
        return self.figure / self.baseline if self.baseline else None

    @property
    def verdict(self) -> str:
        """Whether the budget is met; nothing where there is none."""
        if self.most is not None:
            return 'pass' if self.figure <= self.most else 'over'
        if self.least is not None and self.ratio is not None:
            return 'pass' if self.ratio >= self.least else 'over'
        return ''

    def cells(self) -> list[str]:
        """Return the row's cells as they are printed."""
        budget = f'≤ {_number(self.most)} {self.unit}' if self.most is not None else ''
        if self.least is not None:
            budget = f'≥ {self.least} of the baseline'
        return [
            self.what,
            f'{_number(self.figure)} {self.unit}',
            budget,
            f'{_number(self.baseline)} {self.unit}' if self.baseline is not None else '',
            f'{self.ratio:.2f}' if self.ratio is not None else '',
            self.verdict,
            self.note,
        ]


HEAD = ['what', 'desk', 'budget', 'baseline', 'ratio', 'verdict', 'note']


def written(rows: list[Row], *, size: str, seconds: float) -> str:
    """Return the report."""
    load = ' '.join(f'{one:.1f}' for one in os.getloadavg())
    lines = [
        '# Benchmark',
        '',
        f'{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {psutil.cpu_count()} cores · Python {platform.python_version()} · '
        f'data {size} · {seconds:.0f} s · load average at the end {load}',
        '',
        'Medians of several runs. The baseline is a bare FastAPI WebSocket that inserts with psycopg and fans out, in '
        'the same run, the same server settings, the same durable PostgreSQL. The ratio judges: absolute times '
        'depend on what else the machine does.',
        '',
        *(f'| {" | ".join(cells)} |' for cells in [HEAD, ['---'] * len(HEAD)]),
        *(f'| {" | ".join(row.cells())} |' for row in rows),
    ]
    return '\n'.join(lines) + '\n'


def _number(figure: float | None) -> str:
    if figure is None:
        return ''
    return f'{figure:,.0f}' if abs(figure) >= 100 else f'{figure:.2f}'
