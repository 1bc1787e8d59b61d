#!/bin/bash
# The one way to build, used by people and by CI alike. A clean clone needs the .NET 10 SDK and nothing else.
#
#   ./build.sh            restore, build, test
#   ./build.sh build      restore and build everything, warnings as errors
#   ./build.sh test       all unit and end-to-end tests; ends with "N passed, N failed"
#   ./build.sh unit       only the unit tests; further arguments go to dotnet test (--filter ...)
#   ./build.sh e2e        only the end-to-end tests, against the published program
#   ./build.sh publish    the shipped program in artifacts/dist, the example app in artifacts/example
#   ./build.sh package    publish if needed; tarball and Debian packages in artifacts/package (docs/install.md)
#   ./build.sh tool       the dotnet tool in artifacts/package; further arguments go to dotnet pack
#   ./build.sh demo       publish if needed, start the example, open the monitor
#   ./build.sh format     apply the code style (format --check only verifies)
#   ./build.sh golden     rewrite the golden files, to be reviewed like code
#   ./build.sh bench      run the benchmarks; further arguments go to BenchmarkDotNet
#   ./build.sh ci         what CI does: .ci/run
#
# PHAROS_AOT=1 publishes with native AOT, 0 with ReadyToRun; the default takes native AOT where its runtime pack can be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

solution=Observability.sln
program=src/Pharos/Pharos.csproj
example=examples/Pharos.Example/Pharos.Example.csproj
end_to_end=tests/Pharos.EndToEnd.Tests/Pharos.EndToEnd.Tests.csproj
results=artifacts/results
say() { echo "build: $*" >&2; }
die() { say "$*"; exit 1; }

command -v dotnet >/dev/null || die "needs the .NET 10 SDK (dotnet) on PATH"

rid() {
  local libc=
  ! compgen -G '/lib/ld-musl-*' >/dev/null || libc=musl-
  case $(uname -m) in
    x86_64) echo "linux-${libc}x64" ;;
    aarch64) echo "linux-${libc}arm64" ;;
    *) die "no published form for $(uname -m)" ;;
  esac
}

build() {
  local project
  for project in tests/*.Tests/*.csproj; do # else its tests would be run without having been built
    grep -qF "${project//\//\\}" $solution || die "$project is not in $solution"
  done
  dotnet build $solution
}

# ---- publish

example_shows_aot() { # the example is published first: where that works with native AOT (runtime pack and linker are there), all does
  (type -P clang || type -P gcc) >/dev/null || return 1
  mkdir -p artifacts
  publish_to artifacts/example $example -p:PublishAot=true >artifacts/aot.log 2>&1 || { say "no native AOT here (artifacts/aot.log says why)"; return 1; }
}

publish_to() { # FOLDER PROJECT PROPERTY... ; a program that runs from the folder keeps its files
  local folder=$1 face
  rm -rf "$folder.new" "$folder.old"
  # Analyzers have their say in the plain build; here the trimmer's and the compiler's warnings count.
  dotnet publish "$2" -c Release -r "$(rid)" -o "$folder.new" -p:RunAnalyzers=false $(stamp) "${@:3}" || return 1
  if [ "$folder" = artifacts/dist ]; then
    for face in pm2 pm2-runtime pm2-docker pm2-dev; do ln -s pharos "$folder.new/$face"; done
  fi
  [ ! -e "$folder" ] || mv "$folder" "$folder.old"
  mv "$folder.new" "$folder"
  rm -rf "$folder.old"
}

stamp() { # what makes a build tell its version and commit
  local VERSION COMMIT EPOCH
  eval "$(packaging/version)"
  echo "-p:Version=$VERSION" ${COMMIT:+-p:SourceRevisionId=$COMMIT}
}

sources() { # a hash of everything that goes into the two published programs
  { find src examples/Pharos.Example otel-collector dashboards docs/runbooks -type f 2>/dev/null; ls Directory.*.props Publish.props global.json docker-compose.observability.yml .env; } |
    LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum | sha256sum | cut -c1-32
}

publish() {
  local form=-p:PublishAot=false
  rm -f artifacts/published
  case ${PHAROS_AOT:-} in
    0) publish_to artifacts/example $example $form ;;
    1) form=-p:PublishAot=true; publish_to artifacts/example $example $form ;;
    *) if example_shows_aot; then form=-p:PublishAot=true; else publish_to artifacts/example $example $form; fi ;;
  esac
  say "publishing, $form"
  publish_to artifacts/dist $program $form
  sources >artifacts/published
  ls -l artifacts/dist artifacts/example >&2
}

publish_if_changed() {
  [ -x artifacts/dist/pharos ] && [ -x artifacts/example/pharos-example ] &&
    [ "$(cat artifacts/published 2>/dev/null)" = "$(sources)" ] || publish
}

package() {
  local VERSION COMMIT EPOCH
  publish_if_changed
  eval "$(packaging/version)"
  # Tests do not care under which commit the same sources were published; a package does.
  [[ $(artifacts/dist/pharos version --json) = "{\"version\":\"$VERSION\",\"commit\":${COMMIT:+\"}${COMMIT:-null}${COMMIT:+\"},"* ]] || publish
  packaging/make artifacts/dist artifacts/package
}

# ---- test

run_tests() { # PROJECT [ARGUMENT...]: leaves NAME.trx, NAME.log and NAME.code in the results; prints the log when it ends
  local project=$1 name code=0
  shift
  name=$(basename "$project" .csproj)
  mkdir -p $results
  rm -f "$results/$name".*
  dotnet test "$project" --no-build --results-directory $results --logger "trx;LogFileName=$name.trx" "$@" </dev/null >"$results/$name.log" 2>&1 || code=$?
  echo $code >"$results/$name.code"
  cat "$results/$name.log"
}

failures() { # TRX: each test that failed and the beginning of what it said, so that the end of a long log is enough to know
  awk '
    /<UnitTestResult / { told = ""; if (/outcome="Failed"/ && match($0, /testName="[^"]*"/)) told = substr($0, RSTART + 10, RLENGTH - 11) }
    told != "" && /<Message>/ { print "failed: " told; left = 6 }
    left > 0 { line = $0; sub(/^.*<Message>/, "", line); end = sub(/<\/Message>.*/, "", line); print "    " substr(line, 1, 300); left = end ? 0 : left - 1 }
  ' "$1"
}

summary() { # over all that was run: the last line, and the exit code says the same
  local code name counters p f passed=0 failed=0
  for code in $results/*.code; do
    [ -f "$code" ] || continue
    name=$(basename "$code" .code)
    counters=$(grep -o '<Counters [^>]*' "$results/$name.trx" 2>/dev/null || true)
    p=$(sed -n 's/.* passed="\([0-9]*\)".*/\1/p' <<<"$counters")
    f=$(sed -n 's/.* failed="\([0-9]*\)".*/\1/p' <<<"$counters")
    # A run that broke off (a crashed test host, say) counts as a failure even when no single test does.
    [ "$(cat "$code")" = 0 ] || [ "${f:-0}" -gt 0 ] || { say "$name broke off with exit code $(cat "$code")"; f=1; }
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0}))
    [ ! -f "$results/$name.trx" ] || failures "$results/$name.trx"
  done
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

unit_projects() { ls tests/*.Tests/*.csproj | grep -vxF $end_to_end; }

at_once() { # PROJECT... : two at a time, since most tests wait for processes and servers, not for a core
  local project
  for project in "$@"; do
    while [ "$(jobs -rp | wc -l)" -ge "${PHAROS_TEST_JOBS:-2}" ]; do wait -n || true; done
    run_tests "$project" &
  done
  wait
}

fresh() { rm -rf $results; }

test_all() {
  fresh
  tests/stack/install >/dev/null 2>&1 & # downloads and compiles while we build; who needs the servers waits for its lock, and says why it failed
  publish_if_changed
  build
  wait # for the servers
  at_once $end_to_end $(unit_projects) # the longest first
  summary
}

# ---- the rest

demo() {
  local pharos=artifacts/dist/pharos
  publish_if_changed
  if $pharos describe example >/dev/null 2>&1; then
    $pharos restart example # an earlier demo declared it
  else
    $pharos start artifacts/example/pharos-example --name example
  fi
  if [ -t 1 ]; then exec $pharos monit; else exec $pharos list; fi
}

verb=${1:-all}
[ $# = 0 ] || shift
case $verb in
  all | test) test_all ;;
  build) build ;;
  unit)
    fresh
    build
    if [ $# = 0 ]; then at_once $(unit_projects); else for project in $(unit_projects); do run_tests "$project" "$@"; done; fi
    summary ;;
  e2e) fresh; publish_if_changed; build; run_tests $end_to_end "$@"; summary ;;
  publish) publish ;;
  package) package ;;
  tool) dotnet pack $program -p:PackAsTool=true -p:RunAnalyzers=false $(stamp) -o artifacts/package "$@" ;;
  demo) demo ;;
  format)
    case ${1:-} in
      --check) dotnet format $solution --verify-no-changes --no-restore ;;
      '') dotnet format $solution ;;
      *) die "format takes --check or nothing" ;;
    esac ;;
  golden) fresh; publish_if_changed; build; export UPDATE_GOLDEN=1; at_once $end_to_end $(unit_projects); git status --short -- '*.golden' ;;
  bench) dotnet run -c Release --project bench/Pharos.Benchmarks -- "$@" ;;
  ci) exec .ci/run ;;
  help | -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" ;;
  *) die "no such verb: $verb (./build.sh help)" ;;
esac
