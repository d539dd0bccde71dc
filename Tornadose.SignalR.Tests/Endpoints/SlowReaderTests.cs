using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class SlowReaderTests
{
    private const int SmallWindow = 4096;

    public static TheoryData<string> Wires => WireReader.Wires;

    [Theory]
    [Case("SLOW-01")]
    [MemberData(nameof(Wires))]
    public async Task Stalled_AmongHealthyOnes_DelaysNobody(string wire)
    {
        const int messages = 1000;
        var text = new string('x', 10_000);
        await using var host = await StoresApp.StartAsync(
            orders => (orders.MaxBytes, orders.SendTimeout) = (64 * 1024 * 1024, TimeSpan.FromHours(1)));
        await using var stalled = await WireReader.OpenAsync(wire, host.Orders(), SmallWindow);
        var healthy = new List<WireReader>();
        for (var reader = 0; reader < 9; reader++)
            healthy.Add(await WireReader.OpenAsync(WireReader.Wires.ElementAt(reader % 3).Data, host.Orders()));
        await host.UntilSubscribersAsync(10);
        var reading = healthy.Select(reader => Task.Run(() => reader.TakeAsync(messages))).ToArray();
        var ids = new List<string>();
        for (var message = 0; message < messages; message++)
            ids.Add((await host.OrdersStore().PublishAsync(text)).ToString());
        foreach (var read in await Task.WhenAll(reading).WithTimeout(TimeSpan.FromMinutes(2)))
            Assert.Equal(ids, read.Select(message => message.Id!));
        Assert.Equal(10, host.Subscribers());
        foreach (var reader in healthy)
            await reader.DisposeAsync();
    }

    [Theory]
    [Case("SLOW-05")]
    [MemberData(nameof(Wires))]
    public async Task Stalled_ThenReadingAgainInsideTheWindow_LosesNothing(string wire)
    {
        await using var host = await StoresApp.StartAsync(
            orders => (orders.MaxBytes, orders.SendTimeout) = (64 * 1024 * 1024, TimeSpan.FromHours(1)));
        await using var reader = await WireReader.OpenAsync(wire, host.Orders(), SmallWindow);
        await host.UntilSubscribersAsync(1);
        var text = new string('x', 10_000);
        for (var message = 0; message < 1000; message++)
            await host.OrdersStore().PublishAsync(text);
        var offsets = (await reader.TakeAsync(1000))
            .Select(message => MessagePosition.TryParse(message.Id, out var position) ? position.Offset : 0);
        Assert.Equal(Enumerable.Range(1, 1000).Select(offset => (long)offset), offsets);
    }

    [Theory]
    [Case("SLOW-04")]
    [MemberData(nameof(Wires))]
    public async Task Stalled_BeyondTheWindow_GetsAResetForEveryGap(string wire)
    {
        await using var host = await StoresApp.StartAsync(orders => (orders.Capacity, orders.SendTimeout) = (10, TimeSpan.FromHours(1)));
        await using var reader = await WireReader.OpenAsync(wire, host.Orders(), SmallWindow);
        await host.UntilSubscribersAsync(1);
        var text = new string('x', 100_000);
        for (var message = 0; message < 200; message++)
            await host.OrdersStore().PublishAsync(text);
        var (offset, resets, top) = (0L, 0, host.OrdersStore().Position.Offset);
        while (offset < top)
        {
            var message = await reader.NextAsync();
            Assert.True(MessagePosition.TryParse(message.Id, out var position));
            Assert.True(message.Reset is null ? position.Offset == offset + 1 : message.Reset == "slow" && position.Offset > offset);
            (offset, resets) = (position.Offset, resets + (message.Reset is null ? 0 : 1));
        }

        Assert.NotEqual(0, resets);
        await host.OrdersStore().PublishAsync("next");
        Assert.Equal("next", (await reader.NextAsync()).Data);
    }

    [Theory]
    [Case("SLOW-03", "WS-17", "PROC-12")]
    [MemberData(nameof(Wires))]
    public async Task Stalled_LongerThanTheSendTimeout_IsCutAsSlow(string wire)
    {
        await using var host = await StoresApp.StartAsync(
            orders => (orders.MaxBytes, orders.SendTimeout) = (64 * 1024 * 1024, TimeSpan.FromMilliseconds(100)));
        using var ended = MetricsRecorder.Of(host, "subscribers.ended");
        await using var reader = await WireReader.OpenAsync(wire, host.Orders(), SmallWindow);
        await host.UntilSubscribersAsync(1);
        var text = new string('x', 100_000);
        for (var message = 0; message < 200; message++)
            await host.OrdersStore().PublishAsync(text);
        await host.UntilSubscribersAsync(0);
        await Eventually.TrueAsync(
            () => ended.Count("subscribers.ended") == 1 && host.Logs.GetSnapshot().Any(entry => entry.Level == LogLevel.Warning));
        Assert.Equal(1, ended.Sum("subscribers.ended", $"transport={wire}", "reason=slow"));
        var warning = Assert.Single(
            host.Logs.GetSnapshot(),
            entry => entry.Category!.StartsWith("Tornadose", StringComparison.Ordinal) && entry.Level >= LogLevel.Warning);
        Assert.Contains("read too slowly", warning.Message);
    }

    [Theory]
    [Case("SLOW-04", "WS-18")]
    [InlineData("websocket")]
    [InlineData("sse")]
    public async Task Disconnect_IsThePolicy_EndsTheSubscriptionAsSlow(string wire)
    {
        await using var host = await StoresApp.StartAsync(orders =>
            (orders.Capacity, orders.SendTimeout, orders.SlowConsumer) = (10, TimeSpan.FromHours(1), SlowConsumerPolicy.Disconnect));
        using var ended = MetricsRecorder.Of(host, "subscribers.ended");
        await using var reader = await WireReader.OpenAsync(wire, host.Orders(), SmallWindow);
        await host.UntilSubscribersAsync(1);
        var text = new string('x', 100_000);
        for (var message = 0; message < 200; message++)
            await host.OrdersStore().PublishAsync(text);
        await Assert.ThrowsAnyAsync<Exception>(async () => await reader.TakeAsync(200));
        await reader.DisposeAsync();
        await Eventually.TrueAsync(() => ended.Count("subscribers.ended") == 1);
        Assert.Equal(1, ended.Sum("subscribers.ended", $"transport={wire}", "reason=slow"));
    }
}
