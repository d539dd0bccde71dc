using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;
using Yarp.ReverseProxy.Configuration;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>
/// Pages behind the real YARP, which sends the destination's name as the host, and the page's host in <c>X-Forwarded-Host</c>.
/// </summary>
public sealed class ProxyOriginTests
{
    public static TheoryData<string> Entrances => ["websocket", "hub", "publish", "ticket", "sse"];

    [Theory, MemberData(nameof(Entrances)), Case("WS-05", "SEC-08", "SEC-10")]
    public async Task BehindYarp_WithForwardedHeaders_PagesOfTheProxysHostAreOwnAndOthersAreNot(string entrance)
    {
        await using var app = await StartAsync(
            static app => app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All }));
        await using var proxy = await StartProxyAsync(app);
        Assert.InRange(await StatusAsync(proxy, entrance, Origin(proxy)), 101, 401);
        Assert.Equal(entrance == "sse" ? 200 : 403, await StatusAsync(proxy, entrance, "https://evil.example"));
    }

    [Theory, MemberData(nameof(Entrances)), Case("WS-05", "SEC-08", "SEC-10")]
    public async Task BehindYarp_WithoutForwardedHeaders_TheBrowsersWordIsTheProof(string entrance)
    {
        await using var app = await StartAsync(static _ => { });
        await using var proxy = await StartProxyAsync(app);
        Assert.InRange(await StatusAsync(proxy, entrance, "https://shop.example", ("Sec-Fetch-Site", "same-origin")), 101, 401);
        foreach (var site in new[] { "same-site", "cross-site", "none", "", "same-origin, same-origin" })
            Assert.Equal(
                entrance == "sse" ? 200 : 403, await StatusAsync(proxy, entrance, "https://shop.example", ("Sec-Fetch-Site", site)));
    }

    [Fact, Case("HTTP-26")]
    public async Task BehindYarp_EveryStream_BeginsAtOnce()
    {
        await using var app = await StartAsync(static _ => { }); // its first keep-alive is due in an hour
        await using var proxy = await StartProxyAsync(app);
        await using var sse = await RawSse.OpenAsync(proxy.Orders());
        await using var lines = await RawLines.OpenAsync(proxy.Orders());
        await using var socket = await RawWs.OpenAsync(proxy.Orders());
        await app.OrdersStore().PublishAsync("live");
        Assert.Equal("live", (await sse.NextAsync()).Data);
        Assert.Equal("live", (await lines.NextObjectAsync()).GetProperty("data").GetString());
        Assert.Contains("live", await socket.NextTextAsync(), StringComparison.Ordinal);
    }

    private static async Task<int> StatusAsync(TestHost proxy, string entrance, string origin, params (string Name, string Value)[] more)
    {
        (string, string)[] headers = [("Origin", origin), .. more];
        await using var answer = await (entrance switch
        {
            "websocket" => RawHttp.GetAsync(proxy.Orders(), [.. RawWs.HandshakeHeaders, .. headers]),
            "hub" => RawHttp.GetAsync(proxy.Url("/hub"), [.. RawWs.HandshakeHeaders, .. headers]),
            "publish" => RawHttp.SendAsync(proxy.Orders(), "POST", [("Content-Type", "text/plain"), .. headers], "x"u8.ToArray()),
            "ticket" => RawHttp.SendAsync(
                proxy.Url("/stores/_ticket"), "POST", [("Content-Type", "application/json"), .. headers],
                "{}"u8.ToArray()), // 401: nobody has signed in
            _ => RawHttp.GetAsync(proxy.Orders(), [("Accept", "text/event-stream"), .. headers]),
        });
        return answer.Status;
    }

    private static string Origin(TestHost proxy) => proxy.Http1.GetLeftPart(UriPartial.Authority);

    private static Task<TestHost> StartAsync(Action<WebApplication> use) => StoresApp.StartAsync(
        options: static all => all.KeepAlive = TimeSpan.FromHours(1),
        before: app =>
        {
            use(app);
            app.MapStoreHub("/hub");
        });

    private static Task<TestHost> StartProxyAsync(TestHost app) => TestHost.StartAsync(
        builder => builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "stores", ClusterId = "app", Match = new RouteMatch { Path = "{**all}" } }],
            [new ClusterConfig
            {
                ClusterId = "app",
                Destinations = new Dictionary<string,
                DestinationConfig> { ["one"] = new() { Address = $"http://localhost:{app.Http1.Port}/" } },
            }]),
        static proxy => proxy.MapReverseProxy());
}
