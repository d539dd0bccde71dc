#!/usr/bin/env bash
# Takes the picture of the README, docs/images/dashboard.png. The charts show five minutes, so that is how long it waits:
# "SECONDS_BEFORE=30 eng/screenshot.sh" is quicker, with emptier charts. It needs the SDK, Chromium, and the test clients:
#   (cd Tornadose.SignalR.Tests/TestKit/Node && npm ci)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

port=${PORT:-5099}
dotnet build samples/BlazorDashboard -c Release -v q --nologo
dotnet samples/BlazorDashboard/bin/Release/net10.0/BlazorDashboard.dll --urls "http://localhost:$port" >/dev/null &
server=$!
trap 'kill "$server"' EXIT
curl -s --retry 60 --retry-delay 1 --retry-connrefused -o /dev/null "http://localhost:$port/"
mkdir -p docs/images
node eng/screenshot.mjs "http://localhost:$port" docs/images/dashboard.png "${SECONDS_BEFORE:-300}"
