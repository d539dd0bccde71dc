using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

public sealed class OptionsTests
{
    [Fact]
    public async Task Configuration_Sections_AreBoundAndCodeComesAfter()
    {
        await using var host = await StartAsync(
            new()
            {
                ["Tornadose:KeepAlive"] = "00:00:20",
                ["Tornadose:MaxSubscribers"] = "7",
                ["Tornadose:RetryMax"] = "00:00:09",
                ["Tornadose:Stores:orders:Capacity"] = "12",
                ["Tornadose:Stores:orders:MaxAge"] = "00:01:00",
                ["Tornadose:Stores:orders:SlowConsumer"] = "Disconnect",
                ["Tornadose:Stores:orders:MaxMessageBytes"] = "100",
                ["Tornadose:Stores:weather:Capacity"] = "50",
            },
            services => services.AddTornadose(options => options.RetryMax = TimeSpan.FromSeconds(5))
                .AddQueueStore("orders", options => options.MaxMessageBytes = 200).AddDataStore("weather").AddQueueStore("other"));
        var options = host.Get<IOptions<TornadoseOptions>>().Value;
        Assert.Equal((20, 7, 5), (options.KeepAlive.TotalSeconds, options.MaxSubscribers, options.RetryMax.TotalSeconds));
        var orders = Store(host, "orders");
        Assert.Equal(
            (12, 60.0, SlowConsumerPolicy.Disconnect, 200),
            (orders.Capacity, orders.MaxAge!.Value.TotalSeconds, orders.SlowConsumer, orders.MaxMessageBytes));
        Assert.Equal((1, SlowConsumerPolicy.SkipToLatest), (Store(host, "weather").Capacity, Store(host, "weather").SlowConsumer));
        Assert.Equal(1000, Store(host, "other").Capacity);
    }

    [Theory]
    [InlineData("Tornadose:KeepAlive", "00:00:00.5", "Tornadose: KeepAlive is 00:00:00.5000000; it must be from 1 s to 1 hour.")]
    [InlineData("Tornadose:KeepAliveTimeout", "02:00:00", "Tornadose: KeepAliveTimeout is 02:00:00; it must be from 1 s to 1 hour.")]
    [InlineData("Tornadose:DrainWindow", "-00:00:01", "Tornadose: DrainWindow is -00:00:01; it must be from 0 to 10 minutes.")]
    [InlineData("Tornadose:RetryMin", "00:00:05", "Tornadose: RetryMax is 00:00:04; it must be from RetryMin (00:00:05) to 1 hour.")]
    [InlineData(
        "Tornadose:MaxConnectionAge", "00:00:09", "Tornadose: MaxConnectionAge is 00:00:09; it must be from 10 s to 30 days, or null.")]
    [InlineData(
        "Tornadose:MaxConnectionAge", "31.00:00:00",
        "Tornadose: MaxConnectionAge is 31.00:00:00; it must be from 10 s to 30 days, or null.")]
    [InlineData("Tornadose:TicketLifetime", "00:10:01", "Tornadose: TicketLifetime is 00:10:01; it must be from 1 s to 10 minutes.")]
    [InlineData(
        "Tornadose:AccessRecheckInterval", "00:00:00.5",
        "Tornadose: AccessRecheckInterval is 00:00:00.5000000; it must be from 1 s to 1 day, or null.")]
    [InlineData("Tornadose:MaxSubscribersPerUser", "0", "Tornadose: MaxSubscribersPerUser is 0; it must be at least 1, or null.")]
    [InlineData("Tornadose:MaxJoinsPerSecond", "0", "Tornadose: MaxJoinsPerSecond is 0; it must be at least 1, or null.")]
    [InlineData("Tornadose:MaxReplayedPerSecond", "-1", "Tornadose: MaxReplayedPerSecond is -1; it must be at least 1, or null.")]
    [InlineData("Tornadose:MaxHubCallsPerSecond", "0", "Tornadose: MaxHubCallsPerSecond is 0; it must be at least 1, or null.")]
    [InlineData("Tornadose:MaxInboundMessagesPerSecond", "0", "Tornadose: MaxInboundMessagesPerSecond is 0; it must be at least 1.")]
    [InlineData("Tornadose:Stores:orders:MaxSubscribers", "0", "Store 'orders': MaxSubscribers is 0; it must be at least 1, or null.")]
    [InlineData("Tornadose:MaxSubscribers", "0", "Tornadose: MaxSubscribers is 0; it must be at least 1.")]
    [InlineData("Tornadose:Stores:orders:Capacity", "-1", "Store 'orders': Capacity is -1; it must be from 0 to 16777216.")]
    [InlineData("Tornadose:Stores:orders:MaxMessageBytes", "0", "Store 'orders': MaxMessageBytes is 0; it must be from 1 to 134217728.")]
    [InlineData(
        "Tornadose:Stores:orders:MaxBytes", "1000",
        "Store 'orders': MaxBytes is 1000; it must be from MaxMessageBytes (1048576) to 1099511627776.")]
    [InlineData("Tornadose:Stores:orders:MaxAge", "00:00:00", "Store 'orders': MaxAge is 00:00:00; it must be at least 1 ms, or null.")]
    [InlineData(
        "Tornadose:Stores:orders:SendTimeout", "00:00:00.01",
        "Store 'orders': SendTimeout is 00:00:00.0100000; it must be from 100 ms to 1 hour.")]
    [InlineData(
        "Tornadose:Stores:orders:SlowConsumer", "9", "Store 'orders': SlowConsumer is 9; it must be Reset, SkipToLatest or Disconnect.")]
    public async Task Start_OptionOutOfRange_FailsWithTheRange(string key, string value, string message)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            StartAsync(new() { [key] = value }, services => services.AddTornadose().AddQueueStore("orders")));
        Assert.Equal(message, Assert.Single(failure.Failures));
    }

    [Fact]
    public async Task AddTornadose_Twice_AddsUp()
    {
        await using var host = await StartAsync([], services =>
        {
            services.AddTornadose(options => options.MaxSubscribers = 5).AddQueueStore("orders");
            services.AddTornadose(options => options.KeepAlive = TimeSpan.FromSeconds(2)).AddDataStore("weather");
        });
        var options = host.Get<IOptions<TornadoseOptions>>().Value;
        Assert.Equal((5, 2), (options.MaxSubscribers, options.KeepAlive.TotalSeconds));
        Assert.True(host.Get<IStoreProvider>().TryGetStore("orders", out _) && host.Get<IStoreProvider>().TryGetStore("weather", out _));
    }

    [Theory]
    [Case("SEC-07")]
    [InlineData("orders")]
    [InlineData("")]
    [InlineData("_mine")]
    [InlineData("a b")]
    [InlineData("a*")]
    [InlineData("a/../b")]
    public void AddQueueStore_NameTakenOrInvalid_Throws(string name) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddTornadose().AddDataStore("orders").AddQueueStore(name));

    private static StoreOptions Store(TestHost host, string name) => host.Get<IOptionsMonitor<StoreOptions>>().Get(name);

    private static Task<TestHost> StartAsync(Dictionary<string, string?> settings, Action<IServiceCollection> add) =>
        TestHost.StartAsync(builder =>
    {
        builder.Configuration.AddInMemoryCollection(settings);
        add(builder.Services);
    });
}
