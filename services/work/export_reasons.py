"""Why somebody takes data out of the desk: asked before every export, and recorded with it."""

from dataclasses import dataclass
from enum import StrEnum

from desk.errors import InvalidInputError
from services.text.reasons import parse_why


class ExportReason(StrEnum):
    """업무 보고, 상담 품질 확인, 고객 요청 처리, 점검·감사, 기타 (in free text)."""

    REPORT = 'report'
    QUALITY = 'quality'
    REQUEST = 'customer_request'
    INSPECTION = 'inspection'
    OTHER = 'other'


@dataclass(frozen=True, slots=True)
class ExportWhy:
    """A reason as it was given, and its free text, which ``ExportReason.OTHER`` needs."""

    reason: ExportReason | None
    words: str = ''

    def checked(self) -> 'ExportWhy':
        """Return the reason as it is recorded. Raises ``InvalidInputError`` where it, or its free text, is missing."""
        if self.reason is None:
            raise InvalidInputError('export.reason')
        if self.reason is not ExportReason.OTHER:
            return ExportWhy(self.reason)
        return ExportWhy(self.reason, parse_why(self.words, error_key='personal.why'))

    @property
    def details(self) -> dict[str, object]:
        """Return what the audit log keeps beside the words."""
        return {'reason': self.reason.value} if self.reason else {}
