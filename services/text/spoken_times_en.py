"""Times in English sentences."""

import re
from datetime import time, timedelta

from services.text.spoken_time_parts import Day, Hour, TimeParts, hour_of

NUMBERS = {
    'a': 1, 'an': 1, 'one': 1, 'two': 2, 'three': 3, 'four': 4, 'five': 5, 'ten': 10, 'fifteen': 15, 'twenty': 20,
    'thirty': 30, 'a couple of': 2, 'half an': 0.5,
}  # fmt: skip
_NUMBER = r'\d{1,3}|half an|a couple of|an?|one|two|three|four|five|ten|fifteen|twenty|thirty'
_UNIT = r'minute|min|hour|hr|business day|working day|day|week'
AFTER = re.compile(
    rf'\b(?:in|within)\s+(?:about\s+|the next\s+)?(?:\d{{1,3}}\s*(?:-|\u2013|to)\s*)?(?P<count>{_NUMBER})\s*(?P<unit>{_UNIT})s?\b'
    rf'|\b(?P<later>{_NUMBER})\s*(?P<later_unit>{_UNIT})s?\s+(?:from now|later)\b',
    re.IGNORECASE,
)
UNITS = {'minute': 1, 'min': 1, 'hour': 60, 'hr': 60}
"""In minutes."""
DAY_WORDS = {'today': 0, 'tonight': 0, 'day after tomorrow': 2, 'tomorrow': 1}
DAY_WORD = re.compile(r'\b(?:day after tomorrow|today|tonight|tomorrow)\b', re.IGNORECASE)
WEEKDAYS = ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')
WEEKDAY = re.compile(
    rf'\b(?:(?P<week>this|next)\s+)?(?P<day>{"|".join(WEEKDAYS)})\b', re.IGNORECASE
)
MONTHS = ('jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec')
_MONTH = rf'(?:{"|".join(MONTHS)})[a-z]{{0,6}}\.?'
DATE = re.compile(
    rf'\b(?:(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<day_first>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month_last>{_MONTH}))(?!\d)',
    re.IGNORECASE,
)
HOUR = re.compile(
    r'(?<![\d:])(?:(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap])\.?m\b'
    r'|\b(?:at|by|before|until|around)\s+(?P<bare>\d{1,2})(?::(?P<bare_minute>\d{2}))?(?!\s*(?:%|\d|[-/.]\d|[a-z]*\s*(?:percent|days?|hours?|minutes?)))(?:\s*o.clock)?'
    r'|(?P<clock>\d{1,2}):(?P<digits>\d{2})(?![\d:]))',
    re.IGNORECASE,
)
PARTS = {
    'noon': time(12), 'midday': time(12), 'midnight': time(23, 59), 'morning': time(12), 'afternoon': time(18),
    'evening': time(20), 'tonight': time(20), 'end of the day': time(18), 'end of day': time(18),
}  # fmt: skip
PART = re.compile(rf'\b(?:{"|".join(PARTS)})\b', re.IGNORECASE)


def time_parts(sentence: str) -> TimeParts | None:
    """Return the parts of the time in a sentence, or ``None``."""
    day_words, day = _day(sentence)
    if found := AFTER.search(sentence):
        unit = (found['unit'] or found['later_unit']).lower()
        count = (found['count'] or found['later']).lower()
        number = float(count) if count.isdecimal() else NUMBERS[count]
        if unit in UNITS:
            after = timedelta(minutes=number * UNITS[unit])
            return TimeParts(words=found.group(), after=after) if after else None
        day_words, day = found.group(), _days_after(unit, int(number))
    hour_words, hour = _hour(sentence)
    if day is None and hour is None:
        return None
    return TimeParts(words=' '.join(filter(None, (day_words, hour_words))), hour=hour, day=day)


def _days_after(unit: str, number: int) -> Day:
    if unit in ('business day', 'working day'):
        return Day(working_days=number)
    return Day(ahead=number * (7 if unit == 'week' else 1))


def _day(sentence: str) -> tuple[str, Day | None]:
    if found := DAY_WORD.search(sentence):
        return found.group(), Day(ahead=DAY_WORDS[found.group().lower()])
    if found := WEEKDAY.search(sentence):
        weekday = WEEKDAYS.index(found['day'].lower())
        weeks = {'this': 0, 'next': 1}.get((found['week'] or '').lower())
        return found.group(), Day(weekday=weekday, weeks=weeks)
    if found := DATE.search(sentence):
        month = (found['month'] or found['month_last'])[:3].lower()
        day = int(found['day'] or found['day_first'])
        return found.group(), Day(month=MONTHS.index(month) + 1, number=day)
    return '', None


def _hour(sentence: str) -> tuple[str, Hour | None]:
    for found in HOUR.finditer(sentence):
        hour = int(found['hour'] or found['bare'] or found['clock'])
        minute = int(found['minute'] or found['bare_minute'] or found['digits'] or 0)
        half = f'{found["half"].lower()}m' if found['half'] else None
        if (at := hour_of(hour, minute, half=half)) is not None:
            return found.group(), at
    if part := PART.search(sentence):
        return part.group(), Hour(PARTS[part.group().lower()], is_sure=True)
    return '', None
