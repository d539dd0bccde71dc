#!/usr/bin/env bash
# Packs all packages into artifacts/package, with the version of the last tag and paths that are the same on every machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rm -rf artifacts/package
CI=true dotnet pack Tornadose.sln --nologo -v q -c Release -o artifacts/package
ls -l artifacts/package
