"""To the pixel: an agent's page in Chromium, while messages come in and when a long chat is opened.

The page notes by itself when a bubble has been painted (the frame after the one that drew it). Load generator and
browser share a clock, being one machine.
"""

import time
from contextlib import suppress
from uuid import UUID

from playwright.async_api import BrowserContext, Page, async_playwright
from playwright.async_api import TimeoutError as NotInTime
from typing_extensions import override

from tests.load import floor
from tests.load.loads import ARRIVE_SECONDS, Arrivals, Latency, steadily
from tests.load.processes import Running, client
from tests.load.report import Row
from tests.load.scenarios import Outcome
from tests.load.sockets import Customer
from tests.support.browser import chromium

AGENT = 1
RATE = 4
SECONDS = 8.0
OPENINGS = 6
SWITCHES = 12
WATCH = """
    window.painted = {}; window.firstPaint = null; window.pressed = null; window.opened = null;
    let earlier = new WeakSet();
    addEventListener('click', () => {
        earlier = new WeakSet(document.querySelectorAll('.desk-bubble'));
        window.pressed = performance.now(); window.opened = null;
    }, true);
    new MutationObserver(() => {
        const bubbles = [...document.querySelectorAll('.desk-bubble')];
        if (!bubbles.length) return;
        const isOther = !earlier.has(bubbles.at(-1));
        requestAnimationFrame(() => setTimeout(() => {
            window.firstPaint ??= performance.now();
            if (isOther) window.opened ??= performance.now() - window.pressed;
            for (const bubble of bubbles) {
                const number = /#(\\d{8})#/.exec(bubble.textContent)?.[1];
                if (number) window.painted[+number] ??= Date.now();
            }
        }));
    }).observe(document, { subtree: true, childList: true, characterData: true });
"""


async def in_a_browser(desk: Running) -> Outcome:
    """Measure both in one browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=list(chromium.LAUNCH_ARGS)
        )
        context = await browser.new_context(viewport={'width': 1440, 'height': 900}, locale='ko-KR')
        value = floor.agent(AGENT).cookie
        await context.add_cookies([{'name': 'desk_session', 'value': value, 'url': desk.address}])
        await context.add_init_script(WATCH)
        opened = [await _opened(context, desk, floor.LONG_CHAT) for _ in range(OPENINGS)]
        switched = await _switched(context, desk)
        painted, lost = await _messages(context, desk)
        await browser.close()
    opening, switching, shown = (Latency.of(one) for one in (opened[1:], switched[1:], painted))
    rows = [
        Row(what="customer's message to the pixel, p50", figure=shown.p50, unit='ms'),
        Row(what="customer's message to the pixel, p95", figure=shown.p95, unit='ms', most=120,
            note=f'Chromium, {RATE} messages/s into the open chat'),
        Row(what='opening a 5,000-message chat from the inbox, to the first bubble painted', figure=switching.p50,
            unit='ms', most=300, note='Chromium, in the desk as an agent has it open; from the press on the row'),
        Row(what='the same by its address, in a tab of its own', figure=opening.p50, unit='ms',
            note='Chromium, warm cache: the whole page is loaded, its scripts are run'),
    ]  # fmt: skip
    return Outcome(rows, lost)


async def _opened(context: BrowserContext, desk: Running, chat_id: UUID) -> float:
    page = await _chat(context, desk, chat_id)
    painted = float(await page.evaluate('window.firstPaint'))
    await page.close()
    return painted


async def _switched(context: BrowserContext, desk: Running) -> list[float]:
    """Go to and fro between a short chat and the long one by presses in the inbox; returns the long one's openings."""
    page = await _chat(context, desk, floor.agent(AGENT).chat_id)
    milliseconds = []
    for turn in range(2 * SWITCHES):
        is_long = turn % 2 == 0
        name = page.get_by_text('고객' if is_long else f'고객{AGENT}', exact=True)
        await page.locator('.desk-row-open').filter(has=name).click()
        await page.wait_for_function('window.opened !== null')
        if is_long:
            milliseconds.append(float(await page.evaluate('window.opened')))
    await page.close()
    return milliseconds


async def _chat(context: BrowserContext, desk: Running, chat_id: UUID) -> Page:
    page = await context.new_page()
    await page.goto(f'{desk.address}/desk/chats/{chat_id}')
    await page.locator('.desk-bubble').first.wait_for()
    await page.wait_for_function('window.firstPaint !== null')
    return page


async def _messages(context: BrowserContext, desk: Running) -> tuple[list[float], int]:
    """Send a few messages a second into the chat that is open; returns their milliseconds and the losses."""
    person, sent = floor.agent(AGENT), _Sent()
    page = await _chat(context, desk, person.chat_id)
    async with client() as http:
        sent.customer = Customer(http, desk, person)
        await steadily([sent], _Deaf(), rate=RATE, seconds=SECONDS)
    with suppress(NotInTime):  # what is missing is counted below
        await page.wait_for_function(
            'numbers => numbers.every(number => number in window.painted)',
            arg=list(sent.at),
            timeout=ARRIVE_SECONDS * 1000,
        )
    painted: dict[str, float] = await page.evaluate('window.painted')
    found = [painted[str(number)] - at for number, at in sent.at.items() if str(number) in painted]
    return found, len(sent.at) - len(found)


class _Sent:
    """A customer whose messages' times of sending are kept, by the wall's clock."""

    customer: Customer

    def __init__(self) -> None:
        self.at: dict[int, float] = {}

    async def write(self, number: int) -> None:
        """Send one."""
        self.at[number] = time.time() * 1000
        await self.customer.write(number)


class _Deaf(Arrivals):
    """Waits for nothing: what arrives, arrives in the browser."""

    @override
    async def complete(self) -> int:
        self.sent.clear()
        self.milliseconds += [0.0, 0.0]
        return 0
