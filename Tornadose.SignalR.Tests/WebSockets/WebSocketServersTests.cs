using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>The same WebSocket over HTTP/2, on the in-memory server, and behind the application's own middleware.</summary>
public sealed class WebSocketServersTests
{
    [Fact]
    [Case("WS-19")]
    public async Task Http2_ExtendedConnect_DeliversResumesAndCloses()
    {
        await using var host = await StoresApp.StartAsync();
        var ids = await host.OrdersStore().PublishNumberedAsync(300);
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        client.Options.AddSubProtocol("tornadose.raw");
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        var url = new UriBuilder(host.Http2Url($"/stores/orders?after={ids[0]}")) { Scheme = "ws" }.Uri;
        await client.ConnectAsync(url, invoker, CancellationToken.None).WithTimeout();
        Assert.Equal("tornadose.raw", client.SubProtocol);
        for (var number = 2; number <= 300; number++)
            Assert.Equal($"m{number}", await ReceiveAsync(client));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None).WithTimeout();
        await host.UntilSubscribersAsync(0);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    [Case("WS-19", "WS-01")]
    public async Task Http2_PlainConnect_IsRefused()
    {
        await using var host = await StoresApp.StartAsync();
        using var client = new HttpClient
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var request = new HttpRequestMessage(HttpMethod.Connect, host.Http2Url("/stores/unknown"))
        {
            Headers = { Protocol = "websocket" },
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithTimeout();
        Assert.Equal((HttpStatusCode.BadRequest, 0), (answer.StatusCode, host.Subscribers()));
    }

    [Fact]
    public async Task TestServer_NoConnectionToShare_SendsByTheWebSocket()
    {
        var builder = WebApplication.CreateBuilder(TestHost.Arguments);
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddTornadose().AddQueueStore("orders");
        await using var app = builder.Build();
        app.MapStores("/stores");
        await app.StartAsync();
        var store = app.Services.GetRequiredKeyedService<IStore>("orders");
        await store.PublishNumberedAsync(50);
        var client = app.GetTestServer().CreateWebSocketClient();
        client.SubProtocols.Add("tornadose.raw");
        using var socket = await client.ConnectAsync(
            new Uri("ws://localhost/stores/orders?from=earliest"), CancellationToken.None).WithTimeout();
        for (var number = 1; number <= 50; number++)
            Assert.Equal($"m{number}", await ReceiveAsync(socket));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WithTimeout();
        await Eventually.TrueAsync(() => app.Services.GetRequiredService<SignalR.Delivery.SubscriberRegistry>().Count == 0);
    }

    [Fact]
    public async Task UseWebSockets_ByTheApplicationAsWell_StillSharesTheConnection()
    {
        HttpContext? request = null;
        await using var host = await StoresApp.StartAsync(before: app =>
        {
            app.UseWebSockets();
            app.Use((context, next) =>
            {
                request = context;
                return next(context);
            });
        });
        await using var socket = await RawWs.OpenAsync(host.Orders("?from=earliest"));
        await host.OrdersStore().PublishNumberedAsync(10);
        for (var number = 1; number <= 10; number++)
            Assert.Contains($"\"m{number}\"", await socket.NextTextAsync());
        Assert.NotNull(request!.Features.Get<SharedUpgrade>()!.Stream);
    }

    [Fact]
    [Case("WS-05")]
    public async Task UseWebSockets_WithOriginsOfItsOwn_KeepsRefusingOthers()
    {
        var options = new WebSocketOptions();
        options.AllowedOrigins.Add("https://good.example");
        await using var host = await StoresApp.StartAsync(
            options: all => all.AllowedOrigins.Add("*"), before: app => app.UseWebSockets(options));
        await using var bad = await RawHttp.SendAsync(
            host.Orders(), "GET", [.. RawWs.HandshakeHeaders, ("Origin", "https://bad.example")]);
        await using var good = await RawWs.OpenAsync(host.Orders(), ("Origin", "https://good.example"));
        await host.UntilSubscribersAsync(1);
        Assert.Equal((403, 101), (bad.Status, good.Http.Status));
    }

    [Fact]
    [Case("WS-18")]
    public async Task DotNetClient_ServerStops_SeesTheClose()
    {
        await using var host = await StoresApp.StartAsync(options: static all => all.DrainWindow = TimeSpan.FromMinutes(2));
        using var client = new ClientWebSocket();
        await client.ConnectAsync(host.WebSocketUrl("/stores/orders"), CancellationToken.None).WithTimeout();
        await host.UntilSubscribersAsync(1);
        var stopping = Task.Run(host.StopAsync); // it waits for the drain, which waits for this client
        var received = await client.ReceiveAsync(new byte[10].AsMemory(), CancellationToken.None).WithTimeout();
        Assert.Equal((WebSocketMessageType.Close, 1012), (received.MessageType, (int)client.CloseStatus!.Value));
        await client.CloseOutputAsync(client.CloseStatus.Value, null, CancellationToken.None).WithTimeout();
        await stopping;
    }

    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).WithTimeout();
        Assert.True(received.EndOfMessage);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
