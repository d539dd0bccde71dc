using System.Text.Json;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

public sealed class StoreProviderTests : IAsyncDisposable
{
    private const int MaxStores = 5;

    private readonly FakeTimeProvider _time = new();
    private readonly ChangingOptions _options = new();
    private readonly StoreProvider _provider;

    public StoreProviderTests() => _provider = new StoreProvider(
        [new StoreDefinition("orders", StoreKind.Queue), new StoreDefinition("devices/{id}", StoreKind.Queue)],
        _options, MaxStores, new LocalBackplane(_time), new StoreSerializer(JsonSerializerOptions.Web), _time);

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Fact]
    public void GetStore_Name_IsTheOneStoreOfThatName()
    {
        Assert.Same(_provider.GetStore("orders"), _provider.GetStore("orders"));
        Assert.Equal("orders", _provider.GetStore<int>("orders").Name);
        Assert.Equal(["orders"], _provider.Names);
    }

    [Theory, Case("SEC-07"), InlineData("Orders"), InlineData("nothing"), InlineData(""), InlineData("devices"), InlineData("devices/"),
        InlineData("devices/a/b"), InlineData("devices/.."), InlineData("devices/a*")]
    public void GetStore_UnknownName_ThrowsAndMakesNothing(string name)
    {
        Assert.Throws<StoreNotFoundException>(() => _provider.GetStore(name));
        Assert.False(_provider.TryGetStore(name, out _));
        Assert.Equal(["orders"], _provider.Names);
    }

    [Fact, Case("ST-05")]
    public async Task Options_ChangedAtRunTime_ResizeTheStoresOfThatName()
    {
        await _provider.GetStore("orders").PublishManyAsync(5);
        await _provider.GetStore("devices/1").PublishManyAsync(5);

        _options.Change("orders", new StoreOptions { Capacity = 2 });
        _options.Change("devices/{id}", new StoreOptions { Capacity = 3 });

        Assert.Equal("4 5", _provider.GetStore("orders").OpenCursor(StartAt.Earliest).Read());
        Assert.Equal("3 4 5", _provider.GetStore("devices/1").OpenCursor(StartAt.Earliest).Read());
    }

    [Fact, Case("SEC-11")]
    public async Task GetStore_MoreOfAFamilyThanMayBe_Throws()
    {
        for (var i = 0; i < MaxStores; i++)
            await _provider.GetStore($"devices/{i}").PublishAsync("x");

        Assert.Equal(MaxStores, Assert.Throws<TooManyStoresException>(() => _provider.GetStore("devices/one-more")).Limit);
        Assert.Equal(MaxStores + 1, _provider.Names.Count);
    }

    [Fact, Case("SEC-11")]
    public void GetStore_ManyNamesThatNobodyPublishesTo_StaysBounded()
    {
        for (var i = 0; i < 10_000; i++)
            Assert.NotNull(_provider.GetStore($"devices/{i}"));

        Assert.InRange(_provider.Names.Count, 1, MaxStores + 1);
    }

    [Fact, Case("ST-16")]
    public async Task Sweep_FamilyStoreThatIsIdle_IsDroppedAndBeginsAnew()
    {
        var store = _provider.GetStore("devices/1");
        var id = await store.PublishAsync("x");

        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Contains("devices/1", _provider.Names);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.DoesNotContain("devices/1", _provider.Names);
        Assert.Equal("reset:epoch@0", store.OpenCursor(StartAt.After(id)).Read());
        Assert.Equal(1, (await store.PublishAsync("again")).Offset);
        Assert.True(_provider.GetStore("devices/1").TryGetLatest(out var latest));
        Assert.Equal("again", latest.GetText());
    }

    [Fact, Case("ST-16")]
    public async Task Sweep_FamilyStoreThatIsFollowed_IsKept()
    {
        var store = _provider.GetStore("devices/1");

        using (await store.FollowAsync())
        {
            _time.Advance(TimeSpan.FromHours(1));
            Assert.Contains("devices/1", _provider.Names);
        }

        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.DoesNotContain("devices/1", _provider.Names);
    }

    [Fact, Case("ST-14")]
    public async Task Sweep_ExpiredMessages_AreDroppedFromAnIdleStore()
    {
        _options.Change("orders", new StoreOptions { MaxAge = TimeSpan.FromSeconds(10) });
        var store = (MessageStore)_provider.GetStore("orders");
        await store.PublishAsync("x");

        _time.Advance(TimeSpan.FromSeconds(12));

        Assert.Equal(0, store.Log.Bytes);
    }

    [Fact, Case("ST-09")]
    public async Task DisposeAsync_WithOpenStores_EndsAll()
    {
        var store = _provider.GetStore("orders");

        await _provider.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.PublishAsync("late"));
        Assert.Equal(0, _time.ActiveTimers);
    }
}
