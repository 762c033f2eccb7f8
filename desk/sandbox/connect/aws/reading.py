"""Converts requests to Python values, and answers from them, by the shapes of botocore's models."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from desk.sandbox.connect.world.events import Json


class Unreadable(ValueError):  # noqa: N818 - clear without the suffix
    """The request does not match the model."""


def read_rest(
    shape: StructureShape | None,
    path: Mapping[str, str],
    query: Mapping[str, list[str]],
    headers: Mapping[str, str],
    body: bytes,
) -> Json:
    """Return the parameters of a rest-json request.

    Raises:
        Unreadable: the body is not a JSON object, or a value has another type.
    """
    if shape is None:
        return {}
    content = _body(body)
    found: Json = {}
    for name, member in shape.members.items():
        place = member.serialization.get('location')
        key = member.serialization.get('name', name)
        raw: Any = content.get(key)
        if place == 'uri':
            raw = path.get(key)
        elif place == 'querystring':
            raw = _query(member, query.get(key))
        elif place == 'header':
            raw = headers.get(key.lower())
        if raw is not None:
            found[name] = _value(member, raw, name, is_text=place is not None)
    return found


def read_body(shape: StructureShape, body: bytes) -> Json:
    """Return the parameters of a JSON body only.

    Raises:
        Unreadable: as ``read_rest``.
    """
    return dict(_value(shape, _body(body), '', is_text=False))


def written(shape: Shape, value: Any) -> Any:
    """Return a value in its JSON wire format."""
    if isinstance(shape, StructureShape):
        return {
            member.serialization.get('name', name): written(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        return [written(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {str(key): written(shape.value, item) for key, item in value.items()}
    if isinstance(value, datetime):
        if shape.serialization.get('timestampFormat') == 'iso8601':
            return value.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')
        return value.timestamp()
    return value


def _body(body: bytes) -> Json:
    if not body:
        return {}
    try:
        content = json.loads(body)
    except ValueError as error:
        raise Unreadable('The request is no JSON') from error
    if not isinstance(content, dict):
        raise Unreadable('The request is no JSON object')
    return content


def _query(member: Shape, values: list[str] | None) -> Any:
    if values is None or isinstance(member, ListShape):
        return values
    return values[0]


def _value(shape: Shape, raw: Any, where: str, *, is_text: bool) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, _typed(raw, dict, where), where)
    if isinstance(shape, ListShape):
        items = _typed(raw, list, where)
        return [_value(shape.member, item, where, is_text=is_text) for item in items]
    if isinstance(shape, MapShape):
        return {
            str(key): _value(shape.value, item, f'{where}.{key}', is_text=False)
            for key, item in _typed(raw, dict, where).items()
        }
    try:
        return _SCALARS[shape.type_name](raw, is_text)
    except (ValueError, TypeError, OverflowError) as error:
        raise Unreadable(f'{where} is no {shape.type_name}') from error


def _structure(shape: StructureShape, raw: Json, where: str) -> Json:
    found = {}
    for name, member in shape.members.items():
        item = raw.get(member.serialization.get('name', name))
        if item is not None:
            place = f'{where}.{name}' if where else name
            found[name] = _value(member, item, place, is_text=False)
    return found


def _typed(raw: Any, kind: type[Any], where: str) -> Any:
    if not isinstance(raw, kind):
        raise Unreadable(f'{where} is no {kind.__name__}')
    return raw


def _text(raw: Any, is_text: bool) -> str:  # noqa: ARG001 - JSON
    if not isinstance(raw, str):
        raise TypeError
    return raw


def _integer(raw: Any, is_text: bool) -> int:
    if is_text:
        return int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != int(raw):
        raise TypeError
    return int(raw)


def _float(raw: Any, is_text: bool) -> float:
    if not is_text and (isinstance(raw, bool) or not isinstance(raw, int | float)):
        raise TypeError
    return float(raw)


def _boolean(raw: Any, is_text: bool) -> bool:
    if is_text and raw in {'true', 'false'}:
        return bool(raw == 'true')
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def _moment(raw: Any, is_text: bool) -> datetime:  # noqa: ARG001 - JSON
    if isinstance(raw, str):
        moment = datetime.fromisoformat(raw)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.fromtimestamp(float(raw), UTC)


def _blob(raw: Any, is_text: bool) -> bytes:  # noqa: ARG001 - JSON
    return base64.b64decode(raw, validate=True)


_SCALARS: dict[str, Callable[[Any, bool], Any]] = {
    'string': _text,
    'character': _text,
    'integer': _integer,
    'long': _integer,
    'float': _float,
    'double': _float,
    'boolean': _boolean,
    'timestamp': _moment,
    'blob': _blob,
}
