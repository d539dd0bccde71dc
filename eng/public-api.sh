#!/usr/bin/env bash
# Writes the public API of the libraries to their PublicAPI.Unshipped.txt, from the analyzer's warnings in a build. Check the diff before
# you commit it: a review of the public surface is a review of this diff.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
projects=(Abstractions "" StackExchangeRedis Aspire Sqlite Blazor Client Specifications)
for name in "${projects[@]}"; do
  project=Tornadose.SignalR${name:+.$name}
  echo '#nullable enable' > "$project/PublicAPI.Unshipped.txt"
  dotnet build "$project" --no-incremental --nologo -v q -p:WarningsNotAsErrors=RS0016 -p:TreatWarningsAsErrors=false -clp:NoSummary 2>&1 |
    { grep -oP "/$project/.*warning RS0016: Symbol '\K.*(?=' is not part of the declared public API)" || true; } |
    LC_ALL=C sort -u >> "$project/PublicAPI.Unshipped.txt"
done
