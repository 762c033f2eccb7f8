"""How late Connect in a box is when it is busy: ``python -m tests.load.sandbox_bench``, or ``rows`` out of ``make bench``.

A sandbox process of its own, pinned to one core with all its threads; moto, which stands for SQS and Kinesis, has the rest of
the machine. The load player plays in real time;
each thing has a moment at which it is due, and how much later it was done is measured on the wall clock inside of the
process, after it was done:

- routing: what customers and agents do, until the offer that follows is there;
- ring timeouts, after-work limits, queue delays: the world's timers;
- events: until SQS and Kinesis (moto) have taken them.

Later than 250 ms (what a person sees as at once), or 2 s for events, is a missed deadline. Meanwhile a dashboard asks for
metrics once a second, and a desk reads the queue of contact events.
"""

import asyncio
import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from desk.sandbox.connect.publishing import CONTACT_QUEUE
from tests.load.report import Row, written
from tests.support.sandbox.box import ORDERS, PAYMENTS, SUPPORT, Box, running_box

AGENTS, CONTACTS_A_MINUTE = 200, 2_000
MINUTES = 2.0
METRICS = ('CONTACTS_IN_QUEUE', 'AGENTS_ONLINE', 'AGENTS_AVAILABLE', 'OLDEST_CONTACT_AGE')
NAMES = {
    'routing': 'routing',
    'ring_timeouts': 'ring timeouts',
    'after_work': 'after-work limits',
    'delays': 'queue delays',
    'events': 'events told',
}
PLAN = {
    'shape': 'flat',
    'speed': 1,
    'agents': AGENTS,
    'calls_per_minute': CONTACTS_A_MINUTE / 2,
    'chats_per_minute': CONTACTS_A_MINUTE / 2,
    # Short talks, so that 200 agents can take 2,000 contacts a minute.
    'answer_seconds': 1,
    'talk_seconds': 4,
    'after_work_seconds': 1.5,
    'after_work_limit_seconds': 2,
    'patience_seconds': 60,
}


async def rows(minutes: float = MINUTES) -> list[Row]:
    """Play the load and return what was found."""
    return await asyncio.to_thread(_measured, minutes)


def _measured(minutes: float) -> list[Row]:
    with TemporaryDirectory() as folder, _one_core(Path(folder)) as box:
        used, waited = _processor_seconds(box), _waited_seconds(box)
        begun = time.monotonic()
        _metrics(box)  # the first request reads AWS's models
        box.hand('POST', 'load', **PLAN, minutes=minutes)
        with _reading(box):
            asked = list(_asking(box))
        seconds = time.monotonic() - begun
        cores = (_processor_seconds(box) - used) / seconds
        waited = (_waited_seconds(box) - waited) / seconds
        return _rows(box.hand('GET', 'load'), asked, cores, waited)


@contextmanager
def _one_core(folder: Path) -> Iterator[Box]:
    """Run a sandbox whose every thread has the last core and no other."""
    with running_box(folder, SANDBOX_THROTTLES='false') as box:
        last = max(os.sched_getaffinity(0))
        for thread in psutil.Process(box.pid).threads():
            os.sched_setaffinity(thread.id, {last})  # later threads begin where these are
        yield box


@contextmanager
def _reading(box: Box) -> Iterator[None]:
    """Read and delete contact events, as a desk does."""
    over = threading.Event()
    reader = threading.Thread(target=_read, args=(box, over))
    reader.start()
    try:
        yield
    finally:
        over.set()
        reader.join()


def _read(box: Box, over: threading.Event) -> None:
    sqs = box.client('sqs')
    url = sqs.get_queue_url(QueueName=CONTACT_QUEUE)['QueueUrl']
    while not over.is_set():
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        if messages := got.get('Messages'):
            entries = [
                {'Id': str(place), 'ReceiptHandle': message['ReceiptHandle']}
                for place, message in enumerate(messages)
            ]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)


def _asking(box: Box) -> Iterator[float]:
    """Ask for metrics every second until the load is played; yield how many milliseconds each took."""
    while box.hand('GET', 'load')['state'] == 'playing':
        began = time.monotonic()
        _metrics(box)
        yield (time.monotonic() - began) * 1_000
        time.sleep(max(0.0, 1 - (time.monotonic() - began)))


def _metrics(box: Box) -> None:
    box.connect.get_current_metric_data(
        Filters={'Queues': [ORDERS, PAYMENTS, SUPPORT], 'Channels': ['VOICE', 'CHAT']},
        CurrentMetrics=[{'Name': name} for name in METRICS],
        Groupings=['QUEUE'],
        **box.instance,
    )


def _rows(progress: dict[str, Any], asked: list[float], cores: float, waited: float) -> list[Row]:
    late, tally = progress['late'], progress['tally']
    contacts = tally['calls'] + tally['chats']
    minutes = progress['plan']['minutes']
    missed = sum(each['missed'] for each in late.values())
    found = [
        Row(
            what='sandbox: missed deadlines',
            figure=missed,
            unit='',
            most=0,
            note=f'{AGENTS} agents, {contacts / minutes:,.0f} contacts a minute, {tally["answered"]} answered',
        )
    ]
    for kind, name in NAMES.items():
        of = late[kind]
        found.append(
            Row(
                what=f'sandbox: {name}, latest',
                figure=of['most'],
                unit='ms',
                most=of['deadline'],
                note=f'p50 {of["p50"]}, p95 {of["p95"]} ms of {of["count"]:,}',
            )
        )
    found.append(
        Row(
            what='sandbox: core used',
            figure=cores,
            unit='cores',
            most=1,
            note=f'pinned; {waited:.0%} of the time others had the core',
        )
    )
    p95 = statistics.quantiles(asked, n=20)[-1] if len(asked) > 1 else 0.0
    found.append(Row(what='sandbox: metrics by boto3 meanwhile, p95', figure=p95, unit='ms'))
    return found


def _processor_seconds(box: Box) -> float:
    times = psutil.Process(box.pid).cpu_times()
    return float(times.user + times.system)


def _waited_seconds(box: Box) -> float:
    """Return how long the process would have run and could not, because somebody else did (Linux, schedstat)."""
    return int(Path(f'/proc/{box.pid}/schedstat').read_text().split()[1]) / 1e9


if __name__ == '__main__':
    began = time.monotonic()
    found = asyncio.run(rows(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES))
    print(written(found, size='sandbox', seconds=time.monotonic() - began))
