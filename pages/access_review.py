"""접속기록 점검 at ``/desk/audit/review``: one month of accesses, what is unusual in it, and its signature. For administrators."""

from datetime import date

from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models.access import MAX_REMARK_CHARS
from pages import notices, shell
from pages.component import Component
from pages.locale import _
from pages.parts.audit import review_table
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled
from pages.shell import Shell
from services.audit.access_reviews import MonthReview

REVIEW = '/desk/audit/review'
FIRST_YEAR, LAST_YEAR = 2000, 2100


def register(screens: shell.Screens) -> None:
    """Serve the review."""
    screens.add(REVIEW, review)


async def review(shell: Shell, month: str = '') -> None:
    """Draw the month in the address (``2026-10``). Raises ``NotAllowedError`` for all but administrators."""
    found = await shell.still(shell.services.access_reviews.review(shell.agent, _month(month)))
    with ui.element('div').classes('desk-page'):
        screen = ReviewScreen(shell)
    screen.show(found)


class ReviewScreen(Component):
    """One month: choice, rule, table, signature."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.services.topics)
        self.classes('desk-audit desk-review')
        self._shell = shell

    def show(self, review: MonthReview) -> None:
        """Draw a month."""
        self.clear()
        with self:
            self._head(review)
            with ui.element('div').classes('desk-review-body'):
                self._unsigned(review)
                Piece(inside=review_table.rule()).classes('desk-hint desk-review-rule')
                if review.people:
                    with ui.element('div').classes('desk-table-place'):
                        Piece('table', inside=review_table.table(review)).classes('desk-table').props['aria-label'] = _('접속기록')  # fmt: skip
                else:
                    ui.label(_('이 달에는 고객 정보를 조회하거나 처리한 기록이 없습니다.')).classes('desk-empty')  # fmt: skip
                self._signature(review)

    def _head(self, review: MonthReview) -> None:
        with ui.element('div').classes('desk-page-head'):
            ui.label(_('접속기록 점검')).classes('desk-page-title').props(
                'role=heading aria-level=2'
            )
            form = Piece('form', inside=review_table.month_choice(review)).classes('desk-audit-form')  # fmt: skip
            form.on('change', self._choose, js_handler=VALUES_OF_FORM)
            ui.element('div').classes('desk-spring')
            Piece('a', inside=filled('{text}', text=_('감사 기록'))).classes('desk-button desk-quiet').props['href'] = '/desk/audit'  # fmt: skip

    def _unsigned(self, review: MonthReview) -> None:
        if review.unsigned:
            months = ', '.join(f'{one:%Y-%m}' for one in review.unsigned)
            Piece(inside=filled('{text}', text=_('아직 서명하지 않은 달: {months}', months=months))).classes('desk-review-unsigned').props('role=status')  # fmt: skip

    def _signature(self, review: MonthReview) -> None:
        if (signed := review.signed) is not None:
            words = _('{name} 님이 {at}에 서명했습니다.', name=review.signed_by, at=times.full(signed.signed_at))  # fmt: skip
            Piece(inside=review_table.signature(words, signed)).classes('desk-review-signed')
        elif review.is_over:
            # In the screen's context: the reading of another month may take the button away meanwhile.
            button(
                _('점검하고 서명하기'), lambda: self.start(self._ask(review)), ButtonStyle.PRIMARY
            )
        else:
            ui.label(_('이 달이 끝난 뒤에 서명할 수 있습니다.')).classes('desk-hint')

    async def _choose(self, event: GenericEventArguments) -> None:
        await self._read(_month(values_of(event).get('month', '')))

    async def _read(self, month: date | None) -> None:
        found = await self.still(self._shell.services.access_reviews.review(self._shell.agent, month))  # fmt: skip
        self._shell.set_address(f'{REVIEW}?month={found.month:%Y-%m}')
        self.show(found)

    async def _ask(self, review: MonthReview) -> None:
        """Ask for the remark, and sign."""
        with dialog.titled(self._shell.dialogs, _('{month} 접속기록 점검', month=f'{review.month:%Y-%m}')) as question:  # fmt: skip
            ui.label(
                _('서명하면 이 달의 표와 감사 기록의 끝 값이 함께 보관되고, 다시 바꿀 수 없습니다.')
            ).classes('desk-hint')
            label = _('점검 의견')
            if review.has_unusual:
                label = _('점검 의견 (평소와 다른 점을 어떻게 확인했는지)')
            remark = ui.textarea(
                label,
                validation={
                    _('평소와 다른 점에 대한 의견을 적으세요.'): lambda words: bool((words or '').strip()) or not review.has_unusual
                },
            ).props('outlined dense')  # fmt: skip
            remark.props['maxlength'] = MAX_REMARK_CHARS

            def submit() -> None:
                if remark.validate():
                    question.submit(remark.value or '')

            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('서명'), submit, ButtonStyle.PRIMARY)
        if (words := await self.still(question)) is not None:
            await self._sign(review.month, str(words))

    async def _sign(self, month: date, words: str) -> None:
        try:
            await self.still(self._shell.services.access_reviews.sign(self._shell.agent, month, words))  # fmt: skip
        except DeskError as error:
            notices.tell(error)
        else:
            notices.done(_('점검에 서명했습니다'))
        await self._read(month)


def _month(given: str) -> date | None:
    """Return the month that is given; ``None`` for one that cannot be read, or that no log can hold."""
    try:
        month = date.fromisoformat(f'{given.strip()}-01')
    except ValueError:
        return None
    return month if FIRST_YEAR <= month.year <= LAST_YEAR else None
