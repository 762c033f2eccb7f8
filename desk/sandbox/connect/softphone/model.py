"""The softphone's operations and shapes, parsed from the API model inside the vendor's release.

The release contains the model of its private service (``AmazonConnectCTIService``) in the format of
AWS's SDK for JavaScript. It is converted to a botocore model, so that requests and answers are
parsed, checked and written by the same code as for AWS's public services.
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
    """One operation, with its input and output."""

    name: str
    takes: StructureShape
    answers: StructureShape


class SoftphoneModel:
    """Every operation of the library."""

    def __init__(self, release: str) -> None:
        """Parse the model from a release's text.

        Raises:
            ValueError: the text contains no such model.
        """
        description = _described(_literal(release))
        self._service: Any = ServiceModel(description, 'softphone')
        self._names = frozenset(description['operations'])

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all operations (``AcceptContact``)."""
        return self._names

    def operation(self, name: str) -> Operation | None:
        """Return an operation, or ``None``."""
        if name not in self._names:
            return None
        model = self._service.operation_model(name)
        return Operation(name=name, takes=model.input_shape, answers=model.output_shape)


def _literal(release: str) -> Json:
    """Return the model's object literal as data."""
    start = release.index(BEGINNING)
    text = KEY.sub(r'\1"\2":', release[start : _end(release, start)])
    for literal, word in LITERALS.items():
        text = text.replace(literal, word)
    return dict(json.loads(text))


def _end(text: str, start: int) -> int:
    """Return where the braces that open at ``start`` close; the model's strings contain none."""
    depth = 0
    for brace in re.compile('[{}]').finditer(text, start):
        depth += 1 if brace[0] == '{' else -1
        if depth == 0:
            return brace.end()
    raise ValueError('The release ends within its API model')


def _described(model: Json) -> Json:
    """Return the model with a name for every shape, as botocore requires."""
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
    """Store an inline shape under its own name, and return a reference to it."""
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
