"""The question before 이용 제한: for how many days, and why."""

from nicegui import ui

from desk.errors import InvalidInputError
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from services.customers.restricting import LEAST_DAYS, MOST_DAYS
from services.text.reasons import MAX_WHY_CHARS

USUAL_DAYS = 30


async def ask_restriction(context: PageContext) -> tuple[int, str] | None:
    """Return the days and the reason; ``None`` when it was left."""
    range_fault = InvalidInputError('settings.number', least=LEAST_DAYS, most=MOST_DAYS)
    with dialog.titled(context.dialogs, _('이용 제한')) as question:
        ui.label(_('정한 날까지 이 고객은 상담을 시작할 수 없습니다. 그날이 지나면 스스로 풀립니다.')).classes('desk-hint')  # fmt: skip
        days = ui.input(
            _('며칠'), value=str(USUAL_DAYS), validation={sentence(language(), range_fault): _is_days}
        )  # fmt: skip
        days.props('outlined dense autofocus inputmode=numeric maxlength=3')
        missing = _('사유를 입력하세요.')
        why = ui.input(_('사유'), validation={missing: lambda words: bool((words or '').strip())})
        why.props('outlined dense').props['maxlength'] = MAX_WHY_CHARS

        def submit() -> None:
            if all([days.validate(), why.validate()]):  # both say what is wrong
                question.submit((int(days.value), why.value))

        for field in (days, why):
            field.on('keydown.enter', submit, args=[])
        with ui.element('div').classes('desk-actions'):
            button(_('취소'), question.close)
            button(_('제한하기'), submit, ButtonStyle.PRIMARY)
    given = await context.still(question)
    return given if isinstance(given, tuple) else None


def _is_days(typed: str | None) -> bool:
    text = (typed or '').strip()
    return text.isascii() and text.isdigit() and LEAST_DAYS <= int(text) <= MOST_DAYS
