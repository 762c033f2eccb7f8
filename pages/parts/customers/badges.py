"""Badges for 차단 and 고위험 customers, the same wherever a customer is named."""

from collections.abc import Iterable

from markupsafe import Markup

from models import CallPermission, Customer, CustomerStatus, CustomerType, RiskLevel
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.markup import filled
from services.customers.warnings import CustomerWarning, warnings_of


def badges(warnings: Iterable[CustomerWarning]) -> Markup:
    """Return the badges of grave warnings, for a line that names a customer; most customers have none."""
    return Markup().join(_badge(warning) for warning in warnings if warning.is_grave)


def all_badges(customer: Customer) -> Markup:
    """Return the badges of type, status and risk, for a card."""
    kind = filled('<span class="desk-tag">{word}</span>', word=type_name(customer.customer_type))
    found = [kind, *(_badge(warning) for warning in warnings_of(customer))]
    if customer.blocked_until is not None:
        until = times.day(customer.blocked_until)
        found.append(filled('<span class="desk-tag">{word}</span>', word=_('{day}까지', day=until)))
    if customer.call_permission is CallPermission.NOTHING:
        found.append(
            filled('<span class="desk-tag desk-tag-danger">{word}</span>', word=_('전화 거부'))
        )
    return Markup().join(found)


def type_name(kind: CustomerType) -> str:
    """Return the name of a customer type."""
    return {CustomerType.INDIVIDUAL: _('개인'), CustomerType.CORPORATE: _('법인')}[kind]


def status_name(status: CustomerStatus) -> str:
    """Return the name of a status."""
    return {
        CustomerStatus.ACTIVE: _('정상'),
        CustomerStatus.INACTIVE: _('휴면'),
        CustomerStatus.BLOCKED: _('차단'),
    }[status]


def risk_name(risk: RiskLevel) -> str:
    """Return the name of a risk level."""
    return {
        RiskLevel.LOW: _('낮음'),
        RiskLevel.MEDIUM: _('주의'),
        RiskLevel.HIGH: _('고위험'),
    }[risk]


def permission_name(permission: CallPermission) -> str:
    """Name what somebody may be called for."""
    return {
        CallPermission.ANYTHING: _('광고까지 동의'),
        CallPermission.SERVICE: _('상담 전화만'),
        CallPermission.NOTHING: _('전화 거부'),
    }[permission]


def _badge(warning: CustomerWarning) -> Markup:
    words = {
        CustomerWarning.BLOCKED: _('차단'),
        CustomerWarning.HIGH_RISK: _('고위험'),
        CustomerWarning.MEDIUM_RISK: _('주의'),
        CustomerWarning.INACTIVE: _('휴면'),
    }
    return filled(
        '<span class="desk-tag{grave}">{word}</span>',
        grave=' desk-tag-danger' if warning.is_grave else '',
        word=words[warning],
    )
