"""Times in Korean sentences."""

import re
from datetime import time, timedelta

from services.text.spoken_time_parts import Day, Hour, TimeParts, hour_of

NUMBERS = {
    '한': 1, '두': 2, '세': 3, '네': 4, '다섯': 5, '여섯': 6, '일곱': 7, '여덟': 8, '아홉': 9, '열': 10,
    '열한': 11, '열두': 12, '하루': 1, '이틀': 2, '사흘': 3, '나흘': 4,
}  # fmt: skip
_NUMBER = r'\d{1,3}|열한|열두|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열'
_SPAN = rf'(?:(?:{_NUMBER})\s*[~\-\u2013\u223c]\s*)?'
"""In ``2~3일`` the later number counts."""
_LATER = r'(?:정도\s*|쯤\s*)?(?:뒤|후|이내|안에|안으로|내에|내로|있다가)'
AFTER = re.compile(
    rf'(?<![\d가-힣])(?:{_SPAN}(?P<hours>{_NUMBER})\s*시간(?P<half>\s*반)?\s*)?'
    rf'(?:{_SPAN}(?P<minutes>{_NUMBER})\s*분\s*)?(?<=[간분반 ]){_LATER}'
)
DAYS_AFTER = re.compile(
    rf'(?<![\d가-힣]){_SPAN}(?:(?P<count>{_NUMBER})\s*(?P<unit>영업일|일|주일|주)|(?P<word>하루|이틀|사흘|나흘|일주일))\s*{_LATER}'
)
DAY_WORDS = {'오늘': 0, '금일': 0, '내일모레': 2, '내일': 1, '명일': 1, '모레': 2, '글피': 3}
DAY_WORD = re.compile('(?<![가-힣])(?:' + '|'.join(DAY_WORDS) + ')')
WEEKDAY = re.compile(
    r'(?:(?P<week>이번|금|다음|차|다다음|담)\s*주\s*)?(?P<day>[월화수목금토일])(?:요일|욜)'
)
WEEKS = {'이번': 0, '금': 0, '다음': 1, '차': 1, '담': 1, '다다음': 2}
DATE = re.compile(
    r'(?<![\d가-힣])(?:(?P<month>\d{1,2})\s*월\s*)?(?P<day>\d{1,2})\s*일(?!\s*(?:간|동안|치|분|정도|씩|이상|째|걸|소요))'
    r'(?=\s|에|까지|날|중|오|밤|$|\(|,)'
)
_HALVES = {
    '오전': 'am', '아침': 'am', '새벽': 'am', '오후': 'pm', '저녁': 'pm', '밤': 'pm', '낮': 'pm', '점심': 'pm',
}  # fmt: skip
_HALF = '|'.join(_HALVES)
HOUR = re.compile(
    rf'(?<![\d가-힣:~\-\u2013])(?:(?P<half>{_HALF})\s*)?(?:(?P<word>{_NUMBER})\s*시(?!간)(?:\s*(?P<minute>\d{{1,2}})\s*분|\s*(?P<half_past>반))?'
    r'|(?P<clock>\d{1,2}):(?P<digits>\d{2})(?![\d:]))'
)
HALF_DAY = re.compile('(?<![가-힣])(오전|오후|저녁|정오|자정|점심)')
HALF_DAYS = {
    '오전': time(12), '오후': time(18), '저녁': time(20), '정오': time(12), '자정': time(23, 59), '점심': time(13),
}  # fmt: skip
"""When each part of the day ends, as the due time of a promise."""


def time_parts(sentence: str) -> TimeParts | None:
    """Return the parts of the time in a sentence, or ``None``."""
    if (after := _after(sentence)) is not None:
        return after
    day_words, day = _day(sentence)
    hour_words, hour = _hour(sentence)
    if day is None and hour is None:
        return None
    return TimeParts(words=' '.join(filter(None, (day_words, hour_words))), hour=hour, day=day)


def _number(written: str | None) -> int:
    if not written:
        return 0
    return int(written) if written.isdecimal() else NUMBERS[written]


def _after(sentence: str) -> TimeParts | None:
    for found in AFTER.finditer(sentence):
        hours, minutes = _number(found['hours']), _number(found['minutes'])
        after = timedelta(hours=hours, minutes=minutes + (30 if found['half'] else 0))
        if after:
            return TimeParts(words=found.group().strip(), after=after)
    return None


def _day(sentence: str) -> tuple[str, Day | None]:
    if found := DAYS_AFTER.search(sentence):
        return found.group().strip(), _days_after(found)
    if found := DAY_WORD.search(sentence):
        return found.group(), Day(ahead=DAY_WORDS[found.group()])
    if found := WEEKDAY.search(sentence):
        weekday = '월화수목금토일'.index(found['day'])
        return found.group(), Day(weekday=weekday, weeks=WEEKS.get(found['week'] or ''))
    if found := DATE.search(sentence):
        month = int(found['month']) if found['month'] else None
        return found.group(), Day(month=month, number=int(found['day']))
    return '', None


def _days_after(found: re.Match[str]) -> Day:
    if word := found['word']:
        return Day(ahead=7 if word == '일주일' else NUMBERS[word])
    count = _number(found['count'])
    match found['unit']:
        case '영업일':
            return Day(working_days=count)
        case '일':
            return Day(ahead=count)
        case _:
            return Day(ahead=7 * count)


def _hour(sentence: str) -> tuple[str, Hour | None]:
    for found in HOUR.finditer(sentence):
        minute = 30 if found['half_past'] else int(found['minute'] or found['digits'] or 0)
        hour = int(found['clock']) if found['clock'] else _number(found['word'])
        half = _HALVES.get(found['half'] or '')
        if (found['half'] in ('밤', '저녁')) and hour == 12:
            half = 'am'  # 밤 12시 is midnight
        if (at := hour_of(hour, minute, half=half)) is not None:
            return found.group().strip(), at
    if part := HALF_DAY.search(sentence):
        return part.group(), Hour(HALF_DAYS[part[1]], is_sure=True)
    return '', None
