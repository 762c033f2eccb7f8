#!/usr/bin/env bash
# Bring the desk to AWS, or a new version of it: build, push, migrate once, roll out, verify, and go back when that fails.
#
#   deploy/deploy_agent_ui.sh --dry-run          say what would be done and why; needs no account and no tools of AWS
#   deploy/deploy_agent_ui.sh                    do it
#   deploy/deploy_agent_ui.sh --roll-back IMAGE  run an earlier image again (REPOSITORY@sha256:…); builds and migrates nothing
#
# It asks for deploy/desk.env (see desk.env.example); --settings FILE names another. Nothing secret stands in it: passwords are
# made by AWS and are never printed. Running it twice changes nothing the second time.
set -euo pipefail

began=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
settings=deploy/desk.env
dry=''
back_to=''

die() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

while (($#)); do
  case $1 in
    --dry-run) dry=yes ;;
    --settings) settings=$(cd "$began" && realpath "${2:?--settings needs a file}"); shift ;;
    --roll-back) back_to=${2:?--roll-back needs an image}; shift ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' deploy/deploy_agent_ui.sh; exit 0 ;;
    *) die "Unknown: $1. See --help." ;;
  esac
  shift
done

# --- what the operator set -------------------------------------------------------------------------------------------------

if [[ ! -r $settings ]]; then
  [[ $dry ]] || die "$settings is missing: copy deploy/desk.env.example and fill it in."
  settings=deploy/desk.env.example
  printf 'There is no desk.env yet: this is what would be done with the values of desk.env.example.\n'
fi

line_of() { # FILE NAME: the value of a name in a file; nothing when it is not there or empty
  sed -n "s/^$2=//p" "$1" | tail -n 1
}

size=$(line_of "$settings" Size)
sizes=deploy/sizes/${size:-50}.env
[[ -r $sizes ]] || die "Size=$size in $settings: there is no $sizes."

file_of() { # NAME: the file that says it; desk.env goes before the size
  local file
  for file in "$settings" "$sizes"; do
    if grep -q "^$1=" "$file"; then
      printf '%s' "$file"
      return
    fi
  done
}

value_of() { # NAME: what the operator or the size says
  local file
  file=$(file_of "$1")
  [[ ! $file ]] || line_of "$file" "$1"
}

desk=$(value_of Desk)
desk=${desk:-desk}
region=$(value_of Region)
region=${region:-ap-northeast-2}
public_url=$(value_of PublicUrl)
missing=''
for name in PublicUrl Certificate; do
  [[ $(value_of "$name") ]] || missing+=" $name"
done
[[ $missing ]] && die "$settings does not say:$missing"
export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_PAGER=''

# --- saying and doing ------------------------------------------------------------------------------------------------------

steps=0
step() {
  steps=$((steps + 1))
  printf '\n%d. %s\n' "$steps" "$*"
}

show() { # print a command so that it can be pasted
  local word shown=''
  for word in "$@"; do
    if [[ $word =~ ^[A-Za-z0-9_./:=@,+%-]+$ ]]; then shown+=" $word"; else shown+=" '${word//\'/\'\\\'\'}'"; fi
  done
  printf '   $%s\n' "$shown"
}

run() { # WHY COMMAND…
  printf '   # %s\n' "$1"
  shift
  show "$@"
  [[ $dry ]] || "$@"
}

answer=''
ask() { # WHY WHAT-A-DRY-RUN-TAKES-FOR-IT COMMAND…: the command's output comes into $answer
  printf '   # %s\n' "$1"
  answer=$2
  shift 2
  show "$@"
  [[ $dry ]] || answer=$("$@")
}

parameters_of() { # STACK: the names of its template's parameters
  awk '/^Parameters:/ {inside = 1; next} /^[A-Z]/ {inside = 0} inside && /^  [A-Za-z]+:/ {sub(":", "", $1); print $1}' \
    "deploy/templates/$1.yaml"
}

stack() { # WHY STACK [NAME=VALUE…]: make a stack, or bring it to its template and to these values
  local why=$1 name=$2 given=() parameter value
  shift 2
  for parameter in $(parameters_of "$name"); do # one that is said to be empty is given: it may have been another before
    if [[ $parameter == Desk || ! $(file_of "$parameter") ]]; then continue; fi
    value=$(value_of "$parameter")
    given+=("$parameter=$value")
  done
  run "$why" aws cloudformation deploy --stack-name "$desk-$name" --template-file "deploy/templates/$name.yaml" \
    --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset --tags "Desk=$desk" \
    --parameter-overrides "Desk=$desk" ${given[@]+"${given[@]}"} "$@"
}

output_of() { # WHY STACK OUTPUT: into $answer
  ask "$1" "<$3>" aws cloudformation describe-stacks --stack-name "$desk-$2" \
    --query "Stacks[0].Outputs[?OutputKey=='$3'].OutputValue" --output text
}

# --- the steps -------------------------------------------------------------------------------------------------------------

check_tools() {
  step 'Look whether everything is at hand.'
  local tool
  for tool in aws docker curl git make; do
    printf '   # %s is needed.\n' "$tool"
    show command -v "$tool"
    [[ $dry ]] || command -v "$tool" > /dev/null || die "$tool is not installed."
  done
  ask 'Which account is this? All names below are in it.' '<ACCOUNT>' \
    aws sts get-caller-identity --query Account --output text
  account=$answer
  repository=$account.dkr.ecr.$region.amazonaws.com/$desk
}

make_place() {
  step "Make what the desk stands on, or bring it up to date. (Size: ${size:-50} agents, from deploy/sizes.)"
  stack 'The network: the balancer outside, the desk inside, the data where nothing goes out.' network
  stack 'Who may do what: the role of the desk is deploy/iam-policy.json, and no more.' access
  stack 'The repository of images, the cluster, the log.' cluster
  stack 'PostgreSQL, Valkey, the files, the secrets, the backups. The first time this takes half an hour.' data
  stack "The ways by which Connect's events come in, and the topic for alerts." events
}

build_and_push() {
  step 'Build the image, and push it under a name that never changes its meaning.'
  local version digest
  version=${VERSION:-$(git rev-parse --short=12 HEAD 2> /dev/null || true)}
  [[ $version || $dry ]] || die 'This is no git checkout: set VERSION=… to name the image.'
  version=${version:-VERSION}
  printf '   # Docker may push there for twelve hours; the password goes from one to the other, and nowhere else.\n'
  show aws ecr get-login-password
  show docker login --username AWS --password-stdin "${repository%%/*}"
  [[ $dry ]] || aws ecr get-login-password | docker login --username AWS --password-stdin "${repository%%/*}" > /dev/null
  ask 'Is this version there already? Then it is not built again: tags cannot be moved.' '' \
    aws ecr list-images --repository-name "$desk" --query "imageIds[?imageTag=='$version'].imageDigest" --output text
  digest=$answer
  if [[ ! $digest || $digest == None ]]; then
    run 'The image: the locked packages, the desk, no tests, no sandbox (Dockerfile).' \
      env BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build --platform linux/amd64 --tag "$repository:$version" .
    run 'Into the repository, which looks for known weaknesses in it.' docker push "$repository:$version"
    ask 'Its digest: from here on the image is called by what is in it.' "sha256:<DIGEST>" \
      aws ecr list-images --repository-name "$desk" --query "imageIds[?imageTag=='$version'].imageDigest" --output text
    digest=$answer
  fi
  image=$repository@$digest
  keep_parts_list "$version-sbom"
}

keep_parts_list() { # TAG: beside the image in its repository, as an image that holds one file
  local folder=.sbom/image
  ask 'Is its list of parts (SBOM) there already?' '' \
    aws ecr list-images --repository-name "$desk" --query "imageIds[?imageTag=='$1'].imageDigest" --output text
  if [[ $answer && $answer != None ]]; then
    return
  fi
  run 'The packages, the library of the softphone and the base image with versions, hashes and licences, as CycloneDX.' \
    make --silent sbom "SBOM=$folder/desk.cdx.json"
  printf '   # An image of this one file. To read it: docker create IMAGE x, docker cp CONTAINER:/desk.cdx.json .\n'
  show docker build --tag "$repository:$1" --file - "$folder"
  [[ $dry ]] || printf 'FROM scratch\nCOPY desk.cdx.json /\n' |
    env BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build --tag "$repository:$1" --file - "$folder"
  run 'Into the repository, beside the image.' docker push "$repository:$1"
}

know_what_runs() {
  step 'Note what runs now, to go back to it.'
  printf '   # There is none before the first roll-out.\n'
  show aws cloudformation describe-stacks --stack-name "$desk-service" \
    --query "Stacks[0].Outputs[?OutputKey=='Image'].OutputValue" --output text
  before=''
  if [[ $dry ]]; then
    before='<REPOSITORY>@sha256:<DIGEST-BEFORE>'
  else
    before=$(aws cloudformation describe-stacks --stack-name "$desk-service" \
      --query "Stacks[0].Outputs[?OutputKey=='Image'].OutputValue" --output text 2> /dev/null) || before=''
    printf '   %s\n' "${before:-nothing yet}"
  fi
}

export_of() { # WHY NAME: the value that another stack exports, into $answer
  ask "$1" "<$desk-$2>" aws cloudformation list-exports --query "Exports[?Name=='$desk-$2'].Value" --output text
}

migrate() {
  step 'Migrate the database, once, before any new process starts. The running version goes on working: migrations only add.'
  local task subnets group waited=0 code
  stack 'The task that migrates: the new image, with the password of the tables'\'' owner, which the desk itself never has.' \
    migration "Image=$image"
  output_of 'That task in its newest revision.' migration Migration
  task=$answer
  export_of 'Where it runs: inside,' private-a
  subnets=$answer
  export_of 'and with the right to reach PostgreSQL.' desk-group
  group=$answer
  ask 'Run it once.' '<TASK>' aws ecs run-task --cluster "$desk" --task-definition "$task" --launch-type FARGATE \
    --network-configuration "awsvpcConfiguration={subnets=[$subnets],securityGroups=[$group],assignPublicIp=DISABLED}" \
    --query 'tasks[0].taskArn' --output text
  task=$answer
  printf '   # Wait for its end; one call waits ten minutes, a long migration takes several.\n'
  show aws ecs wait tasks-stopped --cluster "$desk" --tasks "$task"
  if [[ ! $dry ]]; then
    until aws ecs wait tasks-stopped --cluster "$desk" --tasks "$task"; do
      waited=$((waited + 1))
      ((waited < 12)) || die 'The migration has not ended after two hours. Nothing was rolled out: the running version is untouched.'
    done
  fi
  ask 'Its exit code decides: with any other than 0 nothing is rolled out.' 0 \
    aws ecs describe-tasks --cluster "$desk" --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text
  code=$answer
  [[ $code == 0 ]] || die "The migration failed (exit code $code). Nothing was rolled out: the running version is untouched.
Why: aws logs tail /desk/$desk --log-stream-name-prefix migrate --since 1h"
}

roll_out() { # IMAGE: returns whether the stack took it
  stack 'New processes start beside the old ones, which go when these serve; when they do not live, ECS goes back by itself.' \
    service "Image=$1"
}

is_serving() { # IMAGE: whether the desk answers, and every process runs this image
  local digests
  run 'No process is starting or ending any more.' aws ecs wait services-stable --cluster "$desk" --services "$desk" || return 1
  output_of 'The balancer: it is asked directly, so that it does not matter whether your host name points to it yet.' \
    service BalancerName || return 1
  balancer=$answer
  run 'The desk answers under its own name and certificate, and reaches PostgreSQL and Valkey.' \
    curl --connect-to "${public_url#https://}:443:$balancer:443" --fail --silent --show-error --retry 5 --retry-all-errors --retry-delay 5 --max-time 10 "$public_url/readyz" || return 1
  ask 'Which processes run?' '<TASKS>' \
    aws ecs list-tasks --cluster "$desk" --service-name "$desk" --desired-status RUNNING --query 'taskArns' --output text || return 1
  # shellcheck disable=SC2086 # one word for each task
  ask 'Each of them is this version: the digests are those of the image.' "${1##*@}" \
    aws ecs describe-tasks --cluster "$desk" --tasks $answer --query 'tasks[].containers[].imageDigest' --output text || return 1
  digests=$(printf '%s' "$answer" | tr -s '[:space:]' '\n' | sort -u)
  if [[ $digests != "${1##*@}" ]]; then
    printf '   These run: %s\n' "${digests:-nothing}" >&2
    return 1
  fi
}

go_back() {
  if [[ ! $before ]]; then
    die "Verification failed, and there is no earlier version to go back to. Why: aws logs tail /desk/$desk --since 30m"
  fi
  step "Go back to $before. The tables stay as they are: the earlier version works with them."
  roll_out "$before" || die "Going back failed as well. What runs: aws ecs describe-services --cluster $desk --services $desk"
  is_serving "$before" || die "The earlier version does not serve either: look at PostgreSQL and Valkey first ($public_url/readyz)."
}

check_tools
if [[ $back_to ]]; then
  [[ $back_to == *@sha256:* ]] || die "An image is named by its digest: REPOSITORY@sha256:…, not $back_to"
  image=$back_to
else
  make_place
  build_and_push
fi
know_what_runs
[[ $back_to ]] || migrate
step 'Roll out.'
roll_out "$image" || die "The new version did not live, and ECS went back${before:+ to $before}. Why:
aws ecs describe-services --cluster $desk --services $desk --query 'services[0].events[:10].message'
aws logs tail /desk/$desk --log-stream-name-prefix desk --since 30m"
step 'Verify.'
if ! is_serving "$image"; then
  go_back
  die "The new version was taken back; $before serves."
fi
if [[ $dry ]]; then
  printf '\n   Only when one of these fails:\n'
  go_back
fi
step 'Watch.'
stack 'Alarms to the topic, and a dashboard.' alarms
if [[ $dry ]]; then
  printf '\nThis was a dry run: nothing was done.\n'
else
  printf '\n%s serves at %s. Once, let the record of its host name point to %s.\n' "$image" "$public_url" "$balancer"
fi
