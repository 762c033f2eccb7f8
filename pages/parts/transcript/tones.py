"""Customers' sentiment as marks: a word and an icon at a message, bars and a word for a chat. Colour only supports them."""

from collections.abc import Sequence

from markupsafe import Markup

from models import MoodTrend, Sentiment, SentimentSource
from pages.locale import _
from pages.parts.kit.markup import filled
from services.sentiment.events import LineMark, Mood

TONES = {
    Sentiment.POSITIVE: '긍정',
    Sentiment.NEGATIVE: '부정',
    Sentiment.NEUTRAL: '중립',
    Sentiment.MIXED: '복합',
}
TRENDS = {
    MoodTrend.BETTER: '나아지고 있습니다',
    MoodTrend.STEADY: '',
    MoodTrend.WORSE: '나빠지고 있습니다',
}
_ICONS = {
    Sentiment.POSITIVE: 'sentiment_satisfied',
    Sentiment.NEGATIVE: 'sentiment_very_dissatisfied',
    Sentiment.NEUTRAL: 'sentiment_neutral',
    Sentiment.MIXED: 'swap_vert',
}
_ARROWS = {MoodTrend.BETTER: 'trending_up', MoodTrend.WORSE: 'trending_down'}
BARS = 16
"""The newest messages that get a bar."""
_BAR, _GAP, _HALF = 4, 2, 9


def tone(mark: LineMark) -> Markup:
    """Return the mark of a message; for a neutral one only an icon, so that the others stand out."""
    word = _(TONES[mark.sentiment])
    sure = _('{tone} {percent}%', tone=word, percent=round(mark.share * 100))
    return filled(
        '<span class="desk-tone" data-tone="{tone}" title="{title}">'
        '<i class="material-icons" aria-hidden="true">{icon}</i><span{unseen}>{word}</span></span>',
        tone=mark.sentiment.value,
        title=f'{sure} · {source_name(mark.source)}',
        icon=_ICONS[mark.sentiment],
        unseen=Markup(' class="desk-unseen"') if mark.sentiment is Sentiment.NEUTRAL else '',
        word=word,
    )


def pointer() -> Markup:
    """Return the mark of a message that holds a word of the centre's list (보호). It points, and judges nobody."""
    return filled(
        '<span class="desk-pointer" title="{title}"><i class="material-icons" aria-hidden="true">flag</i>{word}</span>',
        title=_('목록에 있는 말이 들어 있습니다. 판단은 사람이 합니다.'),
        word=_('거친 말'),
    )


def tone_tag(sentiment: Sentiment, *, source: SentimentSource) -> Markup:
    """Return a whole contact's sentiment, for lists and headers."""
    whose = source_name(source)
    return filled(
        '<span class="desk-tone" data-tone="{tone}" title="{title}">'
        '<i class="material-icons" aria-hidden="true">{icon}</i>{word}</span>',
        tone=sentiment.value,
        title=f'{_("고객 감정")} · {whose}',
        icon=_ICONS[sentiment],
        word=_(TONES[sentiment]),
    )


def mood_tag(mood: Mood | None) -> Markup:
    """Return a customer's sentiment as a word; nothing for a neutral or unknown one."""
    if mood is None or mood.sentiment is Sentiment.NEUTRAL:
        return Markup()
    return tone_tag(mood.sentiment, source=mood.source)


def source_name(source: SentimentSource) -> str:
    """Return the name of the source; a stand-in is called one."""
    return _(source_key(source))


def source_key(source: SentimentSource) -> str:
    """Return the text of a source, to be translated."""
    return '연습용 분석' if source is SentimentSource.STAND_IN else 'Amazon Comprehend'


def mood_line(mood: Mood, marks: Sequence[LineMark]) -> Markup:
    """Return a chat's sentiment on one line: its value, its trend in bars, and its source."""
    arrow = _ARROWS.get(mood.trend)
    trend = filled(
        '<span class="desk-trend" data-trend="{trend}"><i class="material-icons" aria-hidden="true">{icon}</i>{word}</span>',
        trend=mood.trend.value,
        icon=arrow,
        word=_(TRENDS[mood.trend]),
    )
    row = _('부정 {count}번 연속', count=mood.negative_in_a_row)
    return filled(
        '<span class="desk-mood-name">{name}</span>{bars}{tone}{trend}{row}<span class="desk-spring"></span>'
        '<span class="desk-mood-source">{source}</span>',
        name=_('고객 감정'),
        bars=_bars(marks[-BARS:]),
        tone=tone_tag(mood.sentiment, source=mood.source),
        trend=trend if arrow else '',
        row=filled('<span class="desk-mood-row">{row}</span>', row=row)
        if mood.negative_in_a_row > 1
        else '',
        source=source_name(mood.source),
    )


def _bars(marks: Sequence[LineMark]) -> Markup:
    """Return a bar per message: upwards is positive, downwards negative."""
    bars = Markup().join(
        filled(
            '<rect x="{x}" y="{y}" width="{width}" height="{height}" data-tone="{tone}"/>',
            x=place * (_BAR + _GAP),
            y=round(_HALF - max(mark.balance, 0.0) * _HALF, 1),
            width=_BAR,
            height=max(1.0, round(abs(mark.balance) * _HALF, 1)),
            tone=mark.sentiment.value,
        )
        for place, mark in enumerate(marks)
    )
    width = max(1, len(marks)) * (_BAR + _GAP)
    return filled(
        '<svg class="desk-mood-bars" width="{width}" height="{height}" viewBox="0 0 {width} {height}" aria-hidden="true">{bars}</svg>',
        width=width,
        height=2 * _HALF,
        bars=bars,
    )
