using System.Text.Json;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>A message, or a reset, as every wire shows it.</summary>
/// <param name="Id">The id; of a reset, the current one.</param>
/// <param name="Event">The event type, null when there was none.</param>
/// <param name="Data">The text, or the JSON text; empty for a reset.</param>
/// <param name="Reset">The reason when this is a reset.</param>
public sealed record WireMessage(string? Id, string? Event, string Data, string? Reset = null);

/// <summary>One reader for all plain wires, so that a test can be run against each of them.</summary>
public sealed class WireReader : IAsyncDisposable
{
    private readonly IAsyncDisposable _connection;
    private readonly Func<Task<WireMessage>> _next;

    private WireReader(IAsyncDisposable connection, Func<Task<WireMessage>> next) => (_connection, _next) = (connection, next);

    public static TheoryData<string> Wires => ["sse", "ndjson", "websocket"];

    public static Task<WireReader> OpenAsync(string wire, Uri url, int? receiveBufferBytes = null) =>
        OpenAsync(wire, url, [], receiveBufferBytes);

    public static async Task<WireReader> OpenAsync(
        string wire, Uri url, (string Name, string Value)[] headers, int? receiveBufferBytes = null)
    {
        switch (wire)
        {
            case "sse":
                var sse = await RawSse.OpenAsync(url, receiveBufferBytes, headers);
                return new(sse, async () => Read(await sse.NextAsync()));
            case "ndjson":
                var lines = await RawLines.OpenAsync(url, receiveBufferBytes, headers);
                return new(lines, async () => Read(await lines.NextObjectAsync()));
            default:
                var socket = await RawWs.OpenAsync(url, receiveBufferBytes, headers);
                return new(socket, async () => Read(JsonElement.Parse(await socket.NextTextAsync())));
        }
    }

    public Task<WireMessage> NextAsync() => _next();

    public async Task<IReadOnlyList<WireMessage>> TakeAsync(int count)
    {
        var messages = new List<WireMessage>(count);
        while (messages.Count < count)
            messages.Add(await NextAsync());
        return messages;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static WireMessage Read(SseEvent message)
    {
        if (message.Type != "tornadose.reset")
            return new(message.Id, message.Type == "message" ? null : message.Type, message.Data);
        var reset = JsonElement.Parse(message.Data);
        Assert.Equal(message.Id, reset.GetProperty("id").GetString());
        return new(message.Id, null, "", reset.GetProperty("reason").GetString());
    }

    private static WireMessage Read(JsonElement envelope)
    {
        if (envelope.TryGetProperty("reset", out var reset))
            return new(Text(reset, "id"), null, "", Text(reset, "reason"));
        var data = envelope.GetProperty("data");
        return new(
            Text(envelope, "id"), Text(envelope, "event"), data.ValueKind == JsonValueKind.String ? data.GetString()! : data.GetRawText());
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
