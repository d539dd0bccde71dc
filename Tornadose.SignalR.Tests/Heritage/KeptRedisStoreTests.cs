using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Heritage;

/// <summary>Behavior of <c>RedisStore</c> of Python's tornadose 0.4 that a store in Redis keeps.</summary>
public sealed class KeptRedisStoreTests(RedisFixture redis)
{
    [Fact]
    public async Task RedisStore_Channel_IsTheApplicationsChoiceAndAnythingMayPublishThere()
    {
        var server = await redis.GetAsync();
        var channel = $"{redis.NewPrefix()}*";
        await using var host = await StartAsync(server.ConnectionString, options => options.Channels["orders"] = channel);
        await using var client = await RawSse.OpenAsync(host.Url("/stores/orders"));
        await server.CommandAsync("PUBLISH", $"{channel}x", "of another channel, were the name a pattern");
        await server.CommandAsync("PUBLISH", channel, "raw {\"a\": 1}");
        Assert.Equal("raw {\"a\": 1}", (await client.NextAsync()).Data);
        var id = await host.Get<IStoreProvider>().GetStore("orders").PublishAsync("logged").WithTimeout();
        var logged = await client.NextAsync();
        Assert.Equal(("logged", id.ToString()), (logged.Data, logged.Id));
    }

    [Fact]
    public async Task RedisStore_Channel_IsListenedToAgainAfterTheConnectionWasLost()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var host = await StartAsync(server.ConnectionString, static options => options.Channels["orders"] = "news");
        await using var client = await RawSse.OpenAsync(host.Url("/stores/orders"));
        await server.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");
        var next = client.NextAsync();
        await Eventually.TrueAsync(async () =>
        {
            await server.CommandAsync("PUBLISH", "news", "back");
            return next.IsCompleted;
        });
        Assert.Equal("back", (await next).Data);
    }

    [Theory]
    [InlineData("unknown", "news", "a store that was not added")]
    [InlineData("devices/{id}", "news", "families have none")]
    [InlineData("orders", "", "no channel for the store 'orders'")]
    public async Task RedisStore_ChannelThatCannotBe_FailsTheStart(string store, string channel, string words)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync("127.0.0.1:1", options => options.Channels[store] = channel));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RedisStore_ChannelFromConfiguration_IsBound()
    {
        await using var host = await StartAsync(
            $"127.0.0.1:{RedisProcess.FreePort()},connectTimeout=500", static _ => { }, ("Tornadose:Redis:Channels:orders", "news"));
        Assert.Equal("news", host.Get<IOptions<RedisBackplaneOptions>>().Value.Channels["orders"]);
    }

    [Fact]
    public async Task RedisStore_RedisMustBeThereAndIsNot_FailsTheStartAndSaysSo()
    {
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => StartAsync(
                $"127.0.0.1:{RedisProcess.FreePort()},connectTimeout=500", static options => options.RequireAtStartup = true));
        Assert.Contains("Redis cannot be reached", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InitialData_StoreThatHasAValue_IsLeftAlone()
    {
        var server = await redis.GetAsync();
        var prefix = redis.NewPrefix();
        await using (var first = await StartAsync(server.ConnectionString, options => options.KeyPrefix = prefix))
        {
            var store = first.Get<IStoreProvider>().GetStore("weather");
            using var following = await store.FollowAsync().AsTask().WithTimeout();
            Assert.True(store.TryGetLatest(out var begun));
            Assert.Equal("unknown", begun.GetText());
            await store.PublishAsync("sunny").WithTimeout();
        }

        await using var second = await StartAsync(server.ConnectionString, options => options.KeyPrefix = prefix);
        await using var client = await RawSse.OpenAsync(second.Url("/stores/weather"));
        Assert.Equal("sunny", (await client.NextAsync()).Data);
        Assert.Equal(2, second.Get<IStoreProvider>().GetStore("weather").Position.Offset);
    }

    [Fact]
    public async Task InitialData_RedisIsAwayAtTheStart_IsPublishedWhenItIsThere()
    {
        await using var server = RedisProcess.Later();
        await using var host = await StartAsync(server.ConnectionString, static _ => { });
        Assert.Contains(
            host.Logs.GetSnapshot(), static entry => entry.Message.Contains("initial value of store weather", StringComparison.Ordinal));
        await server.RestartAsync();
        await using var client = await RawSse.OpenAsync(host.Url("/stores/weather"));
        Assert.Equal("unknown", (await client.NextAsync()).Data);
    }

    private static Task<TestHost> StartAsync(
        string connection, Action<RedisBackplaneOptions> configure,
        params (string Key, string Value)[] configuration) => TestHost.StartAsync(
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(
                configuration.Select(static pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
            builder.Services.AddTornadose(static options => options.DrainWindow = TimeSpan.Zero)
                .AddQueueStore("orders").AddQueueStore("devices/{id}").AddDataStore("weather", "unknown")
                .AddStackExchangeRedis(connection, options =>
                {
                    TestBackplane.Quick(options);
                    configure(options);
                });
        },
        static app => app.MapStores("/stores"));
}
