"""The contacts behind a number of a report: as many as it says, each opens in the history."""

from datetime import timedelta

from markupsafe import Markup
from nicegui import ui

from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.floor.board_numbers import NOTHING
from pages.parts.kit import times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, filled
from pages.parts.reports.words import CHANNELS, Words
from services.floor.ledger import Bucket
from services.reports.figures import FORMULAS
from services.reports.report_query import ReportQuery
from services.reports.reports import PAGE, Choice, ReportContact, ReportContacts


class ReportContactList(Component):
    """A window of the contacts, in order of arrival."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self._query, self._choice = ReportQuery(), Choice(figure=next(iter(FORMULAS)))
        self._begin = 0
        self.classes('board-contacts')
        with self:
            with ui.element('div').classes('board-panel-head'):
                self._title = Piece('h2')
                self._said = Piece('span').classes('desk-sub').props('role=status')
            self._rows = Living().classes('board-rows')
            with ui.element('div').classes('desk-list-foot'):
                self._back = button(_('앞의 {count}건', count=PAGE), lambda: self._turn(-PAGE), ButtonStyle.QUIET)  # fmt: skip
                self._on = button(_('다음 {count}건', count=PAGE), lambda: self._turn(PAGE), ButtonStyle.QUIET)  # fmt: skip
        self.set_visibility(False)

    async def show(self, query: ReportQuery, choice: Choice, whose: str) -> int | None:
        """Show the contacts behind a number, and return how many there are now; ``None`` when another was chosen meanwhile.

        ``whose`` names the number's row.
        """
        self._query, self._choice, self._begin = query, choice, 0
        title = f'{Words(language()).figure(choice.figure)} · {whose}'
        self._title.set_inside(filled('{title}', title=title))
        self.set_visibility(True)
        return await self._read()

    async def _turn(self, step: int) -> None:
        self._begin = max(0, self._begin + step)
        await self._read()

    async def _read(self) -> int | None:
        service, agent = self._context.services.reports, self._context.agent
        wanted = self._query, self._choice, self._begin
        found = await self.still(
            service.contacts(agent, self._query, self._choice, offset=self._begin)
        )
        if wanted != (self._query, self._choice, self._begin):
            return None  # another number was chosen meanwhile
        self._said.set_inside(filled('{count}', count=_('{count}건', count=f'{found.count:,}')))
        self._back.set_visibility(self._begin > 0)
        self._on.set_visibility(self._begin + PAGE < found.count)
        self._rows.set_inside(_table(found, self._choice))
        return found.count


def _table(found: ReportContacts, choice: Choice) -> Markup:
    if not found.contacts:
        return filled('<p class="desk-empty">{text}</p>', text=_('해당하는 상담이 없습니다.'))
    heads = (_('고객'), _('채널'), _('대기열'), _('상담원'), _('시작'), _('결과'))
    return filled(
        '<table class="desk-table board-list" aria-label="{label}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
        label=_('숫자에 해당하는 상담'),
        head=Markup().join(filled('<th scope="col">{name}</th>', name=one) for one in heads),
        rows=Markup().join(_row(found, one, choice) for one in found.contacts),
    )


def _row(found: ReportContacts, one: ReportContact, choice: Choice) -> Markup:
    words = Words(language())
    queue = found.queues.get(one.queue_id) if one.queue_id else None
    name = (words.language == 'en' and queue.name_en) or words.text(queue.name) if queue else NOTHING  # fmt: skip
    return filled(
        '<tr data-key="{id}"><td><a href="/desk/history/{id}">{customer}</a></td><td>{channel}</td><td>{queue}</td>'
        '<td>{agent}</td><td><time title="{full}">{moment}</time></td><td>{result}</td></tr>',
        id=one.id,
        customer=one.name or _('알 수 없는 고객'),
        channel=words.text(CHANNELS[one.channel]),
        queue=name,
        agent=found.agents.get(one.agent_id, NOTHING) if one.agent_id else NOTHING,
        full=times.full(one.came_at),
        moment=times.moment(one.came_at),
        result=_result(one, choice),
    )


def _result(one: ReportContact, choice: Choice) -> str:
    """Return the contact's own time for an average, whether it counts for a percentage, else its outcome."""
    if one.seconds is not None:
        return times.length(timedelta(seconds=round(one.seconds)))
    if one.points is not None:
        return _('{score}점', score=one.points)
    if FORMULAS[choice.figure].share:
        return _('충족') if one.counts else _('미충족')
    if one.outcome in {Bucket.IN_TIME.value, Bucket.LATE.value}:
        return _('응대')
    return _('포기') if one.outcome else NOTHING
