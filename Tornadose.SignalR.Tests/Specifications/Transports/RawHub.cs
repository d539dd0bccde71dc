using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>A SignalR client on a bare WebSocket with the JSON hub protocol, without negotiation: it reads only when asked.</summary>
internal sealed class RawHub : IAsyncDisposable
{
    private const char RecordSeparator = '\u001e';

    private readonly RawWs _socket;
    private readonly List<byte> _text = [];
    private readonly Queue<JsonElement> _messages = new();

    private RawHub(RawWs socket) => _socket = socket;

    public RawConnection Connection => _socket.Http.Connection;

    /// <summary>The close frame, once it has come.</summary>
    public WsFrame? Close { get; private set; }

    public static async Task<RawHub> OpenAsync(Uri url, int? receiveBufferBytes)
    {
        var hub = new RawHub(await RawWebSocket.OpenAsync(url, receiveBufferBytes));
        await hub.SendAsync("""{"protocol":"json","version":1}""");
        Assert.Equal("{}", (await hub.NextAsync())!.Value.GetRawText());
        return hub;
    }

    public Task SendAsync(string json) => _socket.SendTextAsync(json + RecordSeparator);

    /// <summary>Calls a method, or starts a stream; the completion is one of the messages that follow.</summary>
    public Task InvokeAsync(string id, string target, bool isStream, params string?[] arguments) => SendAsync(JsonSerializer.Serialize(
        new Dictionary<string, object> { ["type"] = isStream ? 4 : 1, ["invocationId"] = id, ["target"] = target, ["arguments"] = arguments }));

    /// <summary>The next hub message; null when the WebSocket was closed.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        while (_messages.Count == 0 && Close is null)
            await ReadAsync();
        return _messages.TryDequeue(out var message) ? message : null;
    }

    public Task CloseAsync() => _socket.CloseAsync();

    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private async Task ReadAsync()
    {
        var frame = await _socket.NextAsync();
        if (frame.Opcode == WsOpcode.Close)
            Close = frame;
        if (frame.Opcode is not (WsOpcode.Text or WsOpcode.Continuation))
            return;
        _text.AddRange(frame.Payload);
        while (_text.IndexOf((byte)RecordSeparator) is >= 0 and var end)
        {
            _messages.Enqueue(JsonElement.Parse(Encoding.UTF8.GetString([.. _text[..end]])));
            _text.RemoveRange(0, end + 1);
        }
    }
}
