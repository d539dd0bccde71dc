using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpLogging;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>Access tokens in the query: only where they are enabled, and in no log.</summary>
public sealed class AccessTokenTests
{
    private const string Token = "s3cr3t-t0k3n-of-ann";

    [Theory, Case("SEC-14"), InlineData(false, 401), InlineData(true, 200)]
    public async Task Query_Token_IsTakenOnlyWhereSwitchedOn(bool on, int status)
    {
        await using var host = await StartAsync(on);
        await using var stream = await RawHttp.GetAsync(host.Url($"/stores/orders?access_token={Token}"));
        await using var socket = await RawHttp.GetAsync(host.Url($"/stores/orders?access_token={Token}"), [.. RawWs.HandshakeHeaders]);
        await using var header = await RawHttp.GetAsync(host.Url("/stores/orders"), ("Authorization", $"Bearer {Token}"));
        Assert.Equal((status, status == 200 ? 101 : 401, 200), (stream.Status, socket.Status, header.Status));
    }

    [Theory, Case("SEC-14"), InlineData("/stores/orders", "POST"), InlineData("/other", "GET"), InlineData("/stores/_ticket", "POST")]
    public async Task Query_TokenElsewhere_IsNotTaken(string path, string method)
    {
        await using var host = await StartAsync(on: true);
        await using var answer = await RawHttp.SendAsync(
            host.Url($"{path}?access_token={Token}"), method, [("Content-Type", "application/json")],
            method == "POST" ? "{}"u8.ToArray() : null);
        Assert.Equal(401, answer.Status);
    }

    [Theory, InlineData("Bearer wrong", 401), InlineData("Bearer " + Token, 200)]
    public async Task Query_TokenAndHeader_HeaderWins(string header, int status)
    {
        await using var host = await StartAsync(on: true);
        await using var answer = await RawHttp.GetAsync(
            host.Url($"/stores/orders?access_token={(status == 200 ? "wrong" : Token)}"), ("Authorization", header));
        Assert.Equal(status, answer.Status);
    }

    [Fact, Case("SEC-14")]
    public async Task Query_TokenOfTheHub_IsTaken()
    {
        await using var host = await StartAsync(on: true);
        await using var hub = await HubClient.StartAsync(host.WebSocketUrl($"/hub?access_token={Token}"));
        Assert.NotEmpty(await hub.InvokeAsync<string>("Subscribe", "orders").WithTimeout());
        await using var nobody = await HubClient.StartAsync(host.WebSocketUrl("/hub"));
        await Assert.ThrowsAsync<HubException>(() => nobody.InvokeAsync<string>("Subscribe", "orders").WithTimeout());
    }

    /// <summary>
    /// Everything is recorded: all log categories from Trace, all activities, all instruments. A failure occurs as well.
    /// </summary>
    [Fact, Case("SEC-14")]
    public async Task Query_Token_IsInNoLogMetricOrTrace()
    {
        var seen = new ConcurrentQueue<string>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source =>
                source.Name == "Tornadose.SignalR" || source.Name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => seen.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects)} " +
                $"{string.Join(' ', activity.Events.SelectMany(happened => happened.Tags))}"),
        };
        ActivitySource.AddActivityListener(activities);
        await using var host = await StartAsync(on: true, builder => builder.Logging.SetMinimumLevel(LogLevel.Trace));
        using var meters = Listen(host.Get<IMeterFactory>(), seen);
        await using (var stream = await RawSse.OpenAsync(host.Url($"/stores/orders?access_token={Token}")))
            await host.UntilSubscribersAsync(1);
        await host.UntilSubscribersAsync(0);
        await using (var socket = await RawWs.OpenAsync(host.Url($"/stores/orders?access_token={Token}")))
            await socket.SendAsync(WsOpcode.Binary, [1]);
        await using (await HubClient.StartAsync(host.WebSocketUrl($"/hub?access_token={Token}")))
            await host.OrdersStore().PublishAsync("x");
        foreach (var query in new[] { "last=x", "after=?", "store=a" })
            await using (
                var refused = await RawHttp.GetAsync(host.Url($"/stores/orders?{query}&access_token={Token}"), ("Connection", "close")))
                await refused.ReadAsync();
        await using (var broken = await RawHttp.GetAsync(host.Url($"/stores/broken?access_token={Token}"), ("Connection", "close")))
            Assert.Equal(500, broken.Status);
        await host.StopAsync();
        Assert.Contains(host.Logs.GetSnapshot(), entry => entry.Category == "Microsoft.AspNetCore.HttpLogging.HttpLoggingMiddleware");
        Assert.Contains(host.Logs.GetSnapshot(), entry => entry.Level == LogLevel.Trace);
        Assert.NotEmpty(seen);
        Assert.DoesNotContain(host.Logs.GetSnapshot(), entry => entry.Whole().Contains(Token, StringComparison.Ordinal));
        Assert.DoesNotContain(seen, text => text.Contains(Token, StringComparison.Ordinal));
    }

    /// <summary>Why the option exists: without the log filter rule the host logs the URL unchanged.</summary>
    [Fact, Case("SEC-14")]
    public async Task Query_TokenWhereSwitchedOff_IsInTheHostsOpeningLine()
    {
        await using var host = await StartAsync(on: false);
        await using (var stream = await RawHttp.GetAsync(host.Url($"/stores/orders?access_token={Token}"), ("Connection", "close")))
            Assert.Equal(401, stream.Status);
        Assert.Contains(
            host.Logs.GetSnapshot(), entry => entry.Category == "Microsoft.AspNetCore.Hosting.Diagnostics"
                && entry.Message.Contains(Token, StringComparison.Ordinal));
        Assert.DoesNotContain(
            host.Logs.GetSnapshot(), entry => entry.Category!.StartsWith("Tornadose", StringComparison.Ordinal)
                && entry.Message.Contains(Token, StringComparison.Ordinal));
    }

    private static MeterListener Listen(IMeterFactory factory, ConcurrentQueue<string> seen)
    {
        var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => seen.Enqueue(string.Join(' ', tags.ToArray())));
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => seen.Enqueue(string.Join(' ', tags.ToArray())));
        meters.Start();
        return meters;
    }

    private static Task<TestHost> StartAsync(bool on, Action<WebApplicationBuilder>? build = null) => TestHost.StartAsync(
        builder =>
        {
            build?.Invoke(builder);
            builder.Services.AddHttpLogging(logging => logging.LoggingFields = HttpLoggingFields.All | HttpLoggingFields.RequestQuery);
            builder.Services.AddAuthentication("bearer").AddScheme<AuthenticationSchemeOptions, BearerAuthentication>("bearer", null);
            builder.Services.AddAuthorizationBuilder()
                .AddPolicy("signed-in", policy => policy.RequireAuthenticatedUser())
                .AddPolicy(
                    "broken", policy => policy.RequireAssertion(bool (_) => throw new InvalidOperationException("The policy is broken.")));
            builder.Services.AddTornadose(options => (options.DrainWindow, options.AccessTokenInQuery) = (TimeSpan.Zero, on))
                .AddQueueStore("orders", options => options.ReadPolicy = "signed-in")
                .AddQueueStore("broken", options => options.ReadPolicy = "broken");
        },
        app =>
        {
            app.UseAuthentication();
            app.UseHttpLogging(); // after the token was moved
            app.UseAuthorization();
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").RequireAuthorization();
            app.MapStoreHub("/hub");
            app.MapGet("/other", () => "other").RequireAuthorization();
        });

    private sealed class BearerAuthentication(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
            Task.FromResult(Request.Headers.Authorization == $"Bearer {Token}"
            ? AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ann")], "bearer")), "bearer"))
            : AuthenticateResult.NoResult());
    }
}
