using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

public sealed class RedisHostingTests(RedisFixture redis)
{
    [Fact]
    public async Task AddStackExchangeRedis_OwnConnection_IsUsedAndNotClosed()
    {
        var server = await redis.GetAsync();
        using var own = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var prefix = redis.NewPrefix();
        await using (var host = await StartAsync(
            builder => builder.AddStackExchangeRedis(_ => own, options => options.KeyPrefix = prefix)))
        {
            var position = await host.Get<IStoreProvider>().GetStore("orders").PublishAsync("hello").WithTimeout();
            Assert.Equal(1, position.Offset);
        }

        Assert.True(own.IsConnected);
        Assert.Equal(1L, await server.CommandAsync("XLEN", $"{{{prefix}:orders}}:log"));
    }

    [Fact]
    public async Task AddStackExchangeRedis_Configuration_IsBound()
    {
        await using var host = await StartAsync(
            builder => builder.AddStackExchangeRedis(ConfigurationOptions.Parse($"127.0.0.1:{RedisProcess.FreePort()}")),
            ("Tornadose:Redis:KeyPrefix", "mine"), ("Tornadose:Redis:SyncInterval", "00:00:01"));
        var options = host.Get<IOptions<RedisBackplaneOptions>>().Value;
        Assert.Equal(("mine", TimeSpan.FromSeconds(1)), (options.KeyPrefix, options.SyncInterval));
    }

    [Theory]
    [InlineData("KeyPrefix", "a:b")]
    [InlineData("KeyPrefix", "{a}")]
    [InlineData("KeyPrefix", "")]
    [InlineData("SyncInterval", "00:00:00")]
    [InlineData("ProbeInterval", "02:00:00")]
    [InlineData("CommandTimeout", "-00:00:01")]
    [InlineData("AnswerTimeout", "00:00:00")]
    [InlineData("Linger", "2.00:00:00")]
    public async Task AddStackExchangeRedis_OptionOutOfRange_FailsTheStartAndNamesIt(string name, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(builder => builder.AddStackExchangeRedis("127.0.0.1:1"), ($"Tornadose:Redis:{name}", value)));
        Assert.Contains($"Tornadose:Redis: {name}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddStackExchangeRedis_RequiredAndAway_FailsTheStart()
    {
        var nobody = $"127.0.0.1:{RedisProcess.FreePort()},connectTimeout=500";
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => StartAsync(builder => builder.AddStackExchangeRedis(nobody, options =>
        {
            options.RequireAtStartup = true;
            options.CommandTimeout = TimeSpan.FromSeconds(1);
        })));
        Assert.Contains("Redis cannot be reached", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddStackExchangeRedis_Twice_Throws()
    {
        var builder = new ServiceCollection().AddTornadose().AddStackExchangeRedis("127.0.0.1:1");
        Assert.Contains(
            "twice", Assert.Throws<InvalidOperationException>(() => builder.AddStackExchangeRedis("127.0.0.1:2")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AddStackExchangeRedis_ChannelPrefix_IsRefused()
    {
        var builder = new ServiceCollection().AddTornadose();
        Assert.Contains(
            "KeyPrefix",
            Assert.Throws<InvalidOperationException>(() => builder.AddStackExchangeRedis("127.0.0.1:1,channelPrefix=a")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task RedisProcess_BinaryMissing_SaysWhatToInstall()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RedisProcess.StartBinaryAsync("redis-server-that-is-not-there"));
        Assert.Contains("eng/test.sh", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Case("RDS-30")]
    public async Task TwoApplications_DifferentPrefixes_ShareNothing()
    {
        var server = await redis.GetAsync();
        var (one, two) = (redis.NewPrefix(), redis.NewPrefix());
        await using var first = await StartAsync(
            builder => builder.AddStackExchangeRedis(server.ConnectionString, options => options.KeyPrefix = one));
        await using var second = await StartAsync(
            builder => builder.AddStackExchangeRedis(server.ConnectionString, options => options.KeyPrefix = two));
        await using var stream = await RawSse.OpenAsync(second.Url("/stores/orders"));
        var mine = await first.Get<IStoreProvider>().GetStore("orders").PublishAsync("mine").WithTimeout();
        var theirs = await second.Get<IStoreProvider>().GetStore("orders").PublishAsync("theirs").WithTimeout();
        Assert.NotEqual(mine.Epoch, theirs.Epoch);
        Assert.Equal("theirs", (await stream.NextAsync()).Data);
    }

    [Fact]
    public async Task Post_RedisAway_IsAnsweredByServiceUnavailable()
    {
        await using var host = await StartAsync(
            builder => builder.AddStackExchangeRedis($"127.0.0.1:{RedisProcess.FreePort()},connectTimeout=500", TestBackplane.Quick));
        await using var answer = await RawHttp.SendAsync(
            host.Url("/stores/orders"), "POST", [("Content-Type", "text/plain")], "hello"u8.ToArray());
        Assert.Equal(503, answer.Status);
        Assert.NotNull(answer.Header("Retry-After"));
    }

    private static Task<TestHost> StartAsync(Action<ITornadoseBuilder> add, params (string Key, string Value)[] configuration) =>
        TestHost.StartAsync(
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(configuration.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
            add(builder.Services.AddTornadose().AddQueueStore("orders"));
        },
        app =>
        {
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
        });
}
