using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

/// <summary>The configuration is edited, not always correctly, while the application runs.</summary>
public sealed class ReloadTests
{
    [Theory]
    [InlineData("Tornadose:Stores:devices/{id}:Capacity", "-1", "Capacity is -1")]
    [InlineData("Tornadose:Stores:devices/{id}:Capacity", "many", "Capacity")]
    [InlineData("Tornadose:Stores:devices/{id}:SlowConsumer", "Explode", "SlowConsumer")]
    [InlineData("Tornadose:KeepAlive", "00:00:00", "KeepAlive is 00:00:00")]
    public async Task Reload_BadValue_LeavesTheLastGoodOptionsAndSaysSoOnce(string key, string value, string said)
    {
        await using var host = await StartAsync();
        var root = (IConfigurationRoot)host.App.Configuration;
        root["Tornadose:Stores:devices/{id}:Capacity"] = "3";
        root.Reload();
        await PublishAsync(host, "devices/1", 201);

        root[key] = value;
        root.Reload();
        root.Reload();

        await PublishAsync(host, "devices/2", 202);
        Assert.Equal(3, host.Get<IStoreProvider>().GetStore("devices/2").GetSnapshot().Messages.Count);
        var line = Assert.Single(host.Logs.GetSnapshot(), static entry => entry.Level == LogLevel.Error);
        Assert.Contains(said, line.Message, StringComparison.Ordinal);
        Assert.Contains("The last valid ones stay in force.", line.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(15), host.Get<IOptionsMonitor<TornadoseOptions>>().CurrentValue.KeepAlive);
    }

    [Fact]
    public async Task Reload_GoodValueAfterABadOne_IsTakenOver()
    {
        await using var host = await StartAsync();
        var root = (IConfigurationRoot)host.App.Configuration;
        var changes = new List<int>();
        using var listening = host.Get<IOptionsMonitor<StoreOptions>>()
            .OnChange((options, name) => changes.Add(name == "devices/{id}" ? options.Capacity : 0));
        foreach (var capacity in new[] { "-1", "2", "-1", "4" })
        {
            root["Tornadose:Stores:devices/{id}:Capacity"] = capacity;
            root.Reload();
        }

        await PublishAsync(host, "devices/1", 201);
        Assert.Equal(4, host.Get<IStoreProvider>().GetStore("devices/1").GetSnapshot().Messages.Count);
        Assert.Equal([2, 4], changes.Distinct()); // each source of the configuration reports its own reload
        Assert.Equal(2, host.Logs.GetSnapshot().Count(static entry => entry.Level == LogLevel.Error));
    }

    [Fact]
    public async Task Reload_OptionsOfAStore_ReachTheStoresThatAreThere()
    {
        await using var host = await StartAsync();
        await PublishAsync(host, "devices/1", 10);
        Set(host, "Tornadose:Stores:devices/{id}:MaxMessageBytes", "3");
        await using (var large = await RawHttp.SendAsync(
            host.Url("/stores/devices/1"), "POST", [("Content-Type", "text/plain")], "four"u8.ToArray()))
            Assert.Equal(413, large.Status);
        Set(host, "Tornadose:Stores:devices/{id}:MaxMessageBytes", "4");
        await using var smaller = await RawHttp.SendAsync(
            host.Url("/stores/devices/1"), "POST", [("Content-Type", "text/plain")], "four"u8.ToArray());
        Assert.Equal(200, smaller.Status);
    }

    [Fact]
    public async Task Reload_OptionsOfAStore_ReachItsRunningProducer()
    {
        await using var host = await StartAsync();
        var producers = ((MessageStore)host.Get<IStoreProvider>().GetStore("devices/1")).WithLease(1);
        Set(host, "Tornadose:Stores:devices/{id}:MaxMessageBytes", "3");
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await producers.PublishAsync("four"));
    }

    [Fact]
    public async Task Reload_LimitsOfTheProcess_HoldFromThenOn()
    {
        await using var host = await StartAsync(new FakeTimeProvider());
        var admission = host.Get<SubscriberRegistry>().Admission;
        Assert.All(Enumerable.Range(0, 50), _ => Assert.True(admission.TryCall("ann")));
        Set(host, "Tornadose:MaxHubCallsPerSecond", "2");
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => admission.TryCall("ann")));
        Set(host, "Tornadose:MaxHubCallsPerSecond", "20");
        Assert.True(admission.TryCall("ann"));

        Set(host, "Tornadose:AllowedOrigins:0", "https://shop.example");
        await using (var own = await RawHttp.GetAsync(host.Url("/hub"), [.. RawWs.HandshakeHeaders, ("Origin", "https://shop.example")]))
            Assert.Equal(101, own.Status);
        Set(host, "Tornadose:MaxSubscribers", "1");
        await using var first = await RawSse.OpenAsync(host.Url("/stores/devices/1"));
        await using var second = await RawHttp.GetAsync(host.Url("/stores/devices/1"), ("Accept", "application/x-ndjson"));
        Assert.Equal(503, second.Status);
    }

    /// <summary>A new option either applies on reload or is listed, here and in the document, as one that needs a restart.</summary>
    [Fact]
    public void TakeOver_EveryOption_FollowsOrIsDocumentedToNeedARestart()
    {
        string[] restart = ["MaxStores", "MaxStoresPerUser", "MaxBytes", "CloseOnAuthenticationExpiration", "AccessTokenInQuery"];
        var changed = new TornadoseOptions();
        var options = new TornadoseOptions();
        foreach (var property in typeof(TornadoseOptions).GetProperties().Where(static property => property.SetMethod?.IsPublic == true))
            property.SetValue(changed, Another(property.GetValue(changed), property.PropertyType));
        changed.AllowedOrigins.Add("https://shop.example");
        options.TakeOver(changed);
        var stayed = typeof(TornadoseOptions).GetProperties()
            .Where(property => !Equals(property.GetValue(options), property.GetValue(changed)));
        Assert.Equal(restart.Order(), stayed.Select(static property => property.Name).Order());
        var document = File.ReadAllText(Repository.File("docs/options.md"));
        var sentence = document[document.IndexOf("need a restart", StringComparison.Ordinal)..];
        Assert.All(
            restart,
            name => Assert.Contains($"`{name}`", sentence[..sentence.IndexOf("##", StringComparison.Ordinal)], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispose_OfAProvider_NeedsNotBeAsynchronous()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddTornadose().AddQueueStore("orders").AddDataStore<int>("weather").AddQueueStore("devices/{id}");
        using (var provider = services.BuildServiceProvider())
        {
            await provider.GetRequiredKeyedService<IStore>("orders").PublishAsync("x");
            await provider.GetRequiredKeyedService<IStore<int>>("weather").PublishAsync(7);
            await provider.GetRequiredService<IStoreProvider>().GetStore("devices/1").PublishAsync("x");
        }
    }

    [Fact]
    public void Dispose_OfAProviderWithAnotherBackplane_NeedsNotBeAsynchronous()
    {
        var folder = Directory.CreateTempSubdirectory("tornadose-dispose");
        try
        {
            foreach (var add in new Action<ITornadoseBuilder>[]
            {
                builder => builder.AddSqlite($"Data Source={folder.FullName}/stores.db"),
                static builder => builder.AddStackExchangeRedis("127.0.0.1:1,connectTimeout=100"),
            })
            {
                var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
                add(services.AddTornadose().AddQueueStore("orders"));
                using var provider = services.BuildServiceProvider();
                Assert.NotNull(provider.GetRequiredKeyedService<IStore>("orders"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task PublishAsync(TestHost host, string store, int last)
    {
        for (var number = last - 10; number < last; number++)
        {
            await using var answer = await RawHttp.SendAsync(
                host.Url($"/stores/{store}"), "POST", [("Content-Type", "text/plain")], "x"u8.ToArray());
            Assert.Equal(200, answer.Status);
        }
    }

    private static Task<TestHost> StartAsync(TimeProvider? clock = null) => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton(clock ?? TimeProvider.System);
            builder.Configuration.AddInMemoryCollection([new("Tornadose:Stores:devices/{id}:Capacity", "5")]);
            builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero).AddQueueStore("devices/{id}");
        },
        static app =>
        {
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
            app.MapStoreHub("/hub");
        });

    private static void Set(TestHost host, string key, string value)
    {
        var root = (IConfigurationRoot)host.App.Configuration;
        root[key] = value;
        root.Reload();
    }

    private static object? Another(object? value, Type type) => value switch
    {
        bool flag => !flag,
        int number => number + 1,
        long number => number + 1,
        TimeSpan time => time + TimeSpan.FromSeconds(1),
        null when Nullable.GetUnderlyingType(type) is { } inner => inner == typeof(int) ? 7 : TimeSpan.FromMinutes(7),
        _ when type == typeof(Func<HttpContext, string?>) => (Func<HttpContext, string?>)(static _ => "all"),
        _ => (Func<ClaimsPrincipal, string?>)(static _ => "all"),
    };
}
