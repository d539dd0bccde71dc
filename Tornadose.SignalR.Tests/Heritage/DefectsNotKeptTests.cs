using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Delivery;
using Tornadose.SignalR.Tests.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Heritage;

/// <summary>Defects of Python's tornadose 0.4: each test shows that one does not return.</summary>
public sealed class DefectsNotKeptTests
{
    [Theory, InlineData("text/event-stream"), InlineData("application/x-ndjson")]
    public async Task Headers_BeforeTheFirstMessage_AreSent(string accept)
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.GetAsync(host.Orders(), ("Accept", accept)); // returns with the headers
        Assert.Equal((200, 0), (http.Status, host.OrdersStore().Position.Offset));
    }

    [Theory, InlineData("a\nb"), InlineData("a\r\nb"), InlineData("a\rb"), InlineData("a\n\nb"), InlineData("\n"),
        InlineData("a\ndata: b\nid: 7\n\n")]
    public async Task Frame_MessageWithNewlines_IsNotBroken(string text)
    {
        await using var host = await StoresApp.StartAsync();
        await using var client = await RawSse.OpenAsync(host.Orders());
        await host.OrdersStore().PublishAsync(text);
        var next = await host.OrdersStore().PublishAsync("next");
        Assert.Equal(text.ReplaceLineEndings("\n"), (await client.NextAsync()).Data);
        var last = await client.NextAsync();
        Assert.Equal(("next", next.ToString()), (last.Data, last.Id));
    }

    [Fact]
    public async Task Departure_WithoutAMessage_IsNoticed()
    {
        await using var host = await StoresApp.StartAsync();
        var events = await RawSse.OpenAsync(host.Orders());
        var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(2);
        events.Http.Abort();
        socket.Http.Abort();
        await host.UntilSubscribersAsync(0);
    }

    [Theory, InlineData("PUT", "Accept", "*/*", 405), InlineData("GET", "Upgrade", "websocket", 426),
        InlineData("GET", "Accept", "image/png", 406), InlineData("HEAD", "Accept", "*/*", 200)]
    public async Task Request_Refused_LeavesNoSubscriberBehind(string method, string header, string value, int status)
    {
        await using var host = await StoresApp.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await using var http = await RawHttp.SendAsync(host.Orders(), method, [(header, value)]);
            Assert.Equal(status, http.Status);
        }

        Assert.Equal(0, host.Subscribers());
    }

    [Fact]
    public async Task Subscriber_Late_GetsTheValue()
    {
        await using var host = await StoresApp.StartAsync();
        await host.WeatherStore().PublishAsync("21");
        await using var client = await RawSse.OpenAsync(host.Url("/stores/weather"));
        Assert.Equal("21", (await client.NextAsync()).Data);
    }

    [Fact]
    public async Task Connection_Lost_LosesNoMessage()
    {
        await using var host = await StoresApp.StartAsync();
        await using var client = await RawSse.OpenAsync(host.Orders());
        var ids = await host.OrdersStore().PublishNumberedAsync(1);
        Assert.Equal(ids[0], (await client.NextAsync()).Id);
        await client.DisposeAsync();
        await host.OrdersStore().PublishNumberedAsync(2, from: 2);
        await using var again = await RawSse.OpenAsync(host.Orders(), ("Last-Event-ID", ids[0]));
        Assert.Equal(["m2", "m3"], (await again.TakeAsync(2)).Select(static message => message.Data));
    }

    [Fact]
    public async Task Subscriber_NotReading_QueuesNothing()
    {
        await using var host = await StoresApp.StartAsync(
            static orders => (orders.Capacity, orders.SendTimeout) = (10, TimeSpan.FromHours(1)));
        await using var stalled = await RawHttp.SendAsync(host.Orders(), "GET", receiveBufferBytes: 4096);
        await host.UntilSubscribersAsync(1);
        var text = new string('x', 100_000);
        for (var i = 0; i < 200; i++)
        {
            var publishing = host.OrdersStore().PublishAsync(text);
            Assert.True(publishing.IsCompletedSuccessfully); // it waits for nobody
        }

        Assert.Equal(10, host.OrdersStore().GetSnapshot().Messages.Count);
        Assert.Equal(1, host.Subscribers());
    }

    [Fact]
    public async Task Connection_Silent_HasAHeartbeat()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock);
        await using var http = await RawHttp.GetAsync(host.Orders());
        var text = "";
        while (!text.EndsWith("\n\n", StringComparison.Ordinal))
            text += Encoding.UTF8.GetString(await http.ReadAsync());
        await host.UntilSubscribersAsync(1);
        clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(":\n\n", Encoding.UTF8.GetString(await http.ReadAsync()));
    }

    [Fact]
    public async Task Redis_NotAnswering_BlocksNoThread()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var host = await TwoNodes.StartNodeAsync(redis.ConnectionString);
        var store = host.Get<IStoreProvider>().GetStore(TwoNodes.Store);
        await store.PublishAsync("first").WithTimeout();
        redis.Suspend();
        var publishing = store.PublishAsync("second").AsTask();
        Assert.False(publishing.IsCompleted); // the call has returned
        redis.Resume();
        Assert.Equal(2, (await publishing.WithTimeout()).Offset);
    }

    [Fact]
    public async Task Failure_OfRedisOrAFormat_IsNotSwallowed()
    {
        await using (var away = await TwoNodes.StartNodeAsync($"127.0.0.1:{RedisProcess.FreePort()},connectTimeout=500"))
            await Assert.ThrowsAsync<StoreUnavailableException>(
                () => away.Get<IStoreProvider>().GetStore(TwoNodes.Store).PublishAsync("lost").AsTask().WithTimeout());
        await using var host = await StoresApp.StartAsync(
            build: static builder => builder.Services.AddTornadose().AddStreamFormat<FailingFormat>());
        await using var http = await RawHttp.GetAsync(host.Orders(), ("Accept", "text/x-failing"));
        await host.OrdersStore().PublishAsync("x");
        Assert.Empty(await http.ReadToEndAsync());
        await host.UntilSubscribersAsync(0);
        var entry = Assert.Single(host.Logs.GetSnapshot(), static entry => entry.Level == LogLevel.Error);
        Assert.Equal("This format never worked.", entry.Exception!.Message);
    }

    [Fact]
    public async Task Bytes_OfAText_ArriveAsThatText()
    {
        await using var host = await StoresApp.StartAsync();
        await using var client = await RawSse.OpenAsync(host.Orders());
        await host.OrdersStore().PublishUtf8Async("grüß dich"u8.ToArray());
        Assert.Equal("grüß dich", (await client.NextAsync()).Data);
        await Assert.ThrowsAsync<ArgumentException>(() => host.OrdersStore().PublishUtf8Async(new byte[] { 0xff }).AsTask());
    }

    private sealed class FailingFormat() : StreamFormat(
        "failing", "text/x-failing",
        new FakeEncoder(keepsAlive: false) { OnEncode = static _ => throw new InvalidOperationException("This format never worked.") });
}
