"""The operators' page: it has the guide's checklists, its commands exist, and its costs follow from the sizes."""

import re

import pytest

from tests.support.monitoring import PAGE, headings
from tests.support.sizes import SIZES, size
from tests.support.templates import ROOT

TEXT = PAGE.read_text()
GUIDE = {
    '배포 전 확인사항': [
        'tests',
        'environment',
        'migrated',
        'certificate',
        'balancer',
        'dashboard',
    ],
    '운영 중 모니터링': ['response time', 'error rate', 'database', 'WebSocket', 'memory'],
}
"""What the guide's lists ask for, in the words of the page."""
HOURS = 730


def rows(first_cell: str) -> dict[str, list[str]]:
    """Return a table by the first cell of its head: its lines by their first cells."""
    [table] = re.findall(rf'^\| {first_cell} \|.*\n\|[-|]+\n((?:\|.*\n)+)', TEXT, re.MULTILINE)
    cells = [[one.strip() for one in line.strip('|').split('|')] for line in table.splitlines()]
    return {line[0]: line[1:] for line in cells}


def test_page_has_the_guides_checklists() -> None:
    before, running = rows('before a deployment'), rows('in operation')

    for asked, found in zip(GUIDE.values(), (before, running), strict=True):
        assert [one for one in asked if not any(one in line for line in found)] == []
    for found in (before, running, rows('security'), rows('performance')):
        assert [line for line, (shown,) in found.items() if not shown] == []


def test_what_the_page_names_is_there() -> None:
    commands = set(re.findall(r'`make ([a-z-]+)', TEXT))
    targets = set(re.findall(r'^([a-z-]+):', (ROOT / 'Makefile').read_text(), re.MULTILINE))
    paths = set(re.findall(r'(?:deploy|docs|tests)/[\w/.-]+\w', TEXT))
    links = set(re.findall(r'\]\(#([\w-]+)\)', TEXT))

    assert commands - targets == set()
    assert [one for one in sorted(paths) if not (ROOT / one).exists() and one != 'deploy/desk.env'] == []  # fmt: skip
    assert links - headings() == set()
    assert {'backup-and-restore', 'upgrade-and-back', 'costs', 'sizes'} <= headings()


@pytest.mark.parametrize('name', SIZES)
def test_costs_are_the_sizes_times_the_prices(name: str) -> None:
    column = SIZES.index(name) + 1
    said = {
        line: int(cells[column].replace(',', '')) for line, cells in rows('USD a month').items()
    }
    price = {line: float(cells[0]) for line, cells in rows('unit').items()}
    wanted = size(name)

    def of(*words: str) -> float:
        [found] = [value for line, value in price.items() if all(word in line for word in words)]
        return found

    task = int(wanted['Cpu']) / 1024 * of('vCPU') + int(wanted['Memory']) / 1024 * of(
        'Fargate, GiB'
    )
    expected = {
        'processes': int(wanted['Processes']) * task * HOURS,
        'database': of(f'{wanted["DatabaseClass"]} ') * 2 * HOURS,
        'its storage': int(wanted['DatabaseGiB']) * 2 * of('RDS storage'),
        'cache': of(f'{wanted["CacheClass"]} ') * 2 * HOURS,
        'NAT': {'one': 1, 'two': 2}[wanted['NatGateways']] * of('NAT') * HOURS,
    }

    assert said == {**{line: round(one) for line, one in expected.items()}, 'sum': said['sum']}
    assert said['sum'] == sum(value for line, value in said.items() if line != 'sum')
