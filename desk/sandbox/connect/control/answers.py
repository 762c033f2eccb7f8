"""Answers shared by many routes."""

from typing import Any

from desk.sandbox.connect.control.shapes import Refused

NOTHING: dict[str, str] = {}
"""The action succeeded and returns nothing."""


def _refusal(description: str, code: str, message: str) -> dict[str, Any]:
    example = Refused(code=code, message=message).model_dump()
    content = {'application/json': {'example': example}}
    return {'model': Refused, 'description': description, 'content': content}


UNREADABLE: dict[int | str, dict[str, Any]] = {
    400: _refusal('It cannot be read', 'Unreadable', 'number: String should match pattern …')
}
REFUSED: dict[int | str, dict[str, Any]] = {
    404: _refusal('There is no such thing', 'NotThere', 'Contact … does not exist'),
    409: _refusal('The world does not do that now', 'NotPossible', 'Nobody would hear it'),
}
