using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A client without a network: a test can inspect, delay or fail each of the server's writes.</summary>
internal sealed class MemoryHubConnection : IAsyncDisposable
{
    private readonly Pipe _toServer = new();
    private readonly IHubProtocol _protocol;
    private readonly DefaultConnectionContext _context;
    private int _calls;

    private MemoryHubConnection(IHubProtocol protocol, bool isStateful)
    {
        _protocol = protocol;
        _context = new DefaultConnectionContext(
            Guid.NewGuid().ToString("N"), new Duplex(_toServer.Reader, Output), new Duplex(_toServer.Reader, Output));
#pragma warning disable CA2252 // a preview interface
        if (isStateful)
            _context.Features.Set<IStatefulReconnectFeature>(new NeverReconnects());
#pragma warning restore CA2252
    }

    public RecordingPipeWriter Output { get; } = new();

    public string Id => _context.ConnectionId;

    /// <summary>The connection's request, as <c>GetHttpContext</c> returns it.</summary>
    public HttpContext Request { set => _context.Features.Set<IHttpContextFeature>(new RequestFeature { HttpContext = value }); }

    /// <summary>Completes when the server has finished with the connection.</summary>
    public Task Served { get; private set; } = Task.CompletedTask;

    /// <summary>What the server has sent after its handshake, one entry a write.</summary>
    public IReadOnlyList<IReadOnlyList<HubMessage>> Writes => [.. Output.Writes.Skip(1).Select(Parse)];

    /// <summary>The number of store messages in each write that had any.</summary>
    public IEnumerable<int> Batches =>
        Writes.Select(write => write.Count(message => message is InvocationMessage { Target: "Message" })).Where(count => count > 0);

    /// <summary>The data of the store messages received.</summary>
    public IEnumerable<string?> Received => DataOf("Message");

    /// <summary>The reasons of the resets.</summary>
    public IEnumerable<string?> Resets => DataOf("Reset");

    public static Task<MemoryHubConnection> ConnectAsync(HubHost host, IHubProtocol? protocol = null, bool isStateful = false) =>
        ConnectAsync<StoreHub>(host, protocol, isStateful);

    public static async Task<MemoryHubConnection> ConnectAsync<THub>(HubHost host, IHubProtocol? protocol = null, bool isStateful = false)
        where THub : Hub
    {
        var client = new MemoryHubConnection(protocol ?? new JsonHubProtocol(), isStateful);
        client.Served = host.Host.Get<HubConnectionHandler<THub>>().OnConnectedAsync(client._context);
        HandshakeProtocol.WriteRequestMessage(
            new HandshakeRequestMessage(client._protocol.Name, isStateful ? 2 : 1), client._toServer.Writer);
        await client._toServer.Writer.FlushAsync();
        await Eventually.TrueAsync(() => client.Output.Writes.Count > 0);
        await client.InvokeAsync("Unsubscribe", "nothing");
        return client;
    }

    public async Task<CompletionMessage> InvokeAsync(string target, params object?[] arguments)
    {
        var id = $"{++_calls}";
        await SendAsync(new InvocationMessage(id, target, arguments));
        CompletionMessage? end = null;
        await Eventually.TrueAsync(() => (end = Writes.SelectMany(write => write).OfType<CompletionMessage>()
            .SingleOrDefault(message => message.InvocationId == id)) is not null);
        return end!;
    }

    public async Task SendAsync(HubMessage message) => await _toServer.Writer.WriteAsync(_protocol.GetMessageBytes(message));

    /// <summary>Sends text that need not be a valid message.</summary>
    public async Task SendTextAsync(string text) => await _toServer.Writer.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => await _toServer.Writer.WriteAsync(bytes);

    /// <summary>Closes the client's side.</summary>
    public async Task CloseAsync()
    {
        await _toServer.Writer.CompleteAsync();
        Output.Release();
        await Served.WithTimeout();
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private IEnumerable<string?> DataOf(string method) => Writes.SelectMany(write => write).OfType<InvocationMessage>()
        .Where(call => call.Target == method)
        .Select(call => HubEvent.Of(call.Target, (string)call.Arguments[0]!, call.Arguments[1]).Data);

    private List<HubMessage> Parse(byte[] write)
    {
        var messages = new List<HubMessage>();
        var input = new ReadOnlySequence<byte>(write);
        while (_protocol.TryParseMessage(ref input, ClientBinder.Instance, out var message))
            messages.Add(message);
        Assert.True(input.IsEmpty, "A write ends in the middle of a message.");
        return messages;
    }

    private sealed class RequestFeature : IHttpContextFeature
    {
        public HttpContext? HttpContext { get; set; }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

#pragma warning disable CA2252 // a preview interface
    private sealed class NeverReconnects : IStatefulReconnectFeature
    {
        public void OnReconnected(Func<PipeWriter, Task> notifyOnReconnect)
        {
        }

        public void DisableReconnect()
        {
        }
    }
#pragma warning restore CA2252
}
