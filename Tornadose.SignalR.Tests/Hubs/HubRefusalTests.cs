using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A hub's refusal has a code for programs and a text for people, and is not an error of the server.</summary>
public sealed class HubRefusalTests
{
    public static TheoryData<string, string, string?, object?[]> Calls
    {
        get
        {
            var calls = new TheoryData<string, string, string?, object?[]>();
            (string, object?[])[] methods =
            [
                ("Subscribe", []), ("Resume", ["x"]), ("Watch", []), ("WatchAfter", ["x"]), ("Publish", ["text"]),
                ("PublishWith", ["text", null, null]),
            ];
            foreach (var (method, rest) in methods)
            {
                calls.Add("not-found", method, "ann", ["unknown", .. rest]);
                calls.Add("unauthorized", method, null, [RolesApp.Store, .. rest]);
                calls.Add("forbidden", method, "bob", [RolesApp.Store, .. rest]);
                calls.Add("unavailable", method, "ann", ["many/1", .. rest]);
            }

            calls.Add("forbidden", "Publish", "ann", ["plain", "it has no publish policy"]);
            calls.Add("too-large", "Publish", "ann", [RolesApp.Store, new string('x', 1001)]);
            calls.Add("invalid", "PublishWith", "ann", [RolesApp.Store, "text", "tornadose.own", null]);
            calls.Add("invalid", "PublishWith", "ann", [RolesApp.Store, "text", null, new string('k', 257)]);
            return calls;
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_Refused_HasItsCodeAndIsNoErrorInTheLog(string code, string method, string? user, object?[] arguments)
    {
        await using var host = await RolesApp.StartAsync(
            configure: options => options.MaxStores = 1,
            add: stores => stores.AddQueueStore("many/{number}"),
            build: builder => builder.Services.Configure<StoreOptions>("devices/{owner}", options => options.MaxMessageBytes = 1000));
        if (code == "unavailable")
            await host.Get<IStoreProvider>().GetStore(RolesApp.Store).PublishAsync("holds the only place");
        await using var client = await StartAsync(host, user);
        var refusal = await Assert.ThrowsAsync<HubException>(() => CallAsync(client, method, arguments));
        Assert.Matches($@"HubException: \[{code}\] [A-Z].+\.\)?$", refusal.Message);
        AssertQuiet(host);
        await host.UntilSubscribersAsync(0);
    }

    [Fact]
    public async Task Publish_BackplaneAway_IsUnavailable()
    {
        await using var host = await HubCallTests.StartWithPublishingAsync(
            signalR => signalR.Services.AddSingleton<IBackplane, AwayBackplane>());
        await using var client = await host.ConnectAsync();
        var refusal = await Assert.ThrowsAsync<HubException>(
            () => client.Connection.InvokeAsync<string>("Publish", "orders", "x").WithTimeout());
        Assert.Contains("HubException: [unavailable] ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refusal.Message, StringComparison.Ordinal);
        AssertQuiet(host.Host);
    }

    [Theory]
    [InlineData("too_old", "unavailable")]
    [InlineData("dismissed", "forbidden")]
    public async Task Watch_EndedByTheServer_SaysWhetherToOpenItAgain(string reason, string code)
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await host.ConnectAsync();
        var reading = client.Connection.StreamAsync<object>("Watch", "orders").ToListAsync().AsTask();
        await Eventually.TrueAsync(() => host.Registry.Subscribers.Any());
        host.Registry.Subscribers.Single().End(reason == "dismissed" ? SubscriberEnd.Dismissed : SubscriberEnd.TooOld);
        var end = await Assert.ThrowsAsync<HubException>(() => reading.WithTimeout());
        Assert.Contains($"HubException: [{code}] ", end.Message, StringComparison.Ordinal);
        AssertQuiet(host.Host);
    }

    [Fact]
    public async Task Call_RefusedAgainAndAgain_EndsTheConnectionAndFloodsNoLog()
    {
        // All of them fall into one second, whatever the machine manages in one.
        await using var host = await HubHost.StartAsync(
            static builder => builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider()));
        await using var client = await MemoryHubConnection.ConnectAsync(host);
        await using var other = await host.SubscribeAsync();
        for (var call = 0; call < 5000 && !client.Served.IsCompleted; call++)
            await client.SendAsync(new InvocationMessage($"{call}", "Subscribe", ["unknown"]));
        await client.Served.WithTimeout();
        Assert.Contains(client.Writes.SelectMany(write => write), message => message is CloseMessage { AllowReconnect: true });
        Assert.Single(
            host.Host.Logs.GetSnapshot(),
            entry => entry.Level >= LogLevel.Information && entry.Category!.Contains("Tornadose", StringComparison.Ordinal));
        AssertQuiet(host.Host);
        await host.PublishAsync("1");
        Assert.Equal("1", (await other.NextAsync()).Data);
    }

    [Fact]
    public async Task Call_RefusedByTheHubOfTheApplication_IsLoggedAsEver()
    {
        await using var host = await HubHost.StartAsync(
            stores: stores => stores.AddHub<DerivedHubTests.CheckedHub>(),
            map: app => app.MapStoreHub<DerivedHubTests.CheckedHub>(HubHost.Path));
        await using var client = await host.ConnectAsync();
        await Assert.ThrowsAsync<HubException>(() => client.Connection.InvokeAsync<string>("Subscribe", "weather").WithTimeout());
        await Eventually.TrueAsync(
            () => host.Host.Logs.GetSnapshot().Any(entry => entry.Exception is HubException { Message: "Not for you." }));
    }

    [Theory]
    [InlineData("Watch")]
    [InlineData("Subscribe")]
    public async Task Subscriptions_OfOneConnection_AreBounded(string method)
    {
        await using var host = await HubHost.StartAsync(
            builder => builder.Services.Configure<TornadoseOptions>(options => options.MaxSubscriptionsPerConnection = 3),
            stores => stores.AddQueueStore("devices/{id}"));
        await using var metrics = MetricsRecorder.Of(host.Host, "subscribers.refused");
        await using var client = await host.ConnectAsync();
        await using var other = await host.ConnectAsync();
        var streams = new List<IAsyncEnumerator<object>>();
        for (var number = 0; number < 3; number++)
        {
            if (method == "Subscribe")
                await client.SubscribeAsync($"devices/{number}");
            else
                await WatchAsync(client, streams, number);
        }

        var refusal = await Assert.ThrowsAsync<HubException>(() => CallAsync(client.Connection, method, ["orders"]));
        Assert.Contains("HubException: [rate-limited] This connection has reached its limit", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((3, 1), (host.Registry.Count, metrics.Sum("subscribers.refused", "reason=connection_full")));
        await other.SubscribeAsync("orders");
        await client.UnsubscribeAsync("devices/0");
        if (method == "Subscribe")
            await client.SubscribeAsync("devices/9"); // a permit is available again
        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    private static async Task WatchAsync(HubSubscriber client, List<IAsyncEnumerator<object>> streams, int number)
    {
        var stream = client.Connection.StreamAsync<object>("WatchAfter", $"devices/{number}", "x").GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync().WithTimeout()); // the reset
        streams.Add(stream);
    }

    private static Task<HubConnection> StartAsync(TestHost host, string? user) =>
        HubClient.StartAsync(host.WebSocketUrl(user is null ? "/hub" : $"/hub?user={user}"));

    private static async Task CallAsync(HubConnection client, string method, object?[] arguments)
    {
        if (method.StartsWith("Watch", StringComparison.Ordinal))
            await client.StreamAsyncCore<object>(method, arguments).ToListAsync().WithTimeout();
        else
            await client.InvokeCoreAsync<string>(method, arguments).WithTimeout();
    }

    private static void AssertQuiet(TestHost host)
    {
        host.Logs.AssertNoErrors();
        Assert.DoesNotContain(host.Logs.GetSnapshot(), entry => entry.Exception is HubException);
    }

    /// <summary>A backplane that accepts no message.</summary>
    private sealed class AwayBackplane : IBackplane
    {
        private readonly LocalBackplane _local = new(TimeProvider.System);

        public IBackplaneChannel Open(string store, MessageLogLimits limits) => new Away(_local.Open(store, limits));

        private sealed class Away(IBackplaneChannel channel) : IBackplaneChannel
        {
            public MessageLog Log => channel.Log;

            public ValueTask<MessagePosition> AppendAsync(
                IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
                throw new StoreUnavailableException("s3cret address", mayBeStored: false);

            public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => channel.FollowAsync(cancellationToken);

            public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) =>
                channel.CatchUpAsync(position, cancellationToken);

            public ValueTask DisposeAsync() => channel.DisposeAsync();
        }
    }
}
