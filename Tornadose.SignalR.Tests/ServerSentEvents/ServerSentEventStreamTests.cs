using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.ServerSentEvents;

public sealed class ServerSentEventStreamTests
{
    [Fact]
    [Case("SSE-08", "SSE-14")]
    public async Task Stream_NoMessageYet_BeginsWithCommentAndRetry()
    {
        await using var host = await StoresApp.StartAsync(
            options: options => (options.RetryMin, options.RetryMax) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)));
        await using var sse = await RawSse.OpenAsync(host.Orders());
        await sse.UntilAsync(reader => reader.ReconnectionTime is not null);
        Assert.Matches("^:\nretry: [0-9]+\n\n$", sse.Text);
        Assert.InRange(sse.ReconnectionTime!.Value, 2000, 3000);
    }

    [Fact]
    [Case("SSE-14")]
    public async Task Stream_FirstMessageBeginsWithByteOrderMark_KeepsIt()
    {
        await using var host = await StoresApp.StartAsync();
        await host.WeatherStore().PublishAsync("\uFEFFsunny");
        await using var sse = await RawSse.OpenAsync(host.Url("/stores/weather"));
        Assert.Equal("\uFEFFsunny", (await sse.NextAsync()).Data);
    }

    [Theory]
    [Case("SSE-05", "SSE-16", "SSE-17", "SEC-06")]
    [InlineData("a\nb")]
    [InlineData("a\rdata: x")]
    [InlineData("a\0")]
    [InlineData("a\u2028")]
    [InlineData("a\u0085")]
    [InlineData("tornadose.reset")]
    [InlineData("Tornadose.x")]
    public async Task Publish_EventTypeRefused_PutsNothingOnTheWire(string type)
    {
        await using var host = await StoresApp.StartAsync();
        await using var sse = await RawSse.OpenAsync(host.Orders());
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await host.OrdersStore().PublishAsync("wrong", new PublishOptions { EventType = type }));
        await host.OrdersStore().PublishAsync("good", new PublishOptions { EventType = "message" });
        var next = await sse.NextAsync();
        Assert.Equal(("good", "message"), (next.Data, next.Type));
        Assert.DoesNotContain("event:", sse.Text);
        Assert.DoesNotContain("wrong", sse.Text); // not a word that can occur in an id
    }

    [Fact]
    [Case("SSE-12")]
    public async Task Publish_Null_ThrowsAndSendsNothing()
    {
        await using var host = await StoresApp.StartAsync();
        await using var sse = await RawSse.OpenAsync(host.Orders());
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await host.OrdersStore().PublishAsync((string)null!));
        await host.OrdersStore().PublishAsync("");
        Assert.Equal("", (await sse.NextAsync()).Data);
    }

    [Fact]
    [Case("SSE-15")]
    public async Task Stream_CutInsideAnEvent_IsReplayedAfterTheLastWholeId()
    {
        await using var host = await StoresApp.StartAsync();
        await using var sse = await RawSse.OpenAsync(host.Orders());
        await host.OrdersStore().PublishNumberedAsync(2);
        var bytes = new List<byte>();
        while (!bytes.ToArray().AsSpan().EndsWith("m2\n\n"u8))
            bytes.AddRange(await sse.Http.ReadAsync());
        var cut = new SseReader();
        cut.Push(bytes.ToArray().AsSpan()[..^1]);
        await using var again = await RawSse.OpenAsync(host.Orders(), ("Last-Event-ID", cut.LastEventId));
        Assert.Equal(["m1"], cut.Events.Select(message => message.Data));
        Assert.Equal("m2", (await again.NextAsync()).Data);
    }

    [Fact]
    [Case("SSE-18")]
    public async Task Stream_Ids_AreShortAndSafe()
    {
        await using var host = await StoresApp.StartAsync();
        await using var sse = await RawSse.OpenAsync(host.Orders());
        var ids = await host.OrdersStore().PublishNumberedAsync(50);
        Assert.Equal(ids, (await sse.TakeAsync(50)).Select(message => message.Id!));
        Assert.All(ids, id => Assert.Matches("^[A-Za-z0-9-]{1,64}$", id));
    }

    [Theory]
    [Case("SSE-20")]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(16)]
    public async Task Publish_MebibytesUpToTheLimit_ArriveWholeAndBeyondItThrow(int mebibytes)
    {
        var size = mebibytes * 1024 * 1024;
        await using var host = await StoresApp.StartAsync(orders => (orders.MaxMessageBytes, orders.MaxBytes) = (size, 64 * 1024 * 1024));
        await using var http = await RawHttp.GetAsync(host.Orders());
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await host.OrdersStore().PublishAsync(new string('x', size + 1)));
        await host.OrdersStore().PublishAsync(new string('x', size));
        var received = 0L;
        while (received < size)
            received += (await http.ReadAsync()).Count(value => value == (byte)'x');
        Assert.Equal(size, received);
    }

    [Fact]
    [Case("SSE-19")]
    public async Task KeepAlive_WhileEventsAreWritten_NeverTouchesThem()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock, orders => orders.SendTimeout = TimeSpan.FromHours(1));
        await using var sse = await RawSse.OpenAsync(host.Orders());
        var ticking = Task.Run(() =>
        {
            for (var run = 0; run < 1000; run++)
                clock.Advance(TimeSpan.FromSeconds(15));
        });
        var ids = await host.OrdersStore().PublishNumberedAsync(1000);
        var events = await sse.TakeAsync(1000);
        await ticking.WithTimeout();
        Assert.Equal(ids, events.Select(message => message.Id!));
        Assert.Equal(Enumerable.Range(1, 1000).Select(number => $"m{number}"), events.Select(message => message.Data));
        Assert.All(sse.Comments, comment => Assert.Equal("", comment));
    }
}
