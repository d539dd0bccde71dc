using System.Text.Json;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

public sealed class JsonLinesTransport : LinesTransport
{
    public override string Name => "ndjson";

    protected override string MediaType => "application/x-ndjson";

    protected override Arrival? Read(JsonElement line) => Arrival.OfEnvelope(line);
}
