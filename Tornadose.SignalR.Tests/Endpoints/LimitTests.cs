using System.Globalization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>What each wire reports at a limit, and that the client below the limit is admitted.</summary>
public sealed class LimitTests
{
    public static TheoryData<string, string> AtTheDoor
    {
        get
        {
            var table = new TheoryData<string, string>();
            foreach (var limit in new[] { "full", "store_full", "user_full", "joins" })
                foreach (var wire in OpenStream.Wires)
                    table.Add(limit, wire);
            return table;
        }
    }

    [Theory, Case("PROC-07", "PROC-08", "HTTP-32", "SEC-13"), MemberData(nameof(AtTheDoor))]
    public async Task Subscribe_OverALimit_IsRefusedAsTheWireHasIt(string limit, string wire)
    {
        await using var host = await StartAsync(limit, most: 2);
        await using var metrics = MetricsRecorder.Of(host, "subscribers.refused");
        await using var first = await OpenStream.OpenAsync(host, wire, store: "plain");
        await using var second = await OpenStream.OpenAsync(host, wire, store: "plain");
        Assert.Equal(Expected(limit, wire), await TryAsync(host, wire));
        Assert.Equal((2, 1), (host.Subscribers(), metrics.Sum("subscribers.refused", $"reason={limit}")));
        await second.DisposeAsync();
        await host.UntilSubscribersAsync(1);
        if (limit == "joins")
            return; // a free permit does not shorten the wait
        await using var third = await OpenStream.OpenAsync(host, wire, store: "plain");
        host.Logs.AssertNoErrors();
    }

    [Theory, Case("SEC-17"), InlineData("sse"), InlineData("ndjson"), InlineData("websocket"), InlineData("hub"), InlineData("watch"),
        InlineData("json")]
    public async Task Resume_OverTheBudget_IsRefusedAndLosesNothing(string wire)
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time, configure: options => options.MaxReplayedPerSecond = 1);
        await using var metrics = MetricsRecorder.Of(host, "subscribers.refused");
        var ids = await host.Get<IStoreProvider>().GetStore("plain").PublishNumberedAsync(10);
        Assert.Equal("in", await TryAsync(host, wire, ids[0])); // nine, or ten in a snapshot, of a burst of ten
        await host.UntilSubscribersAsync(0);
        Assert.Equal(wire == "json" ? "429" : Expected("replay", wire), await TryAsync(host, wire, ids[0]));
        Assert.Equal(1, metrics.Sum("subscribers.refused", "reason=replay"));
        await host.UntilSubscribersAsync(0);
        Assert.Equal("in", wire == "json" ? "in" : await TryAsync(host, wire, ids[^1])); // nothing to replay
        await host.UntilSubscribersAsync(0);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("in", await TryAsync(host, wire, ids[0]));
        await host.UntilSubscribersAsync(0);
    }

    [Fact, Case("SEC-17")]
    public async Task Resume_OverTheBudget_AnEventSourceGetsEverythingLater()
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time, configure: options =>
        {
            options.MaxReplayedPerSecond = 1;
            (options.RetryMin, options.RetryMax) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
        });
        await host.Get<IStoreProvider>().GetStore("plain").PublishNumberedAsync(12);
        await using var greedy = await RawSse.OpenAsync(host.Url("/stores/plain?from=earliest"));
        await using var client = NodeClient.EventSource(host.Url("/stores/plain?last=5"));
        await client.NextAsync("error");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(
            ["m8", "m9", "m10", "m11", "m12"],
            (await client.TakeAsync("message", 5)).Select(message => message.GetProperty("data").GetString()!));
    }

    /// <summary>The amount that a client can have replayed does not depend on how often it asks.</summary>
    [Fact, Case("SEC-17")]
    public async Task Resume_LoopWithTheOldestId_GetsWhatTheBudgetHasAndNoMore()
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time, configure: options => options.MaxReplayedPerSecond = 1000);
        await using var metrics = MetricsRecorder.Of(host, "messages.delivered", "subscribers.refused");
        var ids = await host.Get<IStoreProvider>().GetStore("plain").PublishNumberedAsync(1000);
        for (var second = 0; second < 2; second++)
        {
            for (var attempt = 0; attempt < 50; attempt++)
                await TryAsync(host, "ndjson", ids[0]);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await host.UntilSubscribersAsync(0);
        Assert.InRange(metrics.Sum("messages.delivered"), 0, 11 * 999); // a burst of ten seconds' worth, then one second's
        Assert.Equal(100 - 11, metrics.Sum("subscribers.refused", "reason=replay"));
    }

    [Fact, Case("PROC-08", "HTTP-32")]
    public async Task Joins_HerdAtOnce_IsLetInAtThePaceAndTheOthersGoOn()
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time, configure: options => options.MaxJoinsPerSecond = 25);
        await using var first = await RawSse.OpenAsync(host.Url("/stores/plain"));
        await host.UntilSubscribersAsync(1);
        time.Advance(TimeSpan.FromSeconds(1));
        var herd = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => TryAsync(host, "sse")));
        Assert.Equal((25, 175), (herd.Count(outcome => outcome == "in"), herd.Count(outcome => outcome == "come back")));
        await host.Get<IStoreProvider>().GetStore("plain").PublishAsync("x");
        Assert.Equal("x", (await first.NextAsync()).Data);
    }

    [Fact, Case("PROC-07")]
    public async Task PerUser_NobodySignedIn_CountsTheAddressOrTheApplicationsKey()
    {
        await using var byAddress = await RolesApp.StartAsync(configure: options => options.MaxSubscribersPerUser = 1);
        await using var first = await RawSse.OpenAsync(byAddress.Url("/stores/plain"));
        await byAddress.UntilSubscribersAsync(1);
        Assert.Equal("429", await TryAsync(byAddress, "ndjson", user: null));
        Assert.Equal("in", await TryAsync(byAddress, "ndjson"));
        await using var byKey = await RolesApp.StartAsync(
            configure: options => (options.MaxSubscribersPerUser, options.LimitKey) = (1, _ => null));
        await using var one = await RawSse.OpenAsync(byKey.Url("/stores/plain"));
        Assert.Equal("in", await TryAsync(byKey, "ndjson", user: null));
    }

    private static Task<TestHost> StartAsync(string limit, int most) => RolesApp.StartAsync(
        time: new FakeTimeProvider(),
        configure: options =>
        {
            (options.RetryMin, options.RetryMax) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3));
            if (limit == "full")
                options.MaxSubscribers = most;
            if (limit == "user_full")
                options.MaxSubscribersPerUser = most;
            if (limit == "joins")
                options.MaxJoinsPerSecond = most;
        },
        build: builder =>
            builder.Services.Configure<StoreOptions>("plain", options => options.MaxSubscribers = limit == "store_full" ? most : null));

    private static string Expected(string limit, string wire) => (wire, limit) switch
    {
        ("sse", _) => "come back",
        ("ndjson" or "websocket", "user_full" or "replay") => "429",
        ("ndjson" or "websocket", _) => "503",
        (_, "user_full") => $"[rate-limited] {AdmissionRefusal.UserFull.Description}",
        (_, "store_full") => $"[unavailable] {AdmissionRefusal.StoreFull.Description}",
        (_, "replay") => $"[rate-limited] {AdmissionRefusal.TooMuchReplayed.Description}",
        _ => $"[unavailable] {AdmissionRefusal.Full.Description}",
    };

    private static Task<string> TryAsync(TestHost host, string wire, string? after = null, string? user = "ann") =>
        wire is "hub" or "watch" ? TryHubAsync(host, wire, after) : TryHttpAsync(host, wire, after, user);

    private static async Task<string> TryHttpAsync(TestHost host, string wire, string? after, string? user)
    {
        (string, string)[] headers = wire == "websocket"
            ? [.. RawWs.HandshakeHeaders]
            : [("Accept", wire switch { "sse" => "text/event-stream", "json" => "application/json", _ => "application/x-ndjson" })];
        await using var answer = await RawHttp.GetAsync(
            host.Url($"/stores/plain?after={after}{(user is null ? "" : $"&user={user}")}"), headers);
        if (answer.Status is not (200 or 101))
        {
            Assert.InRange(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 4);
            return $"{answer.Status}";
        }

        if (wire == "sse" && answer.Header("Tornadose-Resume") is null)
        {
            Assert.Matches("^:[^\n]*\n\n?retry: [0-9]+\n\n$", await answer.ReadTextAsync());
            return "come back";
        }

        return "in";
    }

    private static async Task<string> TryHubAsync(TestHost host, string wire, string? after)
    {
        await using var hub = await HubClient.StartAsync(host.WebSocketUrl("/hub?user=ann"));
        try
        {
            if (wire == "hub")
                await hub.InvokeAsync<string>("Resume", "plain", after).WithTimeout();
            else
                await WatchAsync(host, hub, after);
            return "in";
        }
        catch (HubException refused)
        {
            return refused.Message.Split("HubException: ")[^1];
        }
    }

    /// <summary>A refused stream shows the refusal only when it is read.</summary>
    private static async Task WatchAsync(TestHost host, HubConnection hub, string? after)
    {
        var registry = host.Get<SubscriberRegistry>();
        var before = registry.Subscribers.Count();
        var stream = await hub.StreamAsChannelAsync<object>("WatchAfter", "plain", after).WithTimeout();
        var read = stream.WaitToReadAsync().AsTask();
        await Eventually.TrueAsync(() => read.IsCompleted || registry.Subscribers.Count() > before);
        if (read.IsCompleted)
            await read;
    }
}
