using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class KeepAliveTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    [Case("HTTP-27")]
    public async Task Silence_FifteenSeconds_IsBrokenByAComment()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock);
        await using var sse = await OpenAsync(host);
        clock.Advance(15 * Second);
        await sse.UntilAsync(reader => reader.Comments.Count == 2);
        await host.UntilIdleAsync();
        clock.Advance(15 * Second);
        await sse.UntilAsync(reader => reader.Comments.Count == 3);
        Assert.EndsWith(":\n\n:\n\n", sse.Text);
    }

    [Fact]
    [Case("HTTP-27")]
    public async Task Silence_BrokenByData_StartsAnew()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock);
        await using var sse = await OpenAsync(host);
        for (var number = 1; number <= 3; number++)
        {
            clock.Advance(14 * Second);
            await host.OrdersStore().PublishAsync($"m{number}");
            Assert.Equal($"m{number}", (await sse.NextAsync()).Data);
            await host.UntilIdleAsync();
        }

        Assert.Single(sse.Comments);
    }

    [Fact]
    [Case("HTTP-27")]
    public async Task Clock_AfterTheClientHasGone_WritesNothing()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock);
        await using (await OpenAsync(host))
        {
        }

        await host.UntilSubscribersAsync(0);
        clock.Advance(60 * Second);
        host.Logs.AssertNothingFrom(Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    private static async Task<RawSse> OpenAsync(TestHost host)
    {
        var sse = await RawSse.OpenAsync(host.Orders());
        await sse.UntilAsync(reader => reader.Comments.Count == 1);
        return sse;
    }
}
