#!/usr/bin/env bash
# Attacks a server on the loopback as one hostile machine would, and prints what it cost: eng/attack.sh, or eng/attack.sh snapshots
# tickets. Ends with 1 when a bound is broken. Linux; needs redis-server for the attacks on Redis.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet build eng/attack/Attack.csproj --nologo -v q -c Release
exec eng/attack/bin/Release/net10.0/Tornadose.Attack "$@"
