"""What everybody who deals with a customer must see at once: 차단, 고위험. The same wherever a customer is named."""

from markupsafe import Markup

from models import CustomerStatus, CustomerType, RiskLevel
from pages.locale import _
from pages.parts.markup import filled


def badges(status: CustomerStatus, risk: RiskLevel) -> Markup:
    """Return the warnings, for a line that names a customer; nothing for most of them."""
    words = []
    if status is CustomerStatus.BLOCKED:
        words.append(_('차단'))
    if risk is RiskLevel.HIGH:
        words.append(_('고위험'))
    return Markup().join(_danger(word) for word in words)


def all_badges(kind: CustomerType, status: CustomerStatus, risk: RiskLevel) -> Markup:
    """Return every word on what a customer is, for a card."""
    quiet = [kind_name(kind)]
    if status is CustomerStatus.INACTIVE:
        quiet.append(status_name(status))
    if risk is RiskLevel.MEDIUM:
        quiet.append(_('주의'))
    words = Markup().join(filled('<span class="desk-tag">{word}</span>', word=one) for one in quiet)
    return words + badges(status, risk)


def kind_name(kind: CustomerType) -> str:
    """Name a type of customer."""
    return {CustomerType.INDIVIDUAL: _('개인'), CustomerType.CORPORATE: _('법인')}[kind]


def status_name(status: CustomerStatus) -> str:
    """Name a status."""
    return {
        CustomerStatus.ACTIVE: _('정상'),
        CustomerStatus.INACTIVE: _('휴면'),
        CustomerStatus.BLOCKED: _('차단'),
    }[status]


def risk_name(risk: RiskLevel) -> str:
    """Name a risk level."""
    return {
        RiskLevel.LOW: _('낮음'),
        RiskLevel.MEDIUM: _('주의'),
        RiskLevel.HIGH: _('고위험'),
    }[risk]


def _danger(word: str) -> Markup:
    return filled('<span class="desk-tag desk-tag-danger">{word}</span>', word=word)
