#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test, then prints which cases are covered and, last, the totals.
# Arguments go to `dotnet test`:  eng/test.sh --filter Case=SSE-01     CONFIGURATION=Release eng/test.sh
# With the oldest client library of Redis that is supported:  OLDEST_REDIS_CLIENT=true eng/test.sh
# With another Redis, or a server that speaks its protocol:  TORNADOSE_REDIS_SERVER=/usr/bin/valkey-server eng/test.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

configuration=${CONFIGURATION:-Debug}
if [[ ${OLDEST_REDIS_CLIENT:-false} == true ]]; then
  # A property of all builds, those that tests start included.
  StackExchangeRedisVersion=$(grep -oP '<OldestStackExchangeRedis>\K[^<]+' Directory.Packages.props)
  export StackExchangeRedisVersion
fi
results=artifacts/test-results
log=artifacts/test.log
passed=0
failed=0
trap 'echo "$passed passed, $failed failed"' EXIT

die() {
  echo "eng/test.sh: $*" >&2
  exit 1
}

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"; else sudo -n "$@"; fi
}

missing_packages() {
  local command
  declare -A packages=([apache2]=apache2 [promtool]=prometheus [varnishd]=varnish)
  for command in redis-server chromium curl jq python3 openssl nginx haproxy caddy varnishd apache2 promtool gcc; do
    command -v "$command" >/dev/null || echo "${packages[$command]:-$command}"
  done
  # native AOT links with them
  [[ -e /usr/include/stdio.h ]] || echo libc6-dev
  [[ -e /usr/include/zlib.h ]] || echo zlib1g-dev
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [[ ${#missing[@]} -gt 0 ]] || return 0
  echo "Installing ${missing[*]}"
  command -v apt-get >/dev/null || die "missing ${missing[*]}, and there is no apt-get to install them with"
  as_root apt-get update -qq || echo "eng/test.sh: apt-get update failed, trying with the lists at hand" >&2
  # Packages start their services, some on port 80, unless a policy forbids it; the tests start their own servers on their own ports.
  local policy=/usr/sbin/policy-rc.d own_policy=false status=0
  if [[ ! -e $policy ]]; then
    own_policy=true
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod +x "$policy"
  fi
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || status=$?
  ! $own_policy || as_root rm -f "$policy"
  [[ $status -eq 0 ]] || die "could not install ${missing[*]}"
  mapfile -t missing < <(missing_packages)
  [[ ${#missing[@]} -eq 0 ]] || die "still missing after the installation: ${missing[*]}"
}

install_node_packages() (
  cd "$1"
  if [[ ! -e node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
    npm ci --no-audit --no-fund
  fi
)

# The sum of one counter over all result files, 0 when there is none.
counter() {
  { grep -rhoP "<Counters [^>]*\b$1=\"\K[0-9]+" "$results" --include='*.trx' || true; } | awk '{ sum += $1 } END { print sum + 0 }'
}

print_cases() {
  echo "CASES"
  dotnet "Tornadose.SignalR.Tests/bin/$configuration/net10.0/Tornadose.SignalR.Tests.dll" -list full/json -noColor | jq -r '
    [.[] | { test: "\(.Class | split(".") | last).\(.Method)", case: (.Traits.Case // [])[] }]
    | unique | group_by(.case)[] | "\(.[0].case)\t\(map(.test) | join(", "))"'
}

install_packages
command -v dotnet >/dev/null || die "the .NET 10 SDK is missing"
command -v npm >/dev/null || die "Node.js 20 or later with npm is missing"
install_node_packages Tornadose.SignalR.Tests/TestKit/Node
install_node_packages clients/javascript
dotnet build Tornadose.sln --nologo -v q -c "$configuration"

# Prints the failures with their messages, and last, where they are visible even if the beginning of a long output is cut. A run that hung
# or crashed has no result for the tests that were running: the sequence file of --blame names them.
print_failures() {
  { grep -hE 'hang timeout|aborted|crashed|Unhandled exception' "$log" || true; } | tail -n 20
  eng/failures.py "$results"
  { grep -rhoP '<Test Name="\K[^"]+(?="[^>]*Completed="False")' "$results" --include='Sequence_*.xml' || true; } | sed 's/^/DID NOT END: /'
}

rm -rf "$results" "$log"
mkdir -p "$results"
status=0
dotnet test Tornadose.sln --no-build --nologo -c "$configuration" --logger trx --results-directory "$results" \
  --blame-hang-timeout 20m --blame-hang-dump-type none "$@" 2>&1 | tee -a "$log" || status=$?
passed=$(counter passed)
failed=$(($(counter failed) + $(counter error) + $(counter timeout) + $(counter aborted)))
if [[ $status -ne 0 && $failed -eq 0 ]]; then
  echo "eng/test.sh: the test run ended with status $status without a failed test; counted as one" >&2
  failed=1
fi

print_cases
print_failures
[[ $failed -eq 0 ]] || exit 1
[[ $passed -gt 0 ]] || die "no test ran"
