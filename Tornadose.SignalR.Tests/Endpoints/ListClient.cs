using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A client of several stores on one connection, on any wire, that reads only when asked.</summary>
internal sealed class ListClient : IAsyncDisposable
{
    private readonly string[] _stores;
    private readonly IAsyncDisposable _connection;
    private readonly Func<Task<ListMessage>> _next;

    private ListClient(string[] stores, IAsyncDisposable connection, Func<Task<ListMessage>> next, RawHttp http) =>
        (_stores, _connection, _next, Http) = (stores, connection, next, http);

    public static TheoryData<string> Wires => ["SSE", "WebSocket", "JSON lines"];

    public RawHttp Http { get; }

    public string? LastId { get; private set; }

    public static async Task<ListClient> OpenAsync(
        StoresHost host, string wire, string[] stores, string? after = null, string? query = null)
    {
        var url = new Uri(host.List(stores) + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}") + query);
        return wire switch
        {
            "SSE" => OfEvents(stores, await RawSse.OpenAsync(url)),
            "WebSocket" => OfFrames(stores, await RawWs.OpenAsync(url)),
            _ => OfLines(stores, await RawHttp.GetAsync(url, ("Accept", "application/x-ndjson"))),
        };
    }

    public async Task<ListMessage> NextAsync()
    {
        var message = await _next();
        Assert.Contains(message.Store, _stores);
        LastId = message.Id ?? LastId;
        return message;
    }

    public async Task<IReadOnlyList<ListMessage>> TakeAsync(int count)
    {
        var messages = new List<ListMessage>(count);
        while (messages.Count < count)
            messages.Add(await NextAsync());
        return messages;
    }

    /// <summary>The next messages as words, in one line.</summary>
    public async Task<string> WordsAsync(int count) => string.Join(' ', (await TakeAsync(count)).Select(message => message.Word));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static ListClient OfEvents(string[] stores, RawSse sse) =>
        new(stores, sse, async () => Parse(await sse.NextAsync(), stores), sse.Http);

    private static ListClient OfFrames(string[] stores, RawWs socket) =>
        new(stores, socket, async () => Parse(await socket.NextTextAsync()), socket.Http);

    private static ListClient OfLines(string[] stores, RawHttp http)
    {
        Assert.Equal(200, http.Status);
        var received = new List<byte>();
        return new(stores, http, NextAsync, http);

        async Task<ListMessage> NextAsync()
        {
            while (true)
            {
                var end = received.IndexOf((byte)'\n');
                if (end < 0)
                {
                    received.AddRange(await http.ReadAsync());
                    continue;
                }

                var line = Encoding.UTF8.GetString([.. received[..end]]);
                received.RemoveRange(0, end + 1);
                if (line.Length > 0)
                    return Parse(line);
            }
        }
    }

    private static ListMessage Parse(SseEvent message, string[] stores)
    {
        if (message.Type == StoreReset.EventType)
        {
            var reset = JsonElement.Parse(message.Data);
            Assert.Equal(message.LastEventId, reset.GetProperty("id").GetString());
            return new(reset.GetProperty("store").GetString()!, null, reset.GetProperty("reason").GetString()!, message.Id, IsReset: true);
        }

        if (message.Type == MessageContent.EndEventType)
            return OfEnd(JsonElement.Parse(message.Data));
        var store = stores.Single(store => message.Type == store || message.Type.StartsWith(store + "/", StringComparison.Ordinal));
        return new(store, message.Type == store ? null : message.Type[(store.Length + 1)..], message.Data, message.Id);
    }

    private static ListMessage Parse(string json)
    {
        var message = JsonElement.Parse(json);
        if (message.TryGetProperty("reset", out var reset))
            return new(Text(reset, "store")!, null, Text(reset, "reason")!, Text(reset, "id"), IsReset: true);
        if (message.TryGetProperty("end", out var end))
            return OfEnd(end);
        var data = message.GetProperty("data");
        return new(
            Text(message, "store")!, Text(message, "event"), data.ValueKind == JsonValueKind.String
                ? data.GetString()!
                : data.GetRawText(),
            Text(message, "id"));
    }

    private static ListMessage OfEnd(JsonElement end) => new(Text(end, "store")!, null, "", Text(end, "id"), IsEnd: true);

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
