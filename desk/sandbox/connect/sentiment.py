"""A stand-in for Comprehend's sentiment, from a small word list in Korean and English.

It is not a model: it knows some words and whether they are negated. It gives a local desk something
to show, and tests the same answer every time. Do not judge people or text by it.
"""

import re
from dataclasses import dataclass

LANGUAGES = ('ko', 'en')
MAX_BYTES = 5_000
MAX_BATCH = 25

_KO_GOOD = (
    '감사|고맙|고마워|좋아|좋네|좋습|좋은|좋았|좋고|만족|최고|친절|빠르네|빨라서|훌륭|완벽|해결됐|해결되었|해결됐어|'
    '기뻐|기쁩|기쁘|행복|편리|편하|반가|추천|대박|멋지|멋져|도움이 되|도움이 됐|도움 됐|마음에 들|마음에 드|잘 받았|예쁘|예뻐|다행|든든'
)
_KO_BAD = (
    '불만|불편|짜증|화가|화나|최악|실망|별로|느려|느리|고장|안 되|안 돼|안돼|안되|안 와|안 옵|안 왔|안 나|답답|속상|'
    '불친절|환불|엉망|형편없|문제|오류|에러|늦어|늦게|늦네|잘못|망가|파손|깨져|깨졌|나쁘|나빠|싫|어이없|황당|후회|끔찍|'
    '기분 나|너무하|거짓말|사기|고소|신고|힘들|틀렸|불량|누락|지연|취소됐|먹통|멈춰|멈췄|아깝'
)
_EN_GOOD = (
    'thanks|thank|great|good|love|loved|excellent|perfect|happy|helpful|amazing|awesome|nice|pleased|'
    'satisfied|wonderful|fast|friendly|best|glad|appreciate|solved|fantastic|easy|enjoy|enjoyed|recommend'
)
_EN_BAD = (
    'bad|terrible|awful|angry|hate|worst|broken|slow|poor|disappointed|disappointing|frustrated|frustrating|'
    'annoying|annoyed|useless|wrong|problem|error|errors|late|rude|horrible|fail|failed|fails|waste|unhappy|'
    'upset|refund|unacceptable|scam|complaint|damaged|missing|crash|crashes|ridiculous'
)
_KO_BEFORE = re.compile(r'(?:^|\s)(?:안|못|전혀|그다지)\s*$')
_KO_AFTER = re.compile(
    r'^\S{0,4}?(?:지\s?(?:않|못|도 않|는 않)|질\s?않|하지\s?(?:않|못)|\s?(?:이|가|은|도|한 적|할 게)?\s?없)'
)
_EN_BEFORE = re.compile(r"(?:\bnot|n't|\bno|\bnever|\bwithout|\bhardly)(?:\s+\w+){0,2}\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """Four scores that add up to one."""

    positive: float
    negative: float
    neutral: float
    mixed: float

    @property
    def label(self) -> str:
        """Return the label of the highest score."""
        scores = {
            'POSITIVE': self.positive,
            'NEGATIVE': self.negative,
            'NEUTRAL': self.neutral,
            'MIXED': self.mixed,
        }
        return max(scores, key=lambda name: scores[name])


def sentiment(text: str, language: str) -> Sentiment:
    """Return the sentiment of a text.

    Args:
        text: any text of a chat.
        language: one of ``LANGUAGES``.
    """
    lowered = text.lower()
    good, bad = _WORDS[language]
    up = down = 0
    for pattern, is_good in ((good, True), (bad, False)):
        for found in pattern.finditer(lowered):
            if is_good is not _is_negated(lowered, found, language):
                up += 1
            else:
                down += 1
    return _scores(up, down)


def _is_negated(text: str, found: re.Match[str], language: str) -> bool:
    before, after = text[: found.start()], text[found.end() :]
    if language == 'ko':
        return bool(_KO_BEFORE.search(before) or _KO_AFTER.search(after))
    return bool(_EN_BEFORE.search(before))


def _scores(up: int, down: int) -> Sentiment:
    """Return the scores for these numbers of words; each word gives its label half of the remainder."""
    weights = {
        'positive': up * 3.0 + 0.1,
        'negative': down * 3.0 + 0.1,
        'neutral': 4.0 if not up and not down else 0.6,
        'mixed': min(up, down) * 7.0 + 0.05,
    }
    total = sum(weights.values())
    rounded = {name: round(weight / total, 6) for name, weight in weights.items()}
    rounded['neutral'] = round(1 - sum(v for k, v in rounded.items() if k != 'neutral'), 6)
    return Sentiment(**rounded)


def _korean(words: str) -> re.Pattern[str]:
    return re.compile(words)


def _english(words: str) -> re.Pattern[str]:
    return re.compile(rf'\b(?:{words})\b')


_WORDS = {
    'ko': (_korean(_KO_GOOD), _korean(_KO_BAD)),
    'en': (_english(_EN_GOOD), _english(_EN_BAD)),
}
