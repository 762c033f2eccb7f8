"""An expected wait in words: a range in minutes, since nothing more exact is known."""

from pages.locale import text
from services.floor.expected_waits import ExpectedWait

MINUTE = 60
LONGEST_MINUTES = 60
"""Beyond this no range is said."""


def wait_words(language: str, wait: ExpectedWait) -> str:
    """Return ``약 3~5분``, in a language."""
    most = -(-wait.to_seconds // MINUTE)
    least = min(most, max(1, wait.from_seconds // MINUTE))
    if most <= 1:
        return text(language, '1분 안팎')
    if least >= LONGEST_MINUTES:
        return text(language, '한 시간 넘게')
    if least == most:
        return text(language, '약 {count}분', count=most)
    return text(language, '약 {least}~{most}분', least=least, most=most)
