"""The softphone's operations and their shapes, read from the API model that lies inside the vendor's release.

The release holds the model of its private service (``AmazonConnectCTIService``) in the form of AWS's SDK for
JavaScript. Here it becomes a model of botocore's, so that requests and answers are read, checked and written by the
same code as those of AWS's public services.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from botocore.model import ServiceModel, StructureShape

from desk.sandbox.connect.world.events import Json

BEGINNING = '{version:"2.0",metadata:{apiVersion:"2017-02-15"'
KEY = re.compile(r'([{,])(\w+):')
LITERALS = {'!0': 'true', '!1': 'false'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation, with what it takes and what it answers."""

    name: str
    takes: StructureShape
    answers: StructureShape


class SoftphoneModel:
    """Every operation that the library can ask for."""

    def __init__(self, release: str) -> None:
        """Read the model out of a release's text.

        Raises:
            ValueError: the text holds no such model.
        """
        description = _described(_literal(release))
        self._service: Any = ServiceModel(description, 'softphone')
        self._names = frozenset(description['operations'])

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all operations (``AcceptContact``)."""
        return self._names

    def operation(self, name: str) -> Operation | None:
        """Return an operation, if there is such a one."""
        if name not in self._names:
            return None
        model = self._service.operation_model(name)
        return Operation(name=name, takes=model.input_shape, answers=model.output_shape)


def _literal(release: str) -> Json:
    """Return the object literal of the model as data."""
    start = release.index(BEGINNING)
    text = KEY.sub(r'\1"\2":', release[start : _end(release, start)])
    for literal, word in LITERALS.items():
        text = text.replace(literal, word)
    return dict(json.loads(text))


def _end(text: str, start: int) -> int:
    """Return where the braces that open at ``start`` are closed; the model has none inside its texts."""
    depth = 0
    for brace in re.compile('[{}]').finditer(text, start):
        depth += 1 if brace[0] == '{' else -1
        if depth == 0:
            return brace.end()
    raise ValueError('The release ends within its API model')


def _described(model: Json) -> Json:
    """Return the model with a name for every shape, as botocore wants it."""
    shapes: Json = {}
    for name, shape in model['shapes'].items():
        _named(shape, name, shapes)
    operations = {
        name: {
            'name': name,
            'http': {'method': 'POST', 'requestUri': '/'},
            'input': _named(operation['input'], f'{name}Input', shapes),
            'output': _named(operation['output'], f'{name}Output', shapes),
        }
        for name, operation in model['operations'].items()
    }
    return {
        'version': model['version'],
        'metadata': model['metadata'],
        'operations': operations,
        'shapes': shapes,
    }


def _named(shape: Json, name: str, shapes: Json) -> Json:
    """Keep a shape that stands in its place under a name of its own, and return a reference to it."""
    if 'shape' in shape:
        return shape
    whole = {'type': 'string', **shape}
    shapes[name] = whole
    for part in ('member', 'key', 'value'):
        if part in shape:
            whole[part] = _named(shape[part], f'{name}.{part}', shapes)
    if 'members' in shape:
        whole['members'] = {
            member: _named(inner, f'{name}.{member}', shapes)
            for member, inner in shape['members'].items()
        }
    return {'shape': name}
