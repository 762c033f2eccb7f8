"""``deploy_agent_ui.sh``: it explains itself, does its steps in order, stops at a failed migration, and goes back.

Programs named ``aws``, ``docker``, ``curl`` and ``make`` that write down how they were called stand for the real ones.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.sizes import SIZES
from tests.support.templates import ROOT, STACKS

SCRIPT = ROOT / 'deploy' / 'deploy_agent_ui.sh'
BASH = shutil.which('bash') or '/bin/bash'
OLD, NEW = f'sha256:{"a" * 64}', f'sha256:{"b" * 64}'
REPOSITORY = '123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/desk'
SETTINGS = """Desk=desk
Size=50
PublicUrl=https://desk.example.com
Certificate=arn:aws:acm:ap-northeast-2:123456789012:certificate/one
OidcGroups={"desk-agents": {"role": "agent", "department": "주문·배송"}}
AlertsEmail=
"""
AWS = r"""#!/bin/bash
printf '%s\n' "aws $*" >> "$CALLS"  # in one piece: two of them may be in one pipe
case "$*" in
  *"cloudformation deploy"*"desk-service"*) [[ "$*" != *"$REFUSED"* || ! $REFUSED ]] || exit 255
    for word in "$@"; do [[ $word != Image=* ]] || printf '%s' "${word##*@}" > "$RUNNING"; done ;;
  *get-caller-identity*) echo 123456789012 ;;
  *get-login-password*) echo a-password ;;
  *list-images*-sbom*) [[ ! -e $PUSHED-sbom ]] || echo sha256:parts ;;
  *list-images*) [[ ! -e $PUSHED ]] || echo "$NEW" ;;
  *"OutputKey=='Image'"*) [[ ! $BEFORE ]] || echo "$BEFORE"; [[ $BEFORE ]] ;;
  *"OutputKey=='Migration'"*) echo arn:migration:7 ;;
  *"OutputKey=='BalancerName'"*) echo balancer.example.com ;;
  *list-exports*) echo an-export ;;
  *run-task*) echo arn:task/one ;;
  *containers\[0\].exitCode*) echo "$MIGRATED" ;;
  *list-tasks*) echo arn:task/two arn:task/three ;;
  *imageDigest*) found=$(cat "$RUNNING"); echo "$found $found" ;;
esac
"""
DOCKER = r"""#!/bin/bash
printf '%s\n' "docker $*" >> "$CALLS"  # in one piece: two of them may be in one pipe
[[ $1 != login ]] || cat > /dev/null
case "$*" in
  "build "*"--file -"*) cat > /dev/null ;;
  "push "*-sbom) touch "$PUSHED-sbom" ;;
  "push "*) touch "$PUSHED" ;;
esac
"""
MAKE = r"""#!/bin/bash
printf '%s\n' "make $*" >> "$CALLS"  # in one piece: two of them may be in one pipe
"""
CURL = r"""#!/bin/bash
printf '%s\n' "curl $*" >> "$CALLS"  # in one piece: two of them may be in one pipe
[[ ! $UNREADY || $(cat "$RUNNING") != "$UNREADY" ]]
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What the script did."""

    code: int
    said: str
    calls: list[str]

    def rolled_out(self) -> list[str]:
        """Return the digests that the service was given, in order."""
        return [
            one.rsplit('@', 1)[1].split(' ')[0]
            for one in self.calls
            if 'deploy --stack-name desk-service' in one
        ]


def run(folder: Path, *arguments: str, **found: str) -> Done:
    """Run the script where the programs of a folder stand before all others."""
    programs = folder / 'bin'
    programs.mkdir()
    for name, text in (('aws', AWS), ('docker', DOCKER), ('curl', CURL), ('make', MAKE)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (folder / 'desk.env').write_text(SETTINGS)
    names = {'CALLS': folder / 'calls', 'PUSHED': folder / 'pushed', 'RUNNING': folder / 'running'}
    (folder / 'calls').touch()
    given = {'MIGRATED': '0', 'BEFORE': f'{REPOSITORY}@{OLD}', 'REFUSED': '', 'UNREADY': ''} | found
    done = subprocess.run(
        [BASH, SCRIPT, '--settings', folder / 'desk.env', *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={
            **{name: str(path) for name, path in names.items()},
            **given,
            'NEW': NEW,
            'VERSION': 'v7',
            'PATH': f'{programs}:{os.environ["PATH"]}',
            'LC_ALL': 'C.UTF-8',
        },
    )
    return Done(done.returncode, done.stdout, (folder / 'calls').read_text().splitlines())


def test_dry_run_explains_itself_and_calls_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, '--dry-run')

    lines = done.said.splitlines()
    commands = [number for number, line in enumerate(lines) if line.startswith('   $ ')]

    assert done.code == 0, done.said
    assert done.calls == []
    assert len(commands) > 30
    unexplained = [
        lines[number]
        for number in commands
        if not lines[number - 1].startswith('   # ') and not lines[number - 1].startswith('   $ ')
    ]
    assert unexplained == []
    for stack in STACKS:
        assert f'--stack-name desk-{stack} ' in done.said, stack
    for word in ('docker build', 'docker push', 'run-task', 'exitCode', '/readyz', 'Go back to'):
        assert word in done.said, word


def test_dry_run_needs_neither_tools_nor_settings(tmp_path: Path) -> None:
    needed = ('awk', 'sed', 'tail', 'tr', 'sort', 'dirname', 'grep', 'cat')
    for name in needed:
        (tmp_path / name).symlink_to(shutil.which(name) or name)

    done = subprocess.run(
        [BASH, SCRIPT, '--dry-run'],
        check=False,
        capture_output=True,
        text=True,
        env={'PATH': str(tmp_path)},
    )

    assert done.returncode == 0, done.stderr
    assert 'This was a dry run: nothing was done.' in done.stdout


def test_steps_come_in_order(tmp_path: Path) -> None:
    done = run(tmp_path)

    order = [
        'get-caller-identity',
        *(f'deploy --stack-name desk-{one}' for one in STACKS[:5]),
        'docker login',
        'docker build',
        'docker push',
        'make --silent sbom',
        '--tag 123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/desk:v7-sbom',
        'desk:v7-sbom',
        'deploy --stack-name desk-migration',
        'ecs run-task',
        'ecs wait tasks-stopped',
        'containers[0].exitCode',
        'deploy --stack-name desk-service',
        'ecs wait services-stable',
        'curl',
        'containers[].imageDigest',
        'deploy --stack-name desk-alarms',
    ]
    calls = iter(done.calls)
    missing = [
        word for word in order if not any(word in one for one in calls)
    ]  # each after the one before

    assert done.code == 0, done.said
    assert missing == []
    assert sum('ecs run-task' in one for one in done.calls) == 1
    assert done.rolled_out() == [NEW]
    assert 'a-password' not in done.said


def test_values_reach_their_stacks_whole(tmp_path: Path) -> None:
    done = run(tmp_path)

    [service] = [one for one in done.calls if 'deploy --stack-name desk-service' in one]
    [events] = [one for one in done.calls if 'deploy --stack-name desk-events' in one]

    assert ' OidcGroups={"desk-agents": {"role": "agent", "department": "주문·배송"}} ' in service
    assert ' Processes=2 ' in service  # by the size
    assert 'DatabaseClass' not in service  # a parameter of another stack
    assert events.endswith('AlertsEmail=')  # said to be empty: it may have been another before


def test_version_that_is_there_is_not_built_again(tmp_path: Path) -> None:
    (tmp_path / 'pushed').touch()
    (tmp_path / 'pushed-sbom').touch()

    done = run(tmp_path)

    assert done.code == 0, done.said
    assert [one for one in done.calls if one.startswith(('docker build', 'make '))] == []
    assert done.rolled_out() == [NEW]


def test_parts_list_that_is_missing_is_made_beside_an_image_that_is_there(tmp_path: Path) -> None:
    (tmp_path / 'pushed').touch()

    done = run(tmp_path)

    pushed = [one for one in done.calls if one.startswith('docker push')]
    assert done.code == 0, done.said
    assert pushed == [f'docker push {REPOSITORY}:v7-sbom']
    assert done.rolled_out() == [NEW]


@pytest.mark.parametrize('code', ['1', 'None'])
def test_failed_migration_stops_before_anything_is_rolled_out(tmp_path: Path, code: str) -> None:
    done = run(tmp_path, MIGRATED=code)

    assert done.code == 1
    assert done.rolled_out() == []
    assert f'The migration failed (exit code {code}). Nothing was rolled out' in done.said


def test_version_that_does_not_answer_is_taken_back(tmp_path: Path) -> None:
    done = run(tmp_path, UNREADY=NEW)

    assert done.code == 1
    assert done.rolled_out() == [NEW, OLD]
    assert f'The new version was taken back; {REPOSITORY}@{OLD} serves.' in done.said


def test_stack_that_went_back_by_itself_is_not_rolled_out_again(tmp_path: Path) -> None:
    done = run(tmp_path, REFUSED=NEW)

    assert done.code == 1
    assert done.rolled_out() == [NEW]
    assert 'The new version did not live, and ECS went back' in done.said


def test_first_version_has_nothing_to_go_back_to(tmp_path: Path) -> None:
    done = run(tmp_path, BEFORE='', UNREADY=NEW)

    assert done.code == 1
    assert done.rolled_out() == [NEW]
    assert 'there is no earlier version to go back to' in done.said


def test_going_back_by_hand_builds_and_migrates_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, '--roll-back', f'{REPOSITORY}@{OLD}', BEFORE=f'{REPOSITORY}@{NEW}')

    assert done.code == 0, done.said
    assert done.rolled_out() == [OLD]
    assert not any('docker' in one or 'run-task' in one or 'data' in one for one in done.calls)


@pytest.mark.parametrize('size', SIZES)
def test_each_size_is_planned(tmp_path: Path, size: str) -> None:
    (tmp_path / 'own.env').write_text(SETTINGS.replace('Size=50', f'Size={size}'))

    done = run(tmp_path, '--dry-run', '--settings', str(tmp_path / 'own.env'))

    assert done.code == 0, done.said
    assert f'(Size: {size} agents, from deploy/sizes.)' in done.said


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    (tmp_path / 'own.env').write_text('Desk=desk\n')

    done = run(tmp_path, '--settings', str(tmp_path / 'own.env'))

    assert done.code == 1
    assert 'does not say: PublicUrl Certificate' in done.said
    assert done.calls == []
