using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections;
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

    /// <summary>The same, not started, so that handlers can be registered before the first message.</summary>
    public static HubConnection Build(Uri url, IHubProtocol? protocol = null, Action<ClientWebSocketOptions>? configure = null)
    {
        var builder = new HubConnectionBuilder().WithUrl(url, options =>
        {
            options.Transports = HttpTransportType.WebSockets;
            options.SkipNegotiation = true;
            options.WebSocketConfiguration = configure;
        });
        if (protocol is not null)
            builder.Services.AddSingleton(protocol);
        return builder.Build();
    }
}
