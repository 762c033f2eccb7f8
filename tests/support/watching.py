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
    crossed: set[int] = field(default_factory=set)
    """The dashboard's panels that stand in the colour of a fault now."""
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
                self.crossed = {one for one in self._panels if is_crossed(one, seen)}
                self.scrapes += 1
                await asyncio.sleep(SCRAPE_SECONDS)

    async def is_calm(self, alert: str) -> None:
        """Wait until the windows are full, and neither the alert fires nor its panel shows a fault; fail when that lasts."""
        deadline = time.monotonic() + MINUTE
        full = self.scrapes + CALM_SCRAPES
        while self.scrapes < full or alert in self.firing or panel_of(alert) in self.crossed:
            faults = f'without any fault: {self.firing}, panels {self.crossed}'
            assert time.monotonic() < deadline, faults
            await asyncio.sleep(0.05)

    async def finds(self, alert: str) -> float:
        """Wait for an alert and its panel; return after how many seconds a collector of production would tell, at most.

        Fails when that is more than a minute.
        """
        panel, since = panel_of(alert), time.monotonic()
        while not (alert in self.firing and panel in self.crossed):
            waited = time.monotonic() - since
            assert waited < MINUTE, f'{alert}: {self.firing}, panels {self.crossed}'
            await asyncio.sleep(0.05)
        found = time.monotonic() - since + _shortened(rule_of(alert))
        print(f'{alert}: {found:.0f} s, with {sorted(self.firing)}')
        return found


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


def is_crossed(panel_id: int, evaluation: Evaluation) -> bool:
    """Return whether a panel's value stands in the colour of a fault: red."""
    panel = panels()[panel_id]
    steps = panel['fieldConfig']['defaults']['thresholds']['steps']
    values = [
        value
        for target in panel['targets']
        for value in evaluation.vector(target['expr']).values()
        if not math.isnan(value)
    ]
    if steps[0]['color'] == 'red':
        return any(value < steps[1]['value'] for value in values)
    red = next(one['value'] for one in steps if one['color'] == 'red')
    return any(value >= red for value in values)


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
