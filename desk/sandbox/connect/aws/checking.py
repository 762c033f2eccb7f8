"""Validates values by botocore's models: required members, lengths, numbers of items, allowed words.

boto3 itself checks only required members, types and minimum lengths. Services check the rest, and
so does the simulator.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def lacking(shape: Shape, value: Any, where: str = '') -> Iterator[str]:
    """Yield the required members that are missing."""
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if value.get(name) is None:
                yield f'{where}{name} is required'
    for member, item, name in _parts(shape, value):
        yield from lacking(member, item, f'{where}{name}.' if name else where)


def _parts(shape: Shape, value: Any) -> Iterator[tuple[Shape, Any, str]]:
    """Yield the parts of a value with their shapes; in a structure, with their names."""
    if isinstance(shape, StructureShape):
        for name, item in value.items():
            if name in shape.members and item is not None:
                yield shape.members[name], item, name
    elif isinstance(shape, ListShape):
        yield from ((shape.member, item, '') for item in value)
    elif isinstance(shape, MapShape):
        yield from ((shape.value, item, '') for item in value.values())


def wrong(shape: Shape, value: Any, where: str = '') -> Iterator[str]:
    """Yield the members with invalid values."""
    if isinstance(shape, StructureShape):
        yield from _wrong_members(shape, value, where)
    elif isinstance(shape, ListShape):
        yield from _out_of_bounds(shape, len(value), f'{where} has')
        for item in value:
            yield from wrong(shape.member, item, where)
    elif isinstance(shape, MapShape):
        yield from _out_of_bounds(shape, len(value), f'{where} has')
        for key, item in value.items():
            yield from wrong(shape.key, key, f'{where} key')
            yield from wrong(shape.value, item, f'{where}.{key}')
    elif isinstance(value, str):
        yield from _wrong_text(shape, value, where)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _out_of_bounds(shape, value, f'{where} is')


def _wrong_members(shape: StructureShape, value: Any, where: str) -> Iterator[str]:
    if getattr(shape, 'is_tagged_union', False) and len(value) != 1:
        yield f'{where} must have exactly one member'
    for name, item in value.items():
        if name in shape.members and item is not None:
            place = f'{where}.{name}' if where else name
            yield from wrong(shape.members[name], item, place)


def _wrong_text(shape: Shape, value: str, where: str) -> Iterator[str]:
    yield from _out_of_bounds(shape, len(value), f'the length of {where} is')
    words = shape.metadata.get('enum')
    if words and value not in words:
        yield f'{where} is none of {", ".join(words)}'
    pattern = shape.metadata.get('pattern')
    if pattern and (compiled := _compiled(pattern)) and not compiled.search(value):
        yield f'{where} does not match {pattern}'


def _out_of_bounds(shape: Shape, size: float, what: str) -> Iterator[str]:
    least, most = shape.metadata.get('min'), shape.metadata.get('max')
    if least is not None and size < least:
        yield f'{what} {size}, less than {least}'
    if most is not None and size > most:
        yield f'{what} {size}, more than {most}'


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return a model's pattern; ``None`` when it is written for another regular expression engine.

    Some patterns in the model have every backslash doubled, as in JSON.
    """
    try:
        return re.compile(pattern.replace('\\\\', '\\'))
    except re.error:
        return None
