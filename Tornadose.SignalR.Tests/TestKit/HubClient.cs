using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>The .NET <see cref="HubConnection"/> over a WebSocket, without negotiation, with any hub protocol.</summary>
public static class HubClient
{
    /// <param name="url">The hub's URL, <c>http</c> or <c>ws</c>.</param>
    /// <param name="protocol">JSON when null.</param>
    /// <param name="configure">Headers and the like of the WebSocket's handshake.</param>
    public static async Task<HubConnection> StartAsync(
        Uri url, IHubProtocol? protocol = null, Action<ClientWebSocketOptions>? configure = null)
    {
        var connection = Build(url, protocol, configure);
        await connection.StartAsync().WithTimeout();
        return connection;
    }

    /// <summary>The same, not started: for handlers that must be there before the first message.</summary>
    public static HubConnection Build(
        Uri url, IHubProtocol? protocol = null, Action<ClientWebSocketOptions>? configure = null)
    {
        var builder = new HubConnectionBuilder();
        if (protocol is not null)
            builder.Services.AddSingleton(protocol);
        var socketUrl = new UriBuilder(url) { Scheme = url.Scheme is "https" or "wss" ? "wss" : "ws" }.Uri;
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(socketUrl));
        builder.Services.AddSingleton<IConnectionFactory>(new WebSocketConnectionFactory(
            protocol?.TransferFormat == TransferFormat.Binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text, configure));
        return builder.Build();
    }

    private sealed class WebSocketConnectionFactory(
        WebSocketMessageType messageType, Action<ClientWebSocketOptions>? configure) : IConnectionFactory
    {
        public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            var socket = new ClientWebSocket();
            configure?.Invoke(socket.Options);
            await socket.ConnectAsync(((UriEndPoint)endpoint).Uri, cancellationToken);
            return new WebSocketConnection(WebSocketStream.Create(socket, messageType, ownsWebSocket: true));
        }
    }

    private sealed class WebSocketConnection(Stream stream) : DefaultConnectionContext(
        Guid.NewGuid().ToString("N"), new Duplex(PipeReader.Create(stream), PipeWriter.Create(stream)), new Duplex(null!, null!))
    {
        public override void Abort(ConnectionAbortedException abortReason) => stream.Dispose();

        public override async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            await base.DisposeAsync();
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
