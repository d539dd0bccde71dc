using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>A family's options, set in code and by configuration, in a container.</summary>
public sealed class FamilyOptionsTests
{
    [Fact]
    public async Task GetStore_OfAFamily_HasTheOptionsOfTheFamilysSection()
    {
        await using var services = Services(
            new() { ["Tornadose:MaxStores"] = "2", ["Tornadose:Stores:devices/{id}:Capacity"] = "2" },
            stores => stores.AddQueueStore("devices/{id}", options => options.MaxMessageBytes = 3));
        var stores = services.GetRequiredService<IStoreProvider>();

        await stores.GetStore("devices/1").PublishManyAsync(5);

        Assert.Equal("4 5", stores.GetStore("devices/1").OpenCursor(StartAt.Earliest).Read());
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await stores.GetStore("devices/2").PublishAsync("1234"));
        await stores.GetStore("devices/2").PublishAsync("123");
        Assert.Equal(2, Assert.Throws<TooManyStoresException>(() => stores.GetStore("devices/3")).Limit);
    }

    [Fact]
    public void Start_FamilyWithBadOptions_NamesTheFamily()
    {
        using var services = Services(
            new() { ["Tornadose:Stores:devices/{id}:IdleTimeout"] = "00:00:00.5" }, stores => stores.AddDataStore("devices/{id}"));

        var exception = Assert.Throws<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate);

        Assert.Contains("'devices/{id}': IdleTimeout", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetStoreOfT_OfATypedFamily_PublishesAndReadsValues()
    {
        await using var services = Services([], stores => stores.AddDataStore<Reading>("devices/{id}"));
        var store = services.GetRequiredService<IStoreProvider>().GetStore<Reading>("devices/1");

        await store.PublishAsync(new Reading(21.5));

        Assert.True(store.TryGetLatest(out Reading? latest));
        Assert.Equal(21.5, latest.Celsius);
        await foreach (var message in store.ReadAllAsync(StartAt.Latest))
        {
            Assert.Equal(latest, message.GetValue());
            break;
        }
    }

    [Fact, Case("SEC-07")]
    public void KeyedService_OfAFamily_DoesNotExist()
    {
        using var services = Services([], stores => stores.AddDataStore<Reading>("devices/{id}"));

        Assert.Null(services.GetKeyedService<IStore>("devices/{id}"));
        Assert.Null(services.GetKeyedService<IStore>("devices/1"));
        Assert.Null(services.GetKeyedService<IStore<Reading>>("devices/{id}"));
    }

    [Fact]
    public async Task DataFamily_Store_KeepsTheLatestValueWhateverTheOptionsSay()
    {
        await using var services = Services(
            new() { ["Tornadose:Stores:devices/{id}:Capacity"] = "50" }, stores => stores.AddDataStore("devices/{id}"));
        var store = services.GetRequiredService<IStoreProvider>().GetStore("devices/1");
        var reader = store.OpenCursor(StartAt.Now);

        await store.PublishManyAsync(5);

        Assert.Equal("5", reader.Read());
        Assert.Single(store.GetSnapshot().Messages);
    }

    private static ServiceProvider Services(Dictionary<string, string?> settings, Action<ITornadoseBuilder> add)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddLogging();
        add(services.AddTornadose());
        return services.BuildServiceProvider();
    }

    internal sealed record Reading(double Celsius);
}
