using System.Text;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>Alternately opens a stream and cuts it, or sends a request that is refused, on one wire.</summary>
internal sealed class LeakClient(TestHost host, string wire)
{
    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";

    private static readonly (string Method, string Path, int Status)[] Refusals =
    [
        ("PUT", "/stores/plain", 405), ("GET", "/stores/plain?last=many", 400), ("GET", "/stores/unknown", 404),
        ("GET", $"/stores/{RolesApp.Store}", 401), ("GET", $"/stores/{RolesApp.Store}?user=bob", 403),
        ("GET", "/stores/plain?ticket=x", 401), ("GET", "/stores?store=plain&store=unknown", 404),
    ];

    private int _refused;

    public int Refused => Volatile.Read(ref _refused);

    private (string, string)[] Headers => wire switch
    {
        "websocket" => [.. RawWs.HandshakeHeaders],
        "sse" => [("Accept", "text/event-stream")],
        "ndjson" => [("Accept", "application/x-ndjson")],
        _ => [("Accept", "application/json")],
    };

    public Task CycleAsync(int number) => number % 2 == 0 ? ServedAsync(number / 2) : RefusedAsync(number / 2);

    private Task ServedAsync(int number) => wire switch
    {
        "hub" or "watch" => HubAsync("/hub?user=ann", "plain", number, ends: null),
        "websocket" => WebSocketAsync(number),
        _ => ResponseAsync(number),
    };

    private async Task RefusedAsync(int number)
    {
        Interlocked.Increment(ref _refused);
        if (wire is "hub" or "watch")
            await RefusedHubAsync(number);
        else if (wire == "websocket" && number % 3 == 0)
            await RefuseAsync(
                "GET", "/stores/plain", number % 2 == 0 ? 426 : 400,
                [.. Headers.Where(header => header.Item1 != (number % 2 == 0 ? "Sec-WebSocket-Version" : "Sec-WebSocket-Key"))]);
        else
            await RefuseAsync(
                Refusals[number % Refusals.Length].Method, Refusals[number % Refusals.Length].Path,
                Refusals[number % Refusals.Length].Status, Headers);
    }

    private async Task RefuseAsync(string method, string path, int status, (string, string)[] headers)
    {
        await using var answer = await RawHttp.SendAsync(host.Url(path), method, headers);
        Assert.Equal(status, answer.Status);
        answer.Abort();
    }

    private async Task ResponseAsync(int number)
    {
        await using var answer = await RawHttp.GetAsync(host.Url("/stores/plain?last=2"), Headers);
        Assert.Equal(200, answer.Status);
        if (number % 3 > 0)
            await answer.ReadAsync();
        answer.Abort();
    }

    private async Task WebSocketAsync(int number)
    {
        await using var socket = await RawWs.OpenAsync(host.Url("/stores/plain?last=2"));
        if (number % 3 > 0)
            await socket.NextTextAsync();
        if (number % 3 == 1)
            await socket.CloseAsync();
        if (number % 3 == 2)
            await socket.SendAsync(WsOpcode.Text, "not masked"u8.ToArray(), masked: false);
        socket.Abort();
    }

    private Task RefusedHubAsync(int number) => (number % 5) switch
    {
        0 => RefuseAsync("GET", "/hub", 400, []), // no connection id, and no WebSocket
        1 => RefuseAsync("GET", "/hub", 403, [.. RawWs.HandshakeHeaders, ("Origin", "https://evil.example")]),
        2 => HubAsync("/hub", "unknown", number, ends: "no such store"),
        3 => HubAsync("/hub?user=bob", RolesApp.Store, number, ends: "may not do this"),
        _ => GarbageAsync(),
    };

    private async Task HubAsync(string path, string store, int number, string? ends)
    {
        await using var socket = await RawWs.OpenAsync(host.Url(path));
        await socket.SendTextAsync(Handshake);
        Assert.Equal("{}\u001e", await socket.NextTextAsync());
        var (type, method) = wire == "watch" ? (4, "WatchAfter") : (1, "Resume");
        await socket.SendTextAsync(
            $$"""{"type":{{type}},"invocationId":"1","target":"{{method}}","arguments":["{{store}}","x"]}""" + "\u001e");
        if (ends is not null || number % 3 > 0)
            await UntilAsync(socket, ends ?? "reset");
        socket.Abort();
    }

    /// <summary>Reads until the words arrive; a reset comes first, because the id is invalid.</summary>
    private static async Task UntilAsync(RawWs socket, string words)
    {
        var heard = new StringBuilder();
        while (!heard.ToString().Contains(words, StringComparison.OrdinalIgnoreCase))
            heard.Append(Encoding.UTF8.GetString((await socket.NextAsync()).Payload));
    }

    private async Task GarbageAsync()
    {
        await using var socket = await RawWs.OpenAsync(host.Url("/hub"));
        await socket.SendTextAsync("garbage\u001e");
        await socket.UntilCloseAsync();
        socket.Abort();
    }
}
