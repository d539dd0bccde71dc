using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>At most one batch an interval; a data store sends only its newest value.</summary>
public sealed class PaceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();

    [Theory, MemberData(nameof(WireReader.Wires), MemberType = typeof(WireReader))]
    public async Task Every_OnAnyWire_GivesTheNewestAtTheEndOfTheTime(string wire)
    {
        await using var host = await StoresApp.StartAsync(_time);
        await using var reader = await WireReader.OpenAsync(wire, host.Url("/stores/weather?every=1s"));
        await CheckAsync(host, async () => (await reader.NextAsync()).Data);
    }

    [Fact]
    public async Task Every_OfAList_HoldsForAllOfThemTogether()
    {
        await using var host = await StoresApp.StartAsync(_time);
        await using var reader = await WireReader.OpenAsync("ndjson", host.Url("/stores?store=weather&store=orders&every=1s"));
        await CheckAsync(host, async () => (await reader.NextAsync()).Data);
        await host.OrdersStore().PublishNumberedAsync(2);
        await host.UntilIdleAsync(); // the second of the last message has begun
        _time.Advance(Second);
        Assert.Equal(["m1", "m2"], (await reader.TakeAsync(2)).Select(static message => message.Data));
    }

    [Theory, InlineData("ResumeEvery"), InlineData("WatchEvery")]
    public async Task Every_OverTheHub_IsTheSame(string method)
    {
        await using var host = await StartHubAsync();
        await using var client = await HubClient.StartAsync(host.WebSocketUrl("/hub"));
        var values = System.Threading.Channels.Channel.CreateUnbounded<string>();
        client.On<string, StoreClientMessage>("Message", (_, message) => values.Writer.TryWrite($"{message.Data}"));
        if (method == "ResumeEvery")
            await client.InvokeAsync<string>(method, "weather", null, 1000).WithTimeout();
        else
            _ = RelayAsync(client, values.Writer);
        await CheckAsync(host, () => values.Reader.ReadAsync().AsTask().WithTimeout());
    }

    [Theory, InlineData("ResumeEvery", 49), InlineData("ResumeEvery", 60_001), InlineData("ResumeEvery", -1), InlineData("WatchEvery", 0)]
    public async Task Every_OutOfRangeOverTheHub_IsRefusedInWords(string method, int milliseconds)
    {
        await using var host = await StartHubAsync();
        await using var client = await HubClient.StartAsync(host.WebSocketUrl("/hub"));
        var refused = await Assert.ThrowsAsync<HubException>(async () =>
        {
            if (method == "ResumeEvery")
                await client.InvokeAsync<string>(method, "weather", null, milliseconds).WithTimeout();
            else
                await client.StreamAsync<object>(method, "weather", null, milliseconds).GetAsyncEnumerator().MoveNextAsync().AsTask()
                    .WithTimeout();
        });
        Assert.EndsWith(
            $"[invalid] The time between two batches is {milliseconds} ms; it must be from 50 to 60000.", refused.Message,
            StringComparison.Ordinal);
        Assert.Equal(0, host.Subscribers());
    }

    [Theory, InlineData("49ms"), InlineData("61s"), InlineData("0"), InlineData("often"), InlineData("-1s"), InlineData("")]
    public async Task Every_NoTimeFromFiftyMillisecondsToAMinute_IsRefused(string every)
    {
        await using var host = await StoresApp.StartAsync(_time);
        foreach (var headers in new[] { [("Accept", "text/event-stream")], RawWs.HandshakeHeaders.ToArray() })
        {
            await using var http = await RawHttp.GetAsync(host.Orders($"?every={every}"), headers);
            Assert.Equal(400, http.Status);
            Assert.Contains("'every=500ms'", await http.ReadTextAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_OfALongPoll_DoesNotHoldUpItsAnswer()
    {
        await using var host = await StoresApp.StartAsync(_time);
        await host.OrdersStore().PublishNumberedAsync(3);
        await using var http = await RawHttp.GetAsync(
            host.Orders("?wait=30s&every=60s&from=earliest"), ("Accept", "application/json"), ("Connection", "close"));
        Assert.Contains("m3", await http.ReadTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MinInterval_OfAStore_HoldsForThoseWhoDoNotAsk()
    {
        await using var host = await TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_time);
                builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero)
                    .AddDataStore("weather", static weather => weather.MinInterval = Second);
            },
            static app => app.MapStores("/stores"));
        await using var reader = await WireReader.OpenAsync("sse", host.Url("/stores/weather?every=50ms"));
        await CheckAsync(host, async () => (await reader.NextAsync()).Data);
    }

    private async Task CheckAsync(TestHost host, Func<Task<string>> nextAsync)
    {
        await host.UntilSubscribersAsync(1);
        await host.WeatherStore().PublishAsync("rain");
        Assert.Equal("rain", await nextAsync());
        await host.WeatherStore().PublishAsync("hail");
        await host.WeatherStore().PublishAsync("sun");
        _time.Advance(Second);
        Assert.Equal("sun", await nextAsync());
        _time.Advance(Second);
    }

    private static async Task RelayAsync(HubConnection client, System.Threading.Channels.ChannelWriter<string> values)
    {
        await foreach (var item in client.StreamAsync<StoreClientMessage>("WatchEvery", "weather", null, 1000))
            values.TryWrite($"{item.Data}");
    }

    private Task<TestHost> StartHubAsync() => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_time);
            builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero).AddDataStore("weather");
        },
        static app => app.MapStoreHub("/hub"));
}
