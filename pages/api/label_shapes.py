"""Labels (라벨) as the API shows them."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from models import LabelColor
from pages.api.shapes import shown_as

LABEL_EXAMPLE: dict[str, Any] = {
    'id': '7c1d8f60-4a8b-4f1e-9d0a-2b7f3c5e9a11',
    'name': '환불 문의',
    'name_en': 'Refund',
    'color': 'amber',
    'department': '주문·배송',
    'is_active': True,
}


class LabelItem(BaseModel):
    """A label. An empty ``department`` is every department; one out of use can no longer be set."""

    model_config = ConfigDict(from_attributes=True) | shown_as(LABEL_EXAMPLE)

    id: UUID
    name: str
    name_en: str
    color: LabelColor
    department: str
    is_active: bool
