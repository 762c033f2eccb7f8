"""The templates of ``deploy/templates``, read and resolved as CloudFormation would."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / 'deploy' / 'templates'
STACKS = ('network', 'access', 'cluster', 'data', 'events', 'migration', 'service', 'alarms')
"""In the order in which ``deploy_agent_ui.sh`` makes them: each stands on what earlier ones export."""
ACCOUNT, REGION = '123456789012', 'ap-northeast-2'
IMAGE = f'{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/desk@sha256:{"0" * 64}'
CERTIFICATE = f'arn:aws:acm:{REGION}:{ACCOUNT}:certificate/one'
INSTANCE = '11111111-2222-3333-4444-555555555555'
GIVEN = {
    'Image': IMAGE,
    'Certificate': CERTIFICATE,
    'PublicUrl': 'https://desk.example.com',
    'ConnectInstanceId': INSTANCE,
    'ContactFlowId': '99999999-2222-3333-4444-555555555555',
    'SourcePhoneNumber': '+8215880000',
    'ConnectCcpUrl': 'https://desk-example.my.connect.aws/ccp-v2/',
}
"""What a template asks of an operator, for a desk with voice."""
_NOTHING = object()


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _long(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # the third kind
    if tag == 'GetAtt' and isinstance(value, str):
        value = value.split('.', 1)
    return {tag if tag in {'Ref', 'Condition'} else f'Fn::{tag}': value}


_Loader.add_multi_constructor('!', _long)


@cache
def read(stack: str) -> dict[str, Any]:
    """Return a template with all short forms in full; it is shared, and not to be changed."""
    template = yaml.load((FOLDER / f'{stack}.yaml').read_text(), _Loader)
    assert isinstance(template, dict)
    return template


def parameters(template: Mapping[str, Any], **changes: str) -> dict[str, str]:
    """Return the parameters of a template: its defaults, and what an operator gives."""
    values = {name: one.get('Default') for name, one in template['Parameters'].items()}
    values |= {name: value for name, value in (GIVEN | changes).items() if name in values}
    return {name: str(value) for name, value in values.items()}


def resolved(template: Mapping[str, Any], **changes: str) -> dict[str, Any]:
    """Return the resources with parameters, conditions and texts filled in.

    ``Ref`` and ``GetAtt`` of a resource become its name (and attribute), an import the name of the export.
    """
    values = _Values(template, parameters(template, **changes))
    return {
        name: values.of(one)
        for name, one in template['Resources'].items()
        if 'Condition' not in one or values.holds(one['Condition'])
    }


class _Values:
    """What the functions of a template come to."""

    def __init__(self, template: Mapping[str, Any], given: Mapping[str, str]) -> None:
        self._names = {'AWS::Region': REGION, 'AWS::AccountId': ACCOUNT, **given}
        self._conditions = template.get('Conditions', {})
        self._functions: dict[str, Callable[[Any], Any]] = {
            'Ref': lambda name: _NOTHING if name == 'AWS::NoValue' else self._names.get(name, name),
            'Fn::GetAtt': '.'.join,
            'Fn::ImportValue': self.of,
            'Fn::Sub': self._filled,
            'Fn::If': lambda said: self.of(said[1] if self.holds(said[0]) else said[2]),
        }

    def of(self, said: Any) -> Any:
        """Return what a part of the template comes to."""
        if isinstance(said, list):
            return [one for one in map(self.of, said) if one is not _NOTHING]
        if not isinstance(said, dict):
            return said
        if len(said) == 1 and (known := self._functions.get(next(iter(said)))):
            return known(next(iter(said.values())))
        pairs = ((key, self.of(one)) for key, one in said.items())
        return {key: one for key, one in pairs if one is not _NOTHING}

    def holds(self, name: str) -> bool:
        """Whether a condition holds."""
        return self._is_true(self._conditions[name])

    def _is_true(self, condition: Mapping[str, Any]) -> bool:
        if 'Fn::Not' in condition:
            return not self._is_true(condition['Fn::Not'][0])
        first, second = map(self.of, condition['Fn::Equals'])
        return bool(first == second)

    def _filled(self, said: Any) -> str:
        text, more = said if isinstance(said, list) else (said, {})
        names = self._names | {key: str(self.of(one)) for key, one in more.items()}
        return re.sub(r'\$\{([^!}]+)\}', lambda found: names.get(found[1], found[1]), text)


def all_resources(**changes: str) -> dict[str, dict[str, Any]]:
    """Return the resolved resources of all stacks, by ``stack.Name``."""
    return {
        f'{stack}.{name}': one
        for stack in STACKS
        for name, one in resolved(read(stack), **changes).items()
    }


def of_type(kind: str, **changes: str) -> dict[str, dict[str, Any]]:
    """Return the properties of all resources of a type, by ``stack.Name``."""
    return {
        name: one.get('Properties', {})
        for name, one in all_resources(**changes).items()
        if one['Type'] == kind
    }
