using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>A SignalR client on a bare WebSocket, without negotiation: it reads only when asked.</summary>
internal sealed class RawHub : IAsyncDisposable
{
    private readonly RawWs _socket;
    private readonly RawHubProtocol _protocol;
    private readonly List<byte> _received = [];
    private readonly Queue<JsonElement> _messages = new();

    private RawHub(RawWs socket, RawHubProtocol protocol) => (_socket, _protocol) = (socket, protocol);

    public RawConnection Connection => _socket.Http.Connection;

    /// <summary>The close frame, once received.</summary>
    public WsFrame? Close { get; private set; }

    public static async Task<RawHub> OpenAsync(Uri url, int? receiveBufferBytes, RawHubProtocol? protocol = null)
    {
        var hub = new RawHub(await RawWebSocket.OpenAsync(url, receiveBufferBytes), protocol ?? new RawHubProtocol());
        await hub._socket.SendTextAsync(
            $"{{\"protocol\":\"{hub._protocol.Name}\",\"version\":{hub._protocol.Version}}}{RawHubProtocol.RecordSeparator}");
        while (!hub._received.Contains((byte)RawHubProtocol.RecordSeparator))
            await hub.ReceiveAsync();
        Assert.Equal("{}"u8, [.. hub._received[..2]]);
        hub._received.RemoveRange(0, 3);
        return hub;
    }

    /// <summary>Calls a method, or starts a stream; the completion is one of the messages that follow.</summary>
    public Task InvokeAsync(string id, string target, bool isStream, params string?[] arguments) =>
        _socket.SendAsync(_protocol.Opcode, _protocol.Invocation(id, target, isStream, arguments));

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
        await ReceiveAsync();
        foreach (var message in _protocol.Take(_received))
            _messages.Enqueue(message);
    }

    private async Task ReceiveAsync()
    {
        var frame = await _socket.NextAsync();
        if (frame.Opcode == WsOpcode.Close)
            Close = frame;
        if (frame.Opcode is WsOpcode.Text or WsOpcode.Binary or WsOpcode.Continuation)
            _received.AddRange(frame.Payload);
    }
}
