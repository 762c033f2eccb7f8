"""현황: the numbers of the board. Each is a button that begins with its label and opens the list behind it."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from models import AgentStatus
from pages.locale import _, language
from pages.parts.kit import times
from pages.parts.kit.clock import milliseconds
from pages.parts.kit.markup import filled
from pages.parts.kit.status_names import status_names
from services.floor.board import SHARES, Number, QueueLine, Snapshot
from services.floor.definitions import Definition

EVERY = 'all'
"""Stands for all queues in a button's target."""
NOTHING = '\u2013'
BAND_WIDTH = 15
"""A queue's 서비스 레벨 is poor when it is more points than this below its target (target 85 %: below 70 %)."""
PRESENT = (Number.WAITING, Number.IN_PROGRESS, Number.ON_HOLD, Number.WRAP_UP)
TODAY = (
    Number.SERVICE_LEVEL, Number.ANSWER_RATE, Number.ANSWERED, Number.ABANDONED, Number.SHORT
)  # fmt: skip
STATUSES = (
    AgentStatus.AVAILABLE, AgentStatus.BUSY, AgentStatus.AFTER_CONTACT, AgentStatus.AWAY,
    AgentStatus.DISCONNECTED, AgentStatus.CHECKING, AgentStatus.OFFLINE,
)  # fmt: skip


def number_names() -> dict[Number, str]:
    """Return the names of the numbers."""
    return {
        Number.WAITING: _('대기'),
        Number.IN_PROGRESS: _('진행'),
        Number.ON_HOLD: _('status.on_hold'),
        Number.WRAP_UP: _('후처리'),
        Number.ANSWERED: _('응대'),
        Number.SERVICE_LEVEL: _('서비스 레벨'),
        Number.ANSWER_RATE: _('응대율'),
        Number.ABANDONED: _('포기'),
        Number.SHORT: _('짧은 포기'),
    }


def percent_text(percent: float | None) -> str:
    """Return a percentage, rounded down: only all is 100. Without a total it is a dash."""
    return NOTHING if percent is None else f'{int(percent)}%'


def queue_title(line: QueueLine) -> str:
    """Return the name of a queue in the reader's language."""
    return (language() == 'en' and line.name_en) or _(line.name)


def passed(
    since: datetime | None, *, until: datetime | None, late_seconds: int | None = None
) -> Markup:
    """Return a duration: as a ticking clock, or fixed for a moment of the past."""
    if since is None:
        return filled('{nothing}', nothing=NOTHING)
    if until is not None:
        return filled('<time>{length}</time>', length=times.length(max(until - since, until - until)))  # fmt: skip
    late = filled(' data-late-seconds="{late}"', late=late_seconds) if late_seconds else ''
    return filled('<time data-since="{since}"{late}></time>', since=milliseconds(since), late=late)


def number_button(*, opens: str, name: str, value: str, chosen: str, inside: Markup, look: str) -> Markup:  # fmt: skip
    """Return a number as a button: ``opens`` is the target list, ``value`` is read aloud after ``name``."""
    return filled(
        '<button type="button" class="{look}" data-key="{opens}" data-open="{opens}" aria-label="{name} {value}" aria-pressed="{is_chosen}">{inside}</button>',
        look=look,
        opens=opens,
        name=name,
        value=value,
        is_chosen='true' if opens == chosen else 'false',
        inside=inside,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardNumbers:
    """One state of the board as markup.

    ``chosen`` is the open list; ``until`` the moment of a board of the past, ``None`` for the live one.
    """

    snapshot: Snapshot
    definition: Definition
    chosen: str
    until: datetime | None

    def strip(self) -> Markup:
        """Return the totals over all queues, in large type."""
        names = number_names()
        return Markup().join(self._large(one, names[one]) for one in (*PRESENT, *TODAY))

    def table(self) -> Markup:
        """Return the numbers by queue."""
        names = number_names()
        heads = (
            _('대기열'), names[Number.WAITING], _('최장 대기'), *(names[one] for one in (*PRESENT[1:], *TODAY))
        )  # fmt: skip
        return filled(
            '<table class="desk-table board-table" aria-label="{label}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
            label=_('대기열별 현황'),
            head=Markup().join(filled('<th scope="col">{name}</th>', name=one) for one in heads),
            rows=Markup().join(self._queue(one, names) for one in self.snapshot.queues),
        )

    def agents(self) -> Markup:
        """Return the number of agents in each status."""
        names = status_names()
        return Markup().join(self._status(one, names[one]) for one in STATUSES)

    def _status(self, status: AgentStatus, name: str) -> Markup:
        count = len(self.snapshot.with_status(status))
        return number_button(
            opens=f'status:{status}',
            name=name,
            value=str(count),
            chosen=self.chosen,
            inside=filled(
                '<span class="board-state" data-status="{status}" aria-hidden="true"></span><span>{name}</span> <b>{count}</b>',
                status=status.value,
                name=name,
                count=count,
            ),
            look='board-status' + ('' if count else ' board-none'),
        )

    def _large(self, number: Number, name: str) -> Markup:
        snapshot, definition = self.snapshot, self.definition
        whole = snapshot.total(number)
        value, below, band = str(whole), Markup(), Markup()
        if number is Number.WAITING:
            clock = passed(snapshot.waiting_since, until=self.until)
            below = filled('{word} {clock}', word=_('최장'), clock=clock)
        elif number in SHARES:
            percent = snapshot.percent(number)
            value = percent_text(percent)
            band = _band(percent, definition.good_percent, definition.fair_percent)
            share = sum(one.shares[number] for one in snapshot.queues)
            below = filled('{share}/{whole}', share=share, whole=whole) if whole else Markup()
        return number_button(
            opens=f'{number}:{EVERY}',
            name=name,
            value=value,
            chosen=self.chosen,
            inside=filled(
                '<span>{name}</span><b>{band}{value}</b><small>{below}</small>',
                name=name,
                band=band,
                value=value,
                below=below,
            ),
            look=f'board-large board-{number}',
        )

    def _queue(self, line: QueueLine, names: dict[Number, str]) -> Markup:
        target = _('목표 {percent}% · {seconds}초', percent=line.target_percent, seconds=line.target_seconds)  # fmt: skip
        return filled(
            '<tr data-key="{id}"><th scope="row">{title}<span class="desk-sub">{target}</span></th>'
            '<td>{waiting}</td><td class="board-longest">{longest}</td>{cells}</tr>',
            id=line.queue_id,
            title=queue_title(line),
            target=target,
            waiting=self._cell(line, Number.WAITING, names),
            longest=passed(line.waiting_since, until=self.until, late_seconds=line.target_seconds),
            cells=Markup().join(
                filled('<td>{number}</td>', number=self._cell(line, number, names))
                for number in (*PRESENT[1:], *TODAY)
            ),
        )

    def _cell(self, line: QueueLine, number: Number, names: dict[Number, str]) -> Markup:
        value, band = str(line.numbers[number]), Markup()
        if number in SHARES:
            percent = line.percent(number)
            value = percent_text(percent)
            good, fair = self.definition.good_percent, self.definition.fair_percent
            if number is Number.SERVICE_LEVEL:
                good, fair = line.target_percent, line.target_percent - BAND_WIDTH
            band = _band(percent, good, fair)
        return number_button(
            opens=f'{number}:{line.queue_id}',
            name=names[number],
            value=f'{value}, {queue_title(line)}',
            chosen=self.chosen,
            inside=filled('{band}{value}', band=band, value=value),
            look='board-number' + ('' if line.numbers[number] else ' board-none'),
        )


def _band(percent: float | None, good: int, fair: int) -> Markup:
    """Return the sign of a percentage's band: its shape tells the band without colour."""
    if percent is None:
        return Markup()
    look, sign, word = 'poor', '▼', _('미달')
    if percent >= good:
        look, sign, word = 'good', '▲', _('좋음')
    elif percent >= fair:
        look, sign, word = 'fair', '◆', _('주의')
    return filled(
        '<i class="board-band" data-band="{look}" title="{word}" aria-hidden="true">{sign}</i>',
        look=look,
        word=word,
        sign=sign,
    )
