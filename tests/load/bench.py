"""The benchmark of DESIGN §8: ``make bench`` (``python -m tests.load.bench [--small] [--full] [--only …]``).

One run starts PostgreSQL and Valkey in ``.cache/bench``, the desk and the baseline beside it, and measures both in
turns. It prints a table, writes it to ``bench-report.md``, and fails only when messages were lost: whether a figure
is over its budget is for the reader of the table to judge, beside the baseline's.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from desk.sandbox import BackingUrls
from tests.load import (
    bench_history,
    bench_rates,
    bench_reports,
    bench_search,
    browser,
    dashboard,
    floor,
    inbox,
    pages,
    report,
    routing,
    sandbox_bench,
    scenarios,
    shift,
    stranger,
    traces,
    transfers,
    voice,
)
from tests.load.processes import Running, serving
from tests.load.report import Row
from tests.load.scenarios import Outcome

USUAL = (
    'inbox',
    'pages',
    'throughput',
    'latency',
    'shift',
    'browser',
    'routing',
    'sandbox',
    'stranger',
    'traces',
)
SEARCHING = {'search': bench_search, 'history': bench_history, 'rates': bench_rates}
PARTS = (*USUAL, *SEARCHING, 'reports', 'dashboard', 'voice', 'transfers')
"""The last seven take minutes, for a million rows: they are measured with ``--full`` or by name."""


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; returns the exit code."""
    parser = argparse.ArgumentParser(prog='python -m tests.load.bench', description=__doc__)
    parser.add_argument('--small', action='store_true', help='a small database, for a quick look')
    parser.add_argument('--full', action='store_true', help='also 500 agents, and a million rows')
    parser.add_argument('--only', choices=PARTS, action='append', help='these parts only')
    asked = parser.parse_args(arguments)
    size = floor.SMALL if asked.small else floor.FULL
    begun = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is stopped
    with floor.floor(size) as urls:
        outcome = asyncio.run(_measured(urls, size, asked))
    text = report.written(outcome.rows, size=size.name, seconds=time.monotonic() - begun)
    report.PLACE.write_text(text, encoding='utf-8')
    print(text)
    if outcome.lost:
        print(f'{outcome.lost} messages were lost.')
    return 1 if outcome.lost else 0


async def _measured(urls: BackingUrls, size: floor.Size, asked: argparse.Namespace) -> Outcome:
    parts = asked.only or (PARTS if asked.full else USUAL)
    counts = (50, 200, 500) if asked.full else (50, 200)
    outcome = Outcome([])
    if 'inbox' in parts:
        outcome.rows += await inbox.inbox_pages(urls, size)
    rows = bench_search.ROWS // 50 if asked.small else bench_search.ROWS
    for name, bench in SEARCHING.items():
        if name in parts:
            outcome.rows += await bench.rows(urls, customers=rows, messages=rows)
    if 'sandbox' in parts:
        outcome.rows += await sandbox_bench.rows(0.5 if asked.small else sandbox_bench.MINUTES)
    seconds = stranger.SMALL_SECONDS if asked.small else stranger.SECONDS
    works: dict[str, Callable[[Running, Running], Awaitable[Outcome]]] = {
        'pages': lambda desk, _: _rows(pages.building(desk)),
        'throughput': scenarios.throughput,
        'latency': lambda desk, bare: scenarios.latency_and_memory(desk, bare, counts),
        'shift': lambda desk, _: _rows(shift.memory_over_a_shift(desk)),
        'stranger': lambda desk, _: stranger.beside_others(desk, seconds=seconds),
        'browser': lambda desk, _: browser.in_a_browser(desk),
    }
    past = bench_reports.SMALL_CONTACTS if asked.small else bench_reports.CONTACTS
    alone: dict[str, Callable[[], Awaitable[Outcome]]] = {
        **{name: partial(_with_servers, urls, work) for name, work in works.items()},
        'traces': lambda: traces.rows(urls),
        'routing': lambda: routing.rows(urls, routing.SMALL if asked.small else routing.Load()),
        'dashboard': lambda: dashboard.rows(urls, small=asked.small),
        'voice': lambda: voice.rows(urls, small=asked.small),
        'reports': lambda: _rows(bench_reports.rows(urls, contacts=past)),
    }
    for name, measured in alone.items():
        if name in parts:
            found = await measured()
            outcome.rows += found.rows
            outcome.lost += found.lost
    if 'transfers' in parts:  # last: nothing else is measured among what it brings in
        share = 50 if asked.small else 1
        outcome.rows += await transfers.rows(
            urls, contacts=transfers.CONTACTS // share, customers=transfers.CUSTOMERS // share
        )
    return outcome


async def _with_servers(
    urls: BackingUrls, work: Callable[[Running, Running], Awaitable[Outcome]]
) -> Outcome:
    """Give each part servers of its own: nothing that another left in their memory counts."""
    async with (
        serving('tests.load.bare_server', urls) as bare,
        serving('tests.load.desk_server', urls) as desk,
    ):
        return await work(desk, bare)


async def _rows(rows: Awaitable[list[Row]]) -> Outcome:
    return Outcome(await rows)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
