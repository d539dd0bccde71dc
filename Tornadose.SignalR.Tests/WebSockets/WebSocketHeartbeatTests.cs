using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>R11 of the reports: a page cannot see pings, so it requests heartbeat messages that it can see.</summary>
public sealed class WebSocketHeartbeatTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Heartbeat_SilenceOfThatLength_IsBrokenByAMessageWithoutContent()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock);
        await using var socket = await RawWs.OpenAsync(host.Orders("?heartbeat=5s"));
        await host.UntilSubscribersAsync(1);
        for (var beat = 0; beat < 2; beat++)
        {
            clock.Advance(5 * Second);
            Assert.Equal("{}", await socket.NextTextAsync());
            await host.UntilIdleAsync();
        }

        clock.Advance(4 * Second);
        await host.OrdersStore().PublishAsync("m1");
        Assert.Contains("m1", await socket.NextTextAsync(), StringComparison.Ordinal); // without a heartbeat before it
        await host.UntilIdleAsync();
        clock.Advance(4 * Second);
        await host.OrdersStore().PublishAsync("m2");
        Assert.Contains("m2", await socket.NextTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heartbeat_NotAskedFor_IsNotSent()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock);
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        clock.Advance(60 * Second);
        await host.OrdersStore().PublishAsync("m1");
        Assert.Contains("m1", await socket.NextTextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0s"), InlineData("99ms"), InlineData("6m"), InlineData("often"), InlineData(""), InlineData("-5s")]
    public async Task Heartbeat_NoTimeBetweenATenthOfASecondAndFiveMinutes_IsRefused(string time)
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.SendAsync(host.Orders($"?heartbeat={time}"), "GET", RawWs.HandshakeHeaders);
        Assert.Equal(400, http.Status);
        Assert.Equal(0, host.Subscribers());
    }

    [Fact]
    public async Task Heartbeat_OnBarePayloads_IsRefusedAsItWouldLookLikeAMessage()
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.SendAsync(
            host.Orders("?heartbeat=5s"), "GET", [.. RawWs.HandshakeHeaders, ("Sec-WebSocket-Protocol", "tornadose.raw")]);
        Assert.Equal(400, http.Status);
    }
}
