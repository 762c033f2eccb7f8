"""A running desk as Prometheus and its operator see it: asked for its metrics again and again, its alerts evaluated.

Prometheus asks every 10 s; here it is every second, and the rules' own durations are as much shorter.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from desk.settings import Settings
from tests.support.browser.live import LiveDesk
from tests.support.monitoring import panels
from tests.support.promql.evaluate import Evaluation
from tests.support.promql.rules import Rule, Watch, rules
from tests.support.promql.series import Store

PACE = 10.0
"""How much faster than in production the collector asks."""
SCRAPE_SECONDS = 10.0 / PACE
MINUTE = 60.0
CALM_SCRAPES = 7
"""More than a window of a minute holds."""


@dataclass(slots=True)
class WatchedDesk:
    """One process of the desk, and what its collector knows of it."""

    desk: LiveDesk
    store: Store = field(default_factory=Store)
    firing: set[str] = field(default_factory=set)
    colors: dict[int, str] = field(default_factory=dict)
    """The colours in which the dashboard's panels stand now."""
    scrapes: int = 0
    _watch: Watch = field(init=False)
    _panels: list[int] = field(init=False)

    async def _scrape(self, client: httpx.AsyncClient) -> None:
        target = {'job': 'desk', 'instance': self.address.removeprefix('http://')}
        try:
            answer = await client.get(f'{self.address}/metrics')
            answer.raise_for_status()
        except httpx.HTTPError:
            self.store.missed(time.monotonic(), **target)
        else:
            self.store.scrape(answer.text, time.monotonic(), **target)

    def __post_init__(self) -> None:
        self._watch = Watch(rules(), self.store, PACE)
        self._panels = sorted({panel_of(rule.name) for rule in rules()})

    @property
    def address(self) -> str:
        """Where it is."""
        return self.desk.address

    async def follow(self) -> None:
        """Collect and evaluate, until cancelled."""
        async with httpx.AsyncClient(timeout=SCRAPE_SECONDS * 3) as client:
            while True:
                await self._scrape(client)
                now = time.monotonic()
                self.firing = self._watch.evaluate(now)
                seen = Evaluation(self.store, now, PACE)
                self.colors = {one: color_of(one, seen) for one in self._panels}
                self.scrapes += 1
                await asyncio.sleep(SCRAPE_SECONDS)

    async def is_calm(self, alert: str) -> None:
        """Wait until the windows are full, and neither the alert fires nor its panel shows a fault; fail when that lasts."""
        deadline = time.monotonic() + MINUTE
        full = self.scrapes + CALM_SCRAPES
        while self.scrapes < full or alert in self.firing or self._stands_out(alert):
            faults = f'without any fault: {self.firing}, panels {self.colors}'
            assert time.monotonic() < deadline, faults
            await asyncio.sleep(0.05)

    async def finds(self, alert: str) -> float:
        """Wait for an alert and its panel; return after how many seconds a collector of production would tell, at most.

        Fails when that is more than a minute.
        """
        since = time.monotonic()
        while not (alert in self.firing and self._stands_out(alert)):
            waited = time.monotonic() - since
            assert waited < MINUTE, f'{alert}: {self.firing}, panels {self.colors}'
            await asyncio.sleep(0.05)
        found = time.monotonic() - since + _shortened(rule_of(alert))
        print(f'{alert}: {found:.0f} s, with {sorted(self.firing)}')
        return found

    def _stands_out(self, alert: str) -> bool:
        """Whether an alert's panel stands in red, or for a warning in yellow."""
        meant = ('red',) if rule_of(alert).labels['severity'] == 'critical' else ('red', 'yellow')
        return self.colors.get(panel_of(alert)) in meant


def rule_of(alert: str) -> Rule:
    """Return an alert's rule."""
    [rule] = [one for one in rules() if one.name == alert]
    return rule


def panel_of(alert: str) -> int:
    """Return the id of the panel that an alert leads to."""
    return int(rule_of(alert).annotations['dashboard_url'].rpartition('=')[2])


def _shortened(rule: Rule) -> float:
    """Return by how many seconds a test is shorter than production: the rule's patience, and the scrape."""
    return (1 - 1 / PACE) * (rule.for_seconds + 10.0)


def color_of(panel_id: int, evaluation: Evaluation) -> str:
    """Return the colour of a panel's worst value; green when there is none."""
    panel = panels()[panel_id]
    steps = panel['fieldConfig']['defaults']['thresholds']['steps']
    values = [
        value
        for target in panel['targets']
        for value in evaluation.vector(target['expr']).values()
        if not math.isnan(value)
    ]
    reached = [
        place
        for value in values
        for place, step in enumerate(steps)
        if step['value'] is None or value >= step['value']
    ]
    if not reached:
        return 'green'
    if steps[0]['color'] != 'red':
        return str(steps[max(reached)]['color'])
    least = min(values)  # the fewer the worse
    return str([one['color'] for one in steps if one['value'] is None or least >= one['value']][-1])


@asynccontextmanager
async def watched(
    settings: Settings, folder: Path, **environment: str
) -> AsyncIterator[WatchedDesk]:
    """Run a desk with more variables of its environment, and collect its metrics, while the block runs."""
    desk = LiveDesk(settings, log=folder / 'errors.log', more=environment)
    await asyncio.to_thread(desk.start)
    seen = WatchedDesk(desk)
    following = asyncio.create_task(seen.follow())
    try:
        yield seen
        if following.done():
            following.result()
    finally:
        following.cancel()
        await asyncio.wait({following})
        await asyncio.to_thread(desk.kill)  # what it stands on may be away, and is not waited for
