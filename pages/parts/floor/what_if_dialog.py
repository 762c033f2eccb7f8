"""지금 옮기면?: choose a change, read what it would do, do it with one press, and see what came of earlier ones."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models import AgentRole, AgentStatus
from pages import notices
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.floor.board_numbers import NOTHING, queue_title
from pages.parts.floor.board_tools import TAKE_BACK
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import VALUES_OF_FORM, text_of, values_of
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, figures_table, filled
from pages.parts.kit.status_names import status_names
from services.floor.board import AgentLine, QueueLine, Snapshot
from services.forecast.answers import Answer
from services.forecast.forecasts import Forecast, Spread
from services.forecast.what_if import MINUTES, Came, Compared, Wish

AGENT = 'agent-'
"""What the names of the agents' boxes begin with."""


async def show_what_if(context: PageContext, snapshot: Snapshot) -> None:
    """Open the dialog for the floor as it is."""
    with context.dialogs:
        shown = _WhatIfDialog(context, snapshot)
    await shown.draw_earlier()


class _WhatIfDialog:
    """The open dialog."""

    def __init__(self, context: PageContext, snapshot: Snapshot) -> None:
        self._context = context
        self._service = context.services.what_if
        self._queues = {str(one.queue_id): one for one in snapshot.queues}
        self._asked: tuple[Wish, Answer] | None = None
        with dialog.titled(context.dialogs, _('지금 옮기면?')) as opened:
            self._opened = opened
            form = Piece('form', inside=_form(snapshot)).classes('desk-steer board-what-if')
            form.on('submit', self._ask, js_handler=VALUES_OF_FORM)
            self._wrong = ui.label().classes('desk-field-error').props('role=alert')
            self._answer = Living().classes('board-answer').props('role=status')
            self._earlier = Living().classes('board-alert-list')
            self._earlier.on('click', self._take_back, js_handler=TAKE_BACK)
            with ui.element('div').classes('desk-actions'):
                button(_('닫기'), opened.close)
                self._do_it = button(_('이대로 하기'), self._do, ButtonStyle.PRIMARY)
        self._do_it.set_visibility(False)

    async def draw_earlier(self) -> None:
        """Show today's forecasts that were acted on, each beside what came."""
        compared = await self._context.still(self._service.recent(self._context.agent))
        self._earlier.set_inside(Markup().join(_compared(one, self._queues) for one in compared))

    async def _ask(self, event: GenericEventArguments) -> None:
        wish = _wish(values_of(event))
        self._asked = None
        self._do_it.set_visibility(False)
        self._wrong.set_text('')
        self._answer.set_inside(
            filled('<p class="desk-sub">{text}</p>', text=_('계산하고 있습니다'))
        )
        try:
            answer = await self._context.still(self._service.ask(self._context.agent, wish))
        except DeskError as error:
            self._answer.set_inside(Markup())
            self._wrong.set_text(sentence(language(), error))
            return
        self._asked = wish, answer
        self._answer.set_inside(_answered(answer, self._queues, wish.minutes))
        self._do_it.set_visibility(True)

    async def _do(self) -> None:
        if self._asked is None:
            return
        wish, answer = self._asked
        try:
            await self._context.still(self._service.do(self._context.agent, wish, answer))
        except DeskError as error:
            self._wrong.set_text(sentence(language(), error))
            return
        self._asked = None
        self._do_it.set_visibility(False)
        self._answer.set_inside(Markup())
        notices.done(_('{minutes}분 동안 바꾸었습니다', minutes=wish.minutes))
        await self.draw_earlier()

    async def _take_back(self, event: GenericEventArguments) -> None:
        try:
            await self._context.still(
                self._service.take_back(self._context.agent, UUID(text_of(event)))
            )
        except (DeskError, ValueError):
            return
        await self.draw_earlier()


def _wish(values: Mapping[str, str]) -> Wish:
    minutes = values.get('minutes', '')
    return Wish(
        minutes=int(minutes) if minutes.isdecimal() else 0,
        agent_ids=tuple(
            _uuid(name.removeprefix(AGENT)) for name in values if name.startswith(AGENT)
        ),
        department=values.get('department', ''),
        holds_breaks='breaks' in values,
    )


def _uuid(text: str) -> UUID:
    """Return an id, or the nil UUID: the service refuses that with the right error."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


# ---- the form


def _form(snapshot: Snapshot) -> Markup:
    departments = sorted({one.department for one in snapshot.queues})
    lines = sorted(
        (one for one in snapshot.agents if _can_be_lent(one)),
        key=lambda one: (one.agent.status is not AgentStatus.AVAILABLE, one.load, one.agent.name),
    )
    return filled(
        '<label class="desk-steer-field">{time}<select class="desk-input" name="minutes">{minutes}</select></label>'
        '<label class="desk-steer-field">{where}<select class="desk-input" name="department"><option value="">{none}</option>{departments}</select></label>'
        '<fieldset class="board-lend"><legend>{who}</legend>{agents}</fieldset>'
        '<label class="board-lent"><input type="checkbox" name="breaks"> {breaks}</label>'
        '<button type="submit" class="desk-button">{ask}</button>',
        time=_('얼마 동안'),
        minutes=Markup().join(
            filled('<option value="{one}"{chosen}>{text}</option>', one=one, text=_('{minutes}분', minutes=one), chosen=Markup(' selected') if one == 30 else '')
            for one in MINUTES
        ),
        where=_('어느 부서로'),
        none=NOTHING,
        departments=Markup().join(
            filled('<option value="{value}">{name}</option>', value=one, name=_(one)) for one in departments
        ),
        who=_('누구를'),
        agents=Markup().join(_box(one) for one in lines),
        breaks=_('휴식 미루기'),
        ask=_('물어보기'),
    )  # fmt: skip


def _can_be_lent(line: AgentLine) -> bool:
    return line.agent.role is AgentRole.AGENT and line.agent.status is not AgentStatus.OFFLINE


def _box(line: AgentLine) -> Markup:
    agent = line.agent
    return filled(
        '<label class="board-lent"><input type="checkbox" name="{name}"> {who} <small>{department} · {state} {load}/{capacity}</small></label>',
        name=f'{AGENT}{agent.id}',
        who=agent.name,
        department=_(agent.department),
        state=status_names()[agent.status],
        load=line.load,
        capacity=agent.capacity,
    )


# ---- the answer


def _answered(answer: Answer, queues: Mapping[str, QueueLine], minutes: int) -> Markup:
    head = _('{minutes}분 뒤까지, {runs}번 계산한 가운데 값과 열 번 가운데 여덟 번의 범위입니다.', minutes=minutes, runs=answer.runs)  # fmt: skip
    fewest = min((one.runs for one in answer.as_it_is), default=answer.runs)
    rest = _('이 변경과 관계없는 대기열은 {runs}번 이상 계산했습니다.', runs=fewest) if fewest < answer.runs else ''  # fmt: skip
    return filled(
        '<p class="desk-sub">{head} {rest}</p>{table}',
        head=head,
        rest=rest,
        table=_table(
            (_('대기열'), _('서비스 레벨'), _('바꾸면'), _('평균 대기'), _('바꾸면'), _('남는 대기'), _('바꾸면')),
            [
                (_title(queues, now.queue_id), *_pair(now.level, then.level, '%'), *_pair(now.wait, then.wait, _('초')), *_pair(now.waiting, then.waiting, ''))
                for now, then in zip(answer.as_it_is, answer.changed, strict=True)
            ],
            label=_('예측'),
        ),
    )  # fmt: skip


def _pair(now: Spread | None, then: Spread | None, unit: str) -> tuple[str, str]:
    return _range(now, unit), _range(then, unit)


def _range(spread: Spread | None, unit: str) -> str:
    if spread is None:
        return NOTHING
    return f'{spread.middle:.0f}{unit} ({spread.low:.0f}{NOTHING}{spread.high:.0f})'


def _compared(one: Compared, queues: Mapping[str, QueueLine]) -> Markup:
    forecast = one.forecast
    what = _('{department}에 {count}명', department=_(forecast.department), count=forecast.agents) if forecast.agents else ''  # fmt: skip
    breaks = _('휴식 미루기') if forecast.holds_breaks else ''
    title = ' · '.join(part for part in (what, breaks) if part)
    until = _('{time}까지', time=times.moment(forecast.until))
    if one.is_over:
        return filled(
            '<p><b>{title}</b> <small>{until}</small></p>{table}',
            title=title,
            until=until,
            table=_table(
                (_('대기열'), _('서비스 레벨 예측'), _('실제'), _('평균 대기 예측'), _('실제')),
                [
                    _came_row(then, one.came.get(UUID(then.queue_id)), queues)
                    for then in one.answer.changed
                ],
                label=_('예측과 실제'),
            ),
        )
    return filled(
        '<p><span><b>{title}</b> <small>{until}</small></span> <button type="button" class="desk-button desk-quiet" data-back="{id}">{text}</button></p>',
        title=title,
        until=until,
        id=forecast.id,
        text=_('지금 되돌리기'),
    )


def _came_row(
    then: Forecast, came: Came | None, queues: Mapping[str, QueueLine]
) -> tuple[str, ...]:
    level = NOTHING if came is None or came.level is None else f'{came.level:.0f}%'
    wait = NOTHING if came is None or came.wait is None else f'{came.wait:.0f}{_("초")}'
    return (
        _title(queues, then.queue_id),
        _range(then.level, '%'),
        level,
        _range(then.wait, _('초')),
        wait,
    )


def _title(queues: Mapping[str, QueueLine], queue_id: str) -> str:
    return queue_title(queues[queue_id]) if queue_id in queues else NOTHING


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, label: str) -> Markup:
    return figures_table(
        label,
        heads,
        Markup().join(
            filled(
                '<tr><th scope="row">{first}</th>{cells}</tr>',
                first=row[0],
                cells=Markup().join(filled('<td>{text}</td>', text=one) for one in row[1:]),
            )
            for row in rows
        ),
    )
