# Deploys a git repository to a host: setup, update, revert [N], current, previous, exec COMMAND, list, or a ref to deploy.
# On the host: PATH/source (the checkout), PATH/current -> source, PATH/shared/{logs,pids}, PATH/source/.deploys (what was deployed, newest last).
# Everything comes in DEPLOY_*; DEPLOY_SSH is the quoted ssh command. Run by 'pm2 deploy'.
set -u

say() { echo "  ○ $*"; }
die() { echo "  ✘ $*" >&2; exit 1; }
quote() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }
remote() { # a script that runs on the host, with the deployment's variables
  eval "$DEPLOY_SSH" "$(quote "set -e
$DEPLOY_EXPORTS
$1")"
}

path=$(quote "$DEPLOY_PATH")
source_of() { echo "cd $path/source"; }
depth=
[ -z "$DEPLOY_FAST" ] || depth='--depth=5 --no-single-branch'

hook() { # NAME SCRIPT
  [ -n "$2" ] || return 0
  say "$1: $2"
  remote "$(source_of)
$2" || die "$1 failed"
}

setup() {
  say "setting up $DEPLOY_PATH"
  [ -z "$DEPLOY_PRE_SETUP" ] || remote "$DEPLOY_PRE_SETUP" || die "pre-setup failed"
  remote "mkdir -p $path/shared/logs $path/shared/pids
[ -d $path/source/.git ] || git clone -q $depth $(quote "$DEPLOY_REPO") $path/source
ln -sfn $path/source $path/current" || die "setup failed"
  hook post-setup "$DEPLOY_POST_SETUP"
  say "setup complete"
}

clean() { # what is not committed and pushed would be missing on the host
  [ -z "$DEPLOY_FORCE" ] || return 0
  git rev-parse --git-dir >/dev/null 2>&1 || return 0
  [ -z "$(git status --porcelain --untracked-files=no)" ] || die "there are changes that are not committed: commit or stash them, or use --force"
}

deploy() { # REF
  clean
  if [ -n "$DEPLOY_PRE_LOCAL" ]; then
    say "pre-deploy-local: $DEPLOY_PRE_LOCAL"
    sh -c "$DEPLOY_PRE_LOCAL" || die "pre-deploy-local failed"
  fi
  remote "[ -d $path/source/.git ]" || die "$DEPLOY_PATH is not set up: run setup first"
  hook pre-deploy "$DEPLOY_PRE"
  say "deploying $1"
  remote "$(source_of)
git fetch -q --all --tags $depth
git reset -q --hard $(quote "$1")
git submodule update -q --init --recursive
git rev-parse --short HEAD >> .deploys
ln -sfn $path/source $path/current" || die "deploy failed"
  hook post-deploy "$DEPLOY_POST"
  say "deployed"
}

nth() { remote "$(source_of); tail -n $(($1 + 1)) .deploys | head -n 1"; }

case $1 in
  setup) setup ;;
  update) deploy "$DEPLOY_REF" ;;
  revert)
    commit=$(nth "${2:-1}")
    [ -n "$commit" ] || die "there is no such deployment to go back to"
    DEPLOY_FORCE=1 deploy "$commit" ;;
  curr | current) nth 0 ;;
  prev | previous) nth 1 ;;
  list) remote "$(source_of); cat .deploys" ;;
  exec | run)
    shift
    [ $# -gt 0 ] || die "exec needs a command"
    remote "$(source_of)
$*" ;;
  ref) [ -n "${2:-}" ] || die "ref needs a REF"; deploy "$2" ;;
  *) deploy "$1" ;;
esac
