"""The labels that the demo desk uses: those of a shop's contact centre."""

from models import ChatLabel, LabelColor
from services.demo.dialogues import ORDERS, PAYMENTS
from services.demo.people import seed_id

_ROWS = (
    ('', '재문의', 'Asked again', LabelColor.BLUE),
    ('', '칭찬', 'Praise', LabelColor.GREEN),
    ('', '불만', 'Complaint', LabelColor.RED),
    (ORDERS, '배송 지연', 'Late delivery', LabelColor.AMBER),
    (PAYMENTS, '환불 문의', 'Refund', LabelColor.VIOLET),
)
"""Department (none: all), name, English name, colour."""


def labels() -> list[ChatLabel]:
    """Return the demo's labels, in order."""
    return [
        ChatLabel(
            id=seed_id(f'label {name}'),
            department=department,
            name=name,
            name_en=name_en,
            color=color,
            position=place,
        )
        for place, (department, name, name_en, color) in enumerate(_ROWS, 1)
    ]
