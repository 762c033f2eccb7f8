"""Every place where the API takes a text, found in its own description: a new field is attacked without a line here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

ORDINARY = '배송'
"""What stands in the other places."""
METHODS = ('get', 'put', 'post', 'patch', 'delete')

Json = dict[str, Any]


@dataclass(frozen=True)
class TextPlace:
    """One field of a body, one parameter of a query, a header or one part of a path, at one operation."""

    method: str
    path: str
    parameters: tuple[Json, ...]
    body: Json
    """The fields of the body by name, each as its schema."""
    name: str
    longest: int
    """How many characters the description allows; 0 when it does not say."""

    def __str__(self) -> str:
        return f'{self.method.upper()} {self.path} {self.name}'

    def request(self, text: str, ids: Mapping[str, str]) -> Json:
        """Return the arguments of ``httpx.request`` with the text in this place.

        Args:
            text: what is said.
            ids: which rows are meant, by the name of a parameter or field; others are nobody's.
        """
        path, query, headers = self.path, {}, {}
        for one in self.parameters:
            name, is_here = one['name'], one['name'] == self.name
            if one['in'] == 'path':
                value = _value(one['schema'], name, text if is_here else ORDINARY, ids)
                path = path.replace(f'{{{name}}}', quote(str(value), safe='') or '-')
            elif one['in'] == 'query' and is_here:
                query[name] = text
            elif one['in'] == 'header' and is_here:
                headers[name] = text.encode()
        asked: Json = {'method': self.method, 'url': path, 'params': query, 'headers': headers}
        if self.body:
            asked['json'] = {
                name: _value(schema, name, text if name == self.name else ORDINARY, ids)
                for name, schema in self.body.items()
            }
        return asked


def text_places(description: Json) -> Iterator[TextPlace]:
    """Go through all places of an OpenAPI description that take a text."""
    schemas = description['components']['schemas']
    for path, methods in description['paths'].items():
        for method in (one for one in METHODS if one in methods):
            said = methods[method]
            content = said.get('requestBody', {}).get('content', {})
            body = _resolved(content.get('application/json', {}).get('schema', {}), schemas)
            fields = {
                name: _resolved(one, schemas) for name, one in body.get('properties', {}).items()
            }
            parameters = tuple(
                one | {'schema': _resolved(one['schema'], schemas)}
                for one in said.get('parameters', ())
            )
            named = fields | {one['name']: one['schema'] for one in parameters}
            for name, schema in named.items():
                if _takes_text(schema):
                    longest = schema.get('maxLength', 0)
                    yield TextPlace(method, path, parameters, fields, name, longest)


def _resolved(schema: Json, schemas: Json) -> Json:
    """Follow references, and of several choices take the first that says something."""
    while True:
        if '$ref' in schema:
            schema = schemas[schema['$ref'].rsplit('/', 1)[-1]]
        elif choices := schema.get('anyOf') or schema.get('oneOf') or schema.get('allOf'):
            schema = next((one for one in choices if one.get('type') != 'null'), {})
        elif 'items' in schema and '$ref' in schema['items']:
            schema = schema | {'items': _resolved(schema['items'], schemas)}
        else:
            return schema


def _takes_text(schema: Json) -> bool:
    if schema.get('type') == 'array':
        return _takes_text(schema.get('items', {}))
    is_free = 'enum' not in schema and 'const' not in schema and 'format' not in schema
    return is_free and schema.get('type') in ('string', 'object')


def _value(schema: Json, name: str, text: str, ids: Mapping[str, str]) -> Any:
    """Return something of a type: the text where it may be one."""
    if 'enum' in schema or 'const' in schema:
        return schema.get('const', schema.get('enum', [None])[0])
    plain = {
        'integer': schema.get('minimum', 1),
        'number': schema.get('minimum', 1),
        'boolean': True,
        'object': {text[:20]: text},
    }
    formats = {'uuid': ids.get(name) or str(uuid4()), 'date-time': '2027-01-04T05:00:00Z'}
    if schema.get('type') == 'array':
        return [_value(schema.get('items', {}), name, text, ids)]
    return plain.get(schema.get('type', ''), formats.get(schema.get('format', ''), text))
