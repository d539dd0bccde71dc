using System.Text.Json;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>
/// What arrived over a wire: a message, or a reset with its reason. The id is the message's, or the one after which a reset continues.
/// The store is null where the wire need not name it.
/// </summary>
public sealed record Arrival(string? Id, string? Event, string? Data, string? Reset = null, bool IsEnd = false, string? Store = null)
{
    public static Arrival OfEnd(JsonElement end) => new(Text(end, "id"), null, null, IsEnd: true);

    /// <summary>The envelope that all JSON wires share: <c>{"id":…,"event":…,"data":…}</c> or <c>{"reset":{…}}</c>.</summary>
    public static Arrival OfEnvelope(JsonElement envelope) => envelope.TryGetProperty("reset", out var reset)
        ? OfReset(reset)
        : envelope.TryGetProperty("end", out var end) ? OfEnd(end)
        : new Arrival(Text(envelope, "id"), Text(envelope, "event"), Text(envelope, "data"), Store: Text(envelope, "store"));

    public static Arrival OfReset(JsonElement reset) =>
        new(Text(reset, "id"), null, null, Text(reset, "reason"), Store: Text(reset, "store"));

    private static string? Text(JsonElement envelope, string name) =>
        !envelope.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.GetRawText();
}
