using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Tests.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>Stores that only one user may read; the user's name is the token.</summary>
public sealed class ClientAccessTests
{
    public static TheoryData<string> Wires => [.. ClientSite.Wires];

    [Theory, MemberData(nameof(Wires))]
    public async Task Token_OfAnotherUser_EndsTheEnumerationForGood(string wire)
    {
        await using var host = await StartAsync();
        var asked = 0;
        using var client = CreateClient(host.Url("/"), wire, "bob", () => asked++);
        await using var reader = client.ReadAllAsync("orders").GetAsyncEnumerator();
        var refused = await Assert.ThrowsAsync<StoreAccessDeniedException>(() => reader.MoveNextAsync().WithTimeout());
        Assert.True(refused.IsAuthenticated);
        Assert.InRange(asked, 0, 2); // it is not retried
        host.Logs.AssertNoErrors();
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Token_OfTheUser_IsSentOnEveryConnection(string wire)
    {
        await using var host = await StartAsync();
        await using var link = CutProxy.Start(host.Http1);
        using var client = CreateClient(link.Url, wire, "ann");
        await using var reader = client.ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        await host.OrdersStore().PublishAsync("m1");
        Assert.Equal("m1", await reader.TakeAsync(1));
        link.Cut();
        await host.OrdersStore().PublishAsync("m2");
        Assert.Equal("m2", await reader.TakeAsync(1));
    }

    /// <summary>The stream's request does not contain the token: its URL appears in the logs of third parties.</summary>
    [Theory, InlineData("sse"), InlineData("websocket")]
    public async Task Tickets_EachConnection_HasANewOneInsteadOfTheToken(string wire)
    {
        var streams = new ConcurrentQueue<(string Ticket, bool HasToken)>();
        await using var host = await StartAsync(app => app.Use((context, next) =>
        {
            if (context.Request.Path == "/stores/orders" && (context.Request.Headers.Upgrade == "websocket"
                || context.Request.Headers.Accept == "text/event-stream"))
                streams.Enqueue((context.Request.Query["ticket"].ToString(), context.Request.Headers.Authorization.Count > 0));
            return next(context);
        }));
        await using var link = CutProxy.Start(host.Http1);
        using var client = CreateClient(link.Url, wire, "ann", configure: static options => options.UseTickets = true);
        await using var reader = client.ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        await host.OrdersStore().PublishAsync("m1");
        Assert.Equal("m1", await reader.TakeAsync(1));
        link.Cut();
        await host.OrdersStore().PublishAsync("m2");
        Assert.Equal("m2", await reader.TakeAsync(1));
        var seen = streams.ToArray();
        Assert.InRange(seen.Length, 2, 20);
        Assert.All(seen, static stream => Assert.True(stream is { Ticket.Length: > 20, HasToken: false }));
        Assert.Equal(seen.Length, seen.Select(static stream => stream.Ticket).Distinct().Count());
    }

    private static TornadoseClient CreateClient(
        Uri site, string wire, string token, Action? asked = null, Action<TornadoseClientOptions>? configure = null)
    {
        var options = new TornadoseClientOptions
        {
            ReconnectDelay = TimeSpan.FromMilliseconds(10),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
            Transport = wire switch
            {
                "sse" => StoreTransport.ServerSentEvents,
                "websocket" => StoreTransport.WebSocket,
                "long-polling" => StoreTransport.LongPolling,
                _ => StoreTransport.SignalR,
            },
            AccessTokenProvider = _ =>
            {
                asked?.Invoke();
                return new(token);
            },
        };
        if (options.Transport == StoreTransport.SignalR)
        {
            var hub = new HubConnectionBuilder()
                .WithUrl(new Uri(site, "/hub"), connection => connection.AccessTokenProvider = () => Task.FromResult<string?>(token));
            if (wire == "signalr-messagepack")
                hub.AddMessagePackProtocol();
            options.HubConnection = hub.Build();
        }

        configure?.Invoke(options);
        return new TornadoseClient(new Uri(site, "/stores"), options);
    }

    private static Task<TestHost> StartAsync(Action<WebApplication>? before = null) => TestHost.StartAsync(
        static builder =>
        {
            builder.Services.AddSignalR().AddMessagePackProtocol();
            builder.Services.AddAuthentication("name").AddScheme<AuthenticationSchemeOptions, NameAuthentication>("name", null);
            builder.Services.AddAuthorizationBuilder().AddPolicy("ann", static policy => policy.RequireUserName("ann"));
            builder.Services.AddTornadose(static options =>
            {
                options.DrainWindow = TimeSpan.Zero;
                options.RetryMin = options.RetryMax = TimeSpan.FromMilliseconds(20);
            }).AddQueueStore("orders", static store => store.ReadPolicy = "ann");
        },
        app =>
        {
            before?.Invoke(app);
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapStores("/stores");
            app.MapStoreHub("/hub");
        });

    /// <summary>SignalR's client in a browser sends the token in the query; the .NET client may as well.</summary>
    private sealed class NameAuthentication(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        private const string Prefix = "Bearer ";

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var header = Request.Headers.Authorization.ToString();
            return Task.FromResult(header.StartsWith(Prefix, StringComparison.Ordinal)
                ? AuthenticateResult.Success(new AuthenticationTicket(
                    new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, header[Prefix.Length..])], "name")), "name"))
                : AuthenticateResult.NoResult());
        }
    }
}
