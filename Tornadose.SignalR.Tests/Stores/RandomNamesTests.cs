using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>A client that tries random names.</summary>
public sealed class RandomNamesTests : IAsyncDisposable
{
    private const int Tries = 1_000_000;
    private const int MaxStores = 1_000;

    // What a local variable, or a thread that has just finished, may still reference.
    private const int Slack = 10;

    private readonly FamilyFixture _families = new(MaxStores);

    private StoreProvider Provider => _families.Provider;

    public ValueTask DisposeAsync() => _families.DisposeAsync();

    [Fact, Case("SEC-11")]
    public void TryGetStore_AMillionRandomNames_DoesNotGrowMemory()
    {
        var random = new Random(1);
        var made = new List<WeakReference>();

        for (var i = 0; i < Tries; i++)
        {
            Assert.True(Provider.TryGetStore($"devices/{random.NextInt64()}", out var store));
            if (i % 100 == 0)
                made.Add(new WeakReference(store));
            if (i % 50_000 == 0)
                Assert.InRange(Provider.Names.Count, 1, MaxStores);
        }

        Assert.InRange(Provider.Names.Count, 1, MaxStores);
        Assert.InRange(CountAlive(made), 0, MaxStores / 100 + Slack);
    }

    [Fact, Case("SEC-07", "SEC-11")]
    public void TryGetStore_AMillionNamesOfNoFamily_MakesNothing()
    {
        var random = new Random(1);

        for (var i = 0; i < Tries; i++)
            Assert.False(Provider.TryGetStore($"gadgets/{random.NextInt64()}", out _));

        Assert.Empty(Provider.Names);
    }

    [Fact, Case("SEC-11")]
    public async Task TryGetStore_AllStoresHaveMessages_RefusesWithoutLookingThroughThem()
    {
        for (var i = 0; i < MaxStores; i++)
            await Provider.GetStore($"devices/{i}").PublishAsync("x");

        for (var i = 0; i < 10_000; i++)
            Assert.Throws<TooManyStoresException>(() => Provider.TryGetStore($"devices/x{i}", out _));

        Assert.Equal(MaxStores, Provider.Names.Count);
        Assert.Equal(1, Provider.GetStore("devices/7").Position.Offset);
    }

    [Fact, Case("ST-16", "SEC-11")]
    public async Task Sweep_TenThousandStoresComeAndGo_MemoryComesBack()
    {
        await using var families = new FamilyFixture();
        var made = new List<WeakReference>();
        await FillAndDropAsync(families, made);
        var timers = families.Time.ActiveTimers;

        for (var round = 0; round < 3; round++)
            await FillAndDropAsync(families, made);

        Assert.Equal(timers, families.Time.ActiveTimers);
        Assert.InRange(CountAlive(made), 0, Slack);
    }

    /// <summary>Counts live objects rather than the heap's size, because other tests run in the same process.</summary>
    private static int CountAlive(List<WeakReference> made)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return made.Count(reference => reference.IsAlive);
    }

    private static async Task FillAndDropAsync(FamilyFixture families, List<WeakReference> made)
    {
        for (var i = 0; i < 10_000; i++)
        {
            var store = families.Provider.GetStore($"devices/{i}");
            await store.PublishAsync("x");
            made.Add(new WeakReference(store));
        }

        Assert.Equal(10_000, families.Provider.Names.Count);
        families.DropIdle();
        Assert.Empty(families.Provider.Names);
    }
}
