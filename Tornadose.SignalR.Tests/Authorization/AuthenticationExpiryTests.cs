using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>Streams end when the authentication that opened them expires.</summary>
public sealed class AuthenticationExpiryTests
{
    public static TheoryData<string, string> Ends => new()
    {
        { "sse", "end" },
        { "ndjson", "end" },
        { "websocket", "1008 authentication_expired" },
        { "hub", "Your authentication has expired" },
        { "watch", "Your authentication has expired" },
    };

    [Theory, Case("SEC-04", "SR-19", "WS-18"), MemberData(nameof(Ends))]
    public async Task Stream_AuthenticationExpires_EndsAndSaysWhy(string wire, string end)
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time);
        using var metrics = MetricsRecorder.Of(host);
        await using var stream = await OpenStream.OpenAsync(host, wire, expires: 60);
        await using var other = await OpenStream.OpenAsync(host, wire);
        time.Advance(TimeSpan.FromSeconds(59));
        await host.Get<IStoreProvider>().GetStore(RolesApp.Store).PublishAsync("in time");
        Assert.False(stream.End.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains(end, await stream.End.WithTimeout(), StringComparison.Ordinal);
        await host.UntilSubscribersAsync(1);
        Assert.Equal((1, 1), (metrics.Count("subscribers.ended"), metrics.Count("subscribers.ended", "reason=authentication_expired")));
        Assert.False(other.End.IsCompleted);
    }

    [Fact, Case("SEC-04")]
    public async Task Poll_AuthenticationExpires_IsAnsweredAndTheNextIsRefused()
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time);
        await using var poll = await OpenStream.OpenAsync(host, "wait", expires: 60);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(poll.End.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("end", await poll.End.WithTimeout());
        await host.UntilSubscribersAsync(0);
        await using var next = await RawHttp.GetAsync(host.Url($"/stores/{RolesApp.Store}?wait=1m"));
        Assert.Equal(401, next.Status);
    }

    [Theory, Case("SR-19"), MemberData(nameof(Ends))]
    public async Task Stream_OptionOff_GoesOn(string wire, string end)
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(
            time: time, configure: options => options.CloseOnAuthenticationExpiration = false);
        await using var stream = await OpenStream.OpenAsync(host, wire, expires: 60);
        time.Advance(TimeSpan.FromSeconds(120));
        Assert.False(stream.End.IsCompleted);
        Assert.Equal(1, host.Subscribers());
        Assert.NotEmpty(end);
    }

    [Fact, Case("SEC-04")]
    public async Task Stream_OfATicket_EndsWithTheAuthenticationBehindIt()
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time);
        var ticket = await host.GetTicketAsync(headers: [("X-Expires", "60")]);
        await using var stream = await RawSse.OpenAsync(host.Url($"/stores/{RolesApp.Store}?ticket={ticket}"));
        await host.UntilSubscribersAsync(1);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, host.Subscribers());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await stream.NextOrEndAsync());
    }

    [Fact, Case("SEC-04")]
    public async Task Stream_ReaderThatStalls_IsCutAfterTheSendTimeout()
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time);
        await using var stalled = await RawHttp.SendAsync(
            host.Url($"/stores/{RolesApp.Store}"), "GET", [
                ("Accept", "text/event-stream"), ("X-User", "ann"), ("X-Expires", "1")], receiveBufferBytes: 4096);
        await host.UntilSubscribersAsync(1);
        var text = new string('x', 512 * 1024);
        for (var number = 0; number < 20; number++)
            await host.Get<IStoreProvider>().GetStore(RolesApp.Store).PublishAsync(text);
        time.Advance(TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(10));
        await host.UntilSubscribersAsync(0);
    }

    [Theory, Case("SR-19"), InlineData(true), InlineData(false)]
    public async Task Hub_SignalRsOwnOption_IsSetToTheSame(bool on)
    {
        await using var host = await RolesApp.StartAsync(configure: options => options.CloseOnAuthenticationExpiration = on);
        var hub = host.Get<EndpointDataSource>().Endpoints.Single(endpoint => endpoint is RouteEndpoint { RoutePattern.RawText: "/hub" });
        Assert.Equal(on, hub.Metadata.GetMetadata<HttpConnectionDispatcherOptions>()?.CloseOnAuthenticationExpiration ?? on);
    }
}
