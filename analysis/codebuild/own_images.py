"""A buildspec of the user's own on AWS: the experiment's repositories stand for those it names.

Its commands stay as they are. Before the first of them docker and the AWS command line are put
behind programs of their names, which give them other names of repositories: each sequence begins
with empty ones, and nothing is pushed to the user's.
"""

import re
from collections.abc import Mapping

from analysis.codebuild.account import REPOSITORY
from analysis.errors import SettingError
from analysis.specs import list_pushed
from analysis.workload import Buildspec

# the variable of a build that says which repository stands for which
OWN_IMAGES = "OWN_IMAGES"
# what a name of ECR begins with there, in the place of any registry
_ECR = "ecr:"
_DOMAIN = re.compile(r"[.:]|^localhost$")

RENAME = r"""(
set -f; set -- $OWN_IMAGES; mkdir -p /tmp/own-images && cd /tmp/own-images || exit 0
printf '/type=s3/s#prefix=[^,"]*#prefix=%s/#\n' "${2##*/}" >docker.sed
: >aws.sed
case "$2" in
  *.dkr.ecr.*)
    aws ecr get-login-password | docker login --username AWS --password-stdin "${2%%/*}" ;;
esac >/dev/null 2>&1
while [ $# -gt 1 ]; do
  name=${1#ecr:} host=
  if [ "$name" != "$1" ]; then
    host='[0-9]{12}\.dkr\.ecr[a-z-]*\.[a-z0-9-]+\.amazonaws\.com[.cn]*/'
    printf 's#^(--repository-names?=)?%s$#\\1%s#\n' "$name" "${2#*/}" >>aws.sed
  fi
  printf 's#(^|[=",])%s%s($|[:@,"])#\\1%s\\2#g\n' "$host" "$name" "$2" >>docker.sed
  shift 2
done
for program in docker aws; do
  path=$(command -v $program) && [ ! -e "$path.own" ] && mv "$path" "$path.own" || continue
  cat >"$path" <<'END'
#!/bin/sh
# the experiment's repositories stand for those that the buildspec names
program=${0##*/}
for word do
  shift
  case "$program $word" in
    aws*|*[/=]*) word=$(printf '%s\n' "$word" | sed -E -f "/tmp/own-images/$program.sed") ;;
  esac
  set -- "$@" "$word"
done
exec "$0.own" "$@"
END
  chmod +x "$path"
done
)
"""


def list_own(buildspec: Buildspec, env: Mapping[str, str]) -> dict[str, str]:
    """What a buildspec pushes to, as OWN_IMAGES names it -> the path of a repository of ECR.

    SettingError where the name of one can't be told before it runs.
    """
    return dict(_read_name(buildspec, *each) for each in list_pushed(buildspec, env))


def _read_name(buildspec: Buildspec, line: int, repository: str) -> tuple[str, str]:
    """(a repository as OWN_IMAGES names it, its path); SettingError."""
    where = f"{buildspec.source} line {line}"
    if not repository:
        raise SettingError(
            f"{where} pushes images that a Compose or bake file names, which an experiment on AWS "
            "can't keep from your own repositories: build it in the lab, or name them there."
        )
    head, slash, rest = repository.partition("/")
    in_ecr = bool(slash) and (".dkr.ecr." in head or "$" in head)
    path = rest if in_ecr or (slash and _DOMAIN.search(head)) else repository
    unset = re.findall(r"\$\{?(\w+)", path)
    if unset:
        raise SettingError(
            f"{where} pushes to a repository that {', '.join(dict.fromkeys(unset))} names, which "
            f"has no one value before it runs: give it, as in ENV={unset[0]}=my-app, and let the "
            "buildspec take it."
        )
    if not slash or not all(REPOSITORY.fullmatch(part) for part in path.split("/")):
        raise SettingError(
            f"{where} pushes to {repository}, which is no repository of a registry: write "
            "REGISTRY/NAME."
        )
    return (_ECR + path if in_ecr else repository), path
