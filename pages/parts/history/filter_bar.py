"""The filters above the history: one plain form, so that every browser's own keys work in it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from uuid import UUID

from markupsafe import Markup
from nicegui.events import GenericEventArguments

from models import Priority
from models.rating import HIGHEST_SCORE, LOWEST_SCORE
from pages.locale import _, language
from pages.parts.history.sheet import CHANNELS, PRIORITIES, STATES
from pages.parts.kit.away import FORM_IN_ADDRESS
from pages.parts.kit.form_values import VALUES_OF_FORM
from pages.parts.kit.markup import Piece, filled
from pages.parts.transcript.tones import TONES
from services.history.filter import FIELDS, MAX_TEXT_CHARS, HistoryFilter, Period, read_filter
from services.history.history import Choices

CUSTOM = 'custom'
"""The form's value for a period given by two days; in an address only the days stand."""

Choose = Callable[[HistoryFilter], Awaitable[None] | None]


class HistoryBar(Piece):
    """The filters; ``on_choose`` is called with each new choice."""

    def __init__(self, choices: Choices, on_choose: Choose) -> None:
        super().__init__('form')
        self.classes('desk-history-bar').props('role=search')
        self.props['aria-label'], self.props[FORM_IN_ADDRESS] = _('이력 조건'), True
        self._choices = choices
        self._on_choose = on_choose
        self._shown: HistoryFilter | None = None
        self._drawn = 0
        for event in ('change', 'submit'):
            self.on(event, self._choose, js_handler=VALUES_OF_FORM)

    def show(self, wanted: HistoryFilter) -> None:
        """Show a filter that was chosen elsewhere; for the form's own choice nothing changes, so that it keeps its focus."""
        if wanted == self._shown:
            return
        self._shown = wanted
        self._drawn += 1  # the browser may show a newer choice: the same markup must be sent again
        self.set_inside(_form(wanted, self._choices, self._drawn))

    def focus(self) -> None:
        """Put the caret into the search field."""
        self.client.run_javascript('document.getElementById("history-text")?.focus()')

    async def _choose(self, event: GenericEventArguments) -> None:
        wanted = _read(event.args)
        if wanted != self._shown:
            self._shown = wanted
            result = self._on_choose(wanted)
            if result is not None:
                await result


def _read(given: object) -> HistoryFilter:
    values = given if isinstance(given, Mapping) else {}
    texts = {name: str(values.get(name, '')) for name in FIELDS}
    if texts['period'] == CUSTOM:
        texts['period'] = ''
    else:
        texts['from'] = texts['to'] = ''
    return read_filter(texts).filter


def period_names() -> dict[str, str]:
    """Return the names of the periods."""
    return {
        '': _('전 기간'),
        Period.TODAY: _('오늘'),
        Period.YESTERDAY: _('어제'),
        Period.WEEK: _('7일'),
        Period.MONTH: _('30일'),
        CUSTOM: _('직접'),
    }


def _form(wanted: HistoryFilter, choices: Choices, drawn: int) -> Markup:
    agents = {str(key): name for key, name in choices.agents.items()}
    departments = {name: _(name) for name in choices.departments}
    return filled(
        '<div class="desk-history-fields" data-drawn="{drawn}">{text}{period}{channel}{state}{agent}{department}{priority}{sentiment}{rating}{label}{follow_up}{category}'
        '<button type="submit" class="desk-unseen">{find}</button>'
        '<a class="desk-button desk-quiet desk-history-reset" href="/desk/history">{reset}</a></div>',
        drawn=drawn,
        text=_text(wanted.text),
        period=_period(wanted),
        channel=_select(
            'channel', _('채널'), {k: _(v) for k, v in CHANNELS.items()}, wanted.channel
        ),
        state=_select('status', _('상태'), {k: _(v) for k, v in STATES.items()}, wanted.state),
        agent=_select('agent', _('상담원'), agents, wanted.agent_id),
        department=_select('department', _('부서'), departments, wanted.department),
        priority=_select('priority', _('중요도'), _priorities(), wanted.priority),
        sentiment=_select(
            'sentiment', _('고객 감정'), {k: _(v) for k, v in TONES.items()}, wanted.sentiment
        ),
        rating=_select('rating', _('만족도'), _scores(), wanted.rating),
        label=_labels(choices, wanted.label_id),
        follow_up=_follow_up(wanted),
        category=_category(wanted.category_id),
        find=_('찾기'),
        reset=_('조건 지우기'),
    )


def _priorities() -> dict[str, str]:
    return {priority: _(PRIORITIES[priority]) for priority in reversed(Priority)}


def _scores() -> dict[str, str]:
    scores = range(HIGHEST_SCORE, LOWEST_SCORE - 1, -1)
    return {str(one): _('만족도 {score}점', score=one) for one in scores}


def _labels(choices: Choices, chosen: UUID | None) -> Markup:
    """Return the choice of a label; nothing at a desk without any."""
    names = {str(one.id): one.called(language()) for one in choices.labels}
    return _select('label', _('라벨'), names, chosen) if names or chosen else Markup()


def _text(text: str) -> Markup:
    return filled(
        '<span class="desk-history-text"><i class="material-icons" aria-hidden="true">manage_search</i>'
        '<input id="history-text" class="desk-input" type="search" name="text" value="{text}" maxlength="{most}" autocomplete="off"'
        ' aria-label="{label}" placeholder="{label}"></span>',
        text=text,
        most=MAX_TEXT_CHARS,
        label=_('대화 내용, 고객 검색'),
    )


def _period(wanted: HistoryFilter) -> Markup:
    chosen = CUSTOM if wanted.since or wanted.until else wanted.period or ''
    pills = Markup().join(
        filled(
            '<label class="desk-pill-choice"><input type="radio" name="period" value="{value}"{checked}><span>{name}</span></label>',
            value=value,
            name=name,
            checked=Markup(' checked') if value == chosen else '',
        )
        for value, name in period_names().items()
    )
    return filled(
        '<fieldset class="desk-history-period"><legend class="desk-unseen">{label}</legend>{pills}'
        '<span class="desk-history-days">{since}<span aria-hidden="true">~</span>{until}</span></fieldset>',
        label=_('기간'),
        pills=pills,
        since=_day('from', _('시작일'), wanted.since),
        until=_day('to', _('종료일'), wanted.until),
    )


def _follow_up(wanted: HistoryFilter) -> Markup:
    return filled(
        '<label class="desk-pill-choice desk-history-follow-up"><input type="checkbox" name="follow_up" value="true"{checked}>'
        '<span>{name}</span></label>',
        name=_('후속 조치 필요'),
        checked=Markup(' checked') if wanted.needs_follow_up else '',
    )


def _category(chosen: UUID | None) -> Markup:
    """Return the category chosen beside the form (``CategoryFilter``) as a hidden field."""
    return filled('<input type="hidden" name="category" value="{id}">', id=chosen or '')


def _day(name: str, label: str, day: date | None) -> Markup:
    return filled(
        '<input class="desk-input" type="date" name="{name}" value="{day}" min="2000-01-01" max="2999-12-31" aria-label="{label}">',
        name=name,
        label=label,
        day=day.isoformat() if day else '',
    )


def _select(
    name: str, label: str, options: Mapping[str, str], chosen: str | int | UUID | None
) -> Markup:
    """Return a choice whose first option is its name and filters nothing."""
    value = str(chosen) if chosen else ''
    others = dict(options)
    if value and value not in others:  # an address may name a value that is not offered
        others[value] = _('볼 수 없는 항목')
    rows = Markup().join(
        filled(
            '<option value="{value}"{chosen}>{name}</option>',
            value=one,
            name=text,
            chosen=Markup(' selected') if one == value else '',
        )
        for one, text in others.items()
    )
    return filled(
        '<select class="desk-input" name="{name}" aria-label="{label}"><option value="">{label}</option>{rows}</select>',
        name=name,
        label=label,
        rows=rows,
    )
