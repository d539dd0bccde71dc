using System.Globalization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class OverloadTests
{
    [Fact]
    [Case("HTTP-32", "PROC-07", "PROC-12")]
    public async Task Full_EventStream_IsToldToComeBackAndEnds()
    {
        await using var host = await StoresApp.StartAsync(options: options => options.MaxSubscribers = 1);
        using var metrics = MetricsRecorder.Of(host, "subscribers.refused");
        await using var first = await RawSse.OpenAsync(host.Orders());
        await using var second = await RawSse.OpenAsync(host.Orders());
        Assert.Null(await second.NextOrEndAsync());
        Assert.InRange(second.ReconnectionTime!.Value, 1000, 4000);
        Assert.Equal((1, 1), (host.Subscribers(), metrics.Sum("subscribers.refused", "reason=full", "transport=sse")));
    }

    [Theory]
    [Case("HTTP-32", "PROC-07", "PROC-12")]
    [InlineData("ndjson")]
    [InlineData("websocket")]
    public async Task Full_OtherClients_Get503AndRetryAfter(string wire)
    {
        await using var host = await StoresApp.StartAsync(options: options => options.MaxSubscribers = 1);
        await using var first = await RawSse.OpenAsync(host.Orders());
        using var metrics = MetricsRecorder.Of(host, "subscribers.refused");
        var headers = wire == "websocket" ? RawWs.HandshakeHeaders : [("Accept", "application/x-ndjson")];
        await using var http = await RawHttp.SendAsync(host.Orders(), "GET", headers);
        Assert.Equal(503, http.Status);
        Assert.InRange(int.Parse(http.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 4);
        Assert.Equal((1, 1), (host.Subscribers(), metrics.Sum("subscribers.refused", "reason=full", $"transport={wire}")));
    }

    [Fact]
    [Case("HTTP-32")]
    public async Task Full_AnEventSource_ComesBackByItselfWhenThereIsRoom()
    {
        await using var host = await StoresApp.StartAsync(options: options =>
            (options.MaxSubscribers, options.RetryMin, options.RetryMax) = (
                1, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)));
        await using var first = await RawSse.OpenAsync(host.Orders());
        await using var client = NodeClient.EventSource(host.Orders("?from=earliest"));
        await client.NextAsync("error");
        await first.DisposeAsync();
        await host.OrdersStore().PublishAsync("x");
        Assert.Equal("x", (await client.NextAsync("message")).GetProperty("data").GetString());
    }

    [Fact]
    [Case("PROC-07")]
    public async Task Full_Head_IsStillAnswered()
    {
        await using var host = await StoresApp.StartAsync(options: options => options.MaxSubscribers = 1);
        await using var first = await RawSse.OpenAsync(host.Orders());
        await using var head = await RawHttp.SendAsync(host.Orders(), "HEAD");
        Assert.Equal(200, head.Status);
    }

    [Fact]
    [Case("HTTP-34")]
    public async Task Retry_ManyConnections_DiffersWithinTheRange()
    {
        await using var host = await StoresApp.StartAsync();
        var times = new HashSet<long>();
        for (var connection = 0; connection < 20; connection++)
        {
            await using var sse = await RawSse.OpenAsync(host.Orders());
            await sse.UntilAsync(reader => reader.ReconnectionTime is not null);
            times.Add(sse.ReconnectionTime!.Value);
        }

        Assert.All(times, time => Assert.InRange(time, 1000, 4000));
        Assert.True(times.Count > 10, $"only {times.Count} different times");
    }
}
