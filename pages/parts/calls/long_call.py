"""긴 통화: a mark beside the clock and a notice when a call lasts longer than its queue wants, and again much later."""

from desk import clock
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.calls.phone_state import Phase, PhoneState, PhoneView
from pages.parts.kit.clock import milliseconds
from pages.parts.kit.markup import Piece, filled
from services.calls.limits import CallLimits

IN_CALL = frozenset({Phase.TALKING, Phase.HELD})


class LongCall(Component):
    """Watches the one call that the bar is about."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics, 'span')
        self._context = context
        self._call_id = ''
        self._since_millis = 0
        self._limits: CallLimits | None = None
        self._said = 0
        """How many of the two notices were given in this call."""
        with self:
            self._mark = Piece('span').props('role=status')

    def show(self, state: PhoneState, view: PhoneView) -> None:
        """Follow the call."""
        call = state.call if state.phase in IN_CALL else None
        if call is None or call.since is None:
            self._call_id, self._limits = '', None
            self._mark.set_inside(filled(''))
            return
        if call.id == self._call_id:
            return
        self._call_id, self._limits, self._said = call.id, None, 0
        self._since_millis = view.moment(call.since) or call.since
        self.start(self._begin(call.id, call.queue))

    async def _begin(self, call_id: str, queue: str) -> None:
        limits = await self.still(self._context.services.long_calls.limits(queue))
        if call_id == self._call_id:
            self._limits = limits
            await self._look()

    async def _look(self) -> None:
        """Say what is to be said by now, once, and look again when the next limit comes."""
        if self._limits is None:
            return
        lasted = (milliseconds(clock.now()) - self._since_millis) / 1_000
        limits = sorted(
            (seconds, stage)
            for seconds, stage in (
                (self._limits.long_seconds, 1),
                (self._limits.very_long_seconds, 2),
            )
            if seconds is not None
        )
        passed = [(seconds, stage) for seconds, stage in limits if seconds <= lasted]
        if passed and passed[-1][1] > self._said:
            self._said = passed[-1][1]
            self._say(passed[-1][0], is_grave=self._said > 1)
        coming = next((seconds for seconds, _stage in limits if seconds > lasted), None)
        if coming is not None:
            self.after(coming - lasted, self._look)

    def _say(self, seconds: int, *, is_grave: bool) -> None:
        word = _('아주 긴 통화') if is_grave else _('긴 통화')
        tag = 'desk-tag desk-tag-danger' if is_grave else 'desk-tag'
        self._mark.set_inside(filled('<span class="{tag}">{word}</span>', tag=tag, word=word))
        notices.news(_('통화가 {minutes}분을 넘었습니다', minutes=seconds // 60))
