using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Streams behind the middleware that applications usually put in front of their endpoints.</summary>
public sealed class MiddlewareTests
{
    [Theory]
    [Case("HTTP-25", "SEC-19")]
    [InlineData("text/event-stream")]
    [InlineData("application/x-ndjson")]
    public async Task ResponseCompression_Streams_AreLeftAlone(string accept)
    {
        await using var host = await StoresApp.StartAsync(build: AddCompression, before: app => app.UseResponseCompression());
        await using var http = await RawHttp.GetAsync(host.Orders(), ("Accept", accept), ("Accept-Encoding", "gzip, br"));
        Assert.Contains(http.Header("Content-Encoding"), new[] { null, "identity" });
        for (var number = 1; number <= 3; number++)
        {
            await host.OrdersStore().PublishAsync($"message {number}");
            var text = "";
            while (!text.Contains($"message {number}", StringComparison.Ordinal))
                text += System.Text.Encoding.UTF8.GetString(await http.ReadAsync());
        }
    }

    [Fact]
    [Case("HTTP-25")]
    public async Task ResponseCompression_Snapshot_MayBeCompressed()
    {
        await using var host = await StoresApp.StartAsync(build: AddCompression, before: app => app.UseResponseCompression());
        await host.OrdersStore().PublishNumberedAsync(100);
        await using var curl = CurlClient.Start(host.Orders(), "--compressed", "-H", "Accept: application/json");
        Assert.Contains("\"data\":\"m100\"", await curl.NextAsync());
    }

    [Fact]
    [Case("HTTP-28")]
    public async Task Response_BegunBySomethingInFront_FailsAndLeavesNoSubscriber()
    {
        await using var host = await StoresApp.StartAsync(before: app => app.Use(async (context, next) =>
        {
            await context.Response.StartAsync();
            await next(context);
        }));
        for (var request = 0; request < 3; request++)
        {
            await using var http = await RawHttp.GetAsync(host.Orders(), ("Accept", "text/event-stream"));
            await Eventually.TrueAsync(() => host.Logs.GetSnapshot()
                .Count(static entry => entry.Message.Contains("unhandled exception", StringComparison.Ordinal)) > request);
        }

        await host.UntilSubscribersAsync(0);
    }

    [Fact]
    public async Task RequestTimeouts_WithADefaultPolicy_DoNotApplyToStreams()
    {
        var isTimed = new Dictionary<string, bool>();
        await using var host = await StoresApp.StartAsync(
            build: builder => builder.Services.AddRequestTimeouts(
                timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy { Timeout = TimeSpan.FromHours(1) }),
            before: app =>
            {
                app.UseRequestTimeouts();
                app.Use((context, next) =>
                {
                    isTimed[context.Request.Method] = context.Features.Get<IHttpRequestTimeoutFeature>() is not null;
                    return next(context);
                });
            });
        await using var post = await RawHttp.SendAsync(host.Orders(), "POST", body: "x"u8.ToArray());
        await using var sse = await RawSse.OpenAsync(host.Orders());
        Assert.Equal((true, false), (isTimed["POST"], isTimed["GET"]));
    }

    [Theory]
    [Case("HTTP-06", "HTTP-07", "SEC-09")]
    [InlineData("https://good.example", "https://good.example")]
    [InlineData("https://evil.example", null)]
    public async Task RequireCors_Origins_AreAllowedByThePolicyOnly(string origin, string? allowed)
    {
        await using var host = await StoresApp.StartAsync(
            build: builder => builder.Services.AddCors(cors => cors.AddPolicy("page", policy => policy
                .WithOrigins("https://good.example", "https://fine.example").AllowCredentials()
                .WithHeaders("Last-Event-ID").WithExposedHeaders("Tornadose-Resume"))),
            before: app => app.UseCors(),
            stores: stores => stores.RequireCors("page"));
        await using var preflight = await RawHttp.SendAsync(host.Orders(), "OPTIONS",
            [("Origin", origin), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "last-event-id")]);
        await using var http = await RawHttp.GetAsync(host.Orders(), ("Origin", origin));
        Assert.Equal((204, allowed), (preflight.Status, preflight.Header("Access-Control-Allow-Origin")));
        Assert.Equal((200, allowed), (http.Status, http.Header("Access-Control-Allow-Origin")));
        Assert.Equal(allowed is null ? null : "true", http.Header("Access-Control-Allow-Credentials"));
        Assert.Equal(allowed is null ? null : "Tornadose-Resume", http.Header("Access-Control-Expose-Headers"));
        Assert.Equal(allowed is null ? "Accept" : "Accept, Origin", string.Join(", ", http.Header("Vary")!.Split(", ").Order()));
    }

    private static void AddCompression(WebApplicationBuilder builder) => builder.Services.AddResponseCompression(compression =>
    {
        compression.EnableForHttps = true;
        compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "text/event-stream", "application/x-ndjson"];
    });

    /// <summary>That middleware considers the response unencoded, and holds back compressed data until a block is full.</summary>
    [Theory, Case("HTTP-26"), InlineData("text/event-stream"), InlineData("application/x-ndjson")]
    public async Task Stream_BehindNodesCompression_ArrivesAtOnceAndAsItIs(string accept)
    {
        await using var host = await StoresApp.StartAsync(before: static app => app.Map("/page", static page => page.Run(static context =>
            context.Response.WriteAsJsonAsync(new string('x', 4000)))));
        await using var node = NodeClient.Start("compression.mjs", host.Url("/"));
        var front = new Uri($"http://127.0.0.1:{(await node.NextAsync("listening")).GetProperty("port").GetInt32()}");
        await using (var page = await RawHttp.GetAsync(new Uri(front, "/page"), ("Accept-Encoding", "gzip")))
            Assert.Equal("gzip", page.Header("Content-Encoding"));
        await using var http = await RawHttp.GetAsync(
            new Uri(front, "/stores/orders"), ("Accept", accept), ("Accept-Encoding", "gzip, br"));
        foreach (var message in new[] { "first", "second" })
        {
            await host.OrdersStore().PublishAsync(message);
            var text = "";
            while (!text.Contains(message, StringComparison.Ordinal))
                text += System.Text.Encoding.UTF8.GetString(await http.ReadAsync());
        }

        Assert.NotEqual("gzip", http.Header("Content-Encoding"));
    }
}
