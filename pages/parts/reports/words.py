"""The names of figures, groups and periods, and how values are written; for the screen and for files."""

from datetime import date, timedelta
from functools import partial

from models import Channel
from pages.locale import text
from pages.parts.floor.board_numbers import NOTHING, percent_text
from pages.parts.kit import times
from services.reports.figures import FORMULAS, Figure, Unit
from services.reports.report_query import Grouping, Key, ReportPeriod
from services.reports.reports import ReportRow

FIGURES = {
    Figure.ARRIVED: '인입',
    Figure.ANSWERED: '응대',
    Figure.ABANDONED: '포기',
    Figure.SHORT: '짧은 포기',
    Figure.SERVICE_LEVEL: '서비스 레벨',
    Figure.ANSWER_RATE: '응대율',
    Figure.WAIT: '평균 대기',
    Figure.FIRST_REPLY: '첫 응답',
    Figure.HANDLED: '처리',
    Figure.HANDLE_TIME: '평균 처리',
    Figure.TALK: '평균 통화·대화',
    Figure.HOLD: '평균 보류',
    Figure.WRAP_UP: '평균 후처리',
    Figure.TRANSFERRED: '호전환',
    Figure.REPEATED: '재문의',
    Figure.RATING: '만족도',
    Figure.NEGATIVE: '부정 감정',
    Figure.PROMISES_KEPT: '약속 이행',
}
GROUPINGS = {
    Grouping.QUEUE: '대기열',
    Grouping.AGENT: '상담원',
    Grouping.DAY: '날짜',
    Grouping.HOUR: '시간대',
    Grouping.CATEGORY: '상담 분류',
    Grouping.CHANNEL: '채널',
}
PERIODS = {
    ReportPeriod.TODAY: '오늘',
    ReportPeriod.YESTERDAY: '어제',
    ReportPeriod.THIS_WEEK: '이번 주',
    ReportPeriod.LAST_WEEK: '지난주',
    ReportPeriod.THIS_MONTH: '이번 달',
    ReportPeriod.LAST_MONTH: '지난달',
    ReportPeriod.YEAR: '최근 12개월',
}
CHANNELS = {Channel.CHAT: '채팅', Channel.CALL: '통화'}


class Words:
    """The words of a report in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.text = partial(text, language)

    def figure(self, figure: Figure) -> str:
        """Return the name of a figure."""
        return self.text(FIGURES[figure])

    def grouping(self, group: Grouping) -> str:
        """Return the name of a grouping."""
        return self.text(GROUPINGS[group])

    def row(self, group: Grouping, row: ReportRow) -> str:
        """Return the name of a row."""
        return self.key(group, row.key) or self._named(row) or self.text('(없음)')

    def key(self, group: Grouping, key: Key) -> str:
        """Return the name of a day, an hour or a channel; empty for what has a name of its own."""
        if isinstance(key, date):
            weekday = self.text(times.WEEKDAYS[key.weekday()])
            return f'{key.isoformat()} ({weekday})'
        if isinstance(key, int):
            return f'{key:02}:00'
        return self.text(CHANNELS[Channel(str(key))]) if group is Grouping.CHANNEL and key else ''

    def _named(self, row: ReportRow) -> str:
        name = row.name_en if self.language == 'en' and row.name_en else row.name
        return self.text(name) if name else ''


def value_text(figure: Figure, value: float | None) -> str:
    """Return a figure as the screen writes it: ``1,204``, ``83%``, ``4:50``, ``4.3``, a dash."""
    if value is None:
        return NOTHING
    match FORMULAS[figure].unit:
        case Unit.PERCENT:
            return percent_text(value)
        case Unit.SECONDS:
            return times.length(timedelta(seconds=round(value)))
        case Unit.POINTS:
            return f'{value:.1f}'
        case _:
            return f'{int(value):,}'
