using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>Stores that are created on first use and dropped when they are idle.</summary>
public sealed class StoreFamilyTests : IAsyncDisposable
{
    private readonly FamilyFixture _families = new(maxStores: 3, "devices/main", "{kind}/{id}");

    private StoreProvider Provider => _families.Provider;

    public ValueTask DisposeAsync() => _families.DisposeAsync();

    [Fact]
    public async Task Handle_StoreDroppedAndMadeAnew_PublishesToItsNextLife()
    {
        var handle = Provider.GetStore("devices/1");
        var first = await handle.PublishAsync("first");
        _families.DropIdle();

        var second = await handle.PublishAsync("second");

        Assert.NotEqual(first.Epoch, second.Epoch);
        Assert.Equal("second", Provider.GetStore("devices/1").OpenCursor(StartAt.Earliest).Read());
        Assert.Equal("second", handle.OpenCursor(StartAt.Earliest).Read());
        Assert.Equal(second, handle.Position);
        Assert.Equal(second, handle.GetSnapshot().Position);
    }

    [Fact]
    public async Task Handle_DroppedManyTimes_FindsTheNewestLife()
    {
        var handle = Provider.GetStore<int>("devices/1");
        for (var life = 0; life < 10; life++)
        {
            await handle.PublishAsync(life);
            Assert.True(handle.TryGetLatest(out int latest));
            Assert.Equal(life, latest);
            _families.DropIdle();
            Assert.DoesNotContain("devices/1", Provider.Names);
        }
    }

    [Fact, Case("ST-09")]
    public async Task Cursor_StoreIsDropped_Ends()
    {
        var store = Provider.GetStore("devices/1");
        await store.PublishAsync("x");
        var cursor = ((MessageStore)store).OpenCursor(StartAt.Earliest);
        _families.DropIdle();

        Assert.Equal("x", cursor.Read());
        Assert.False(await cursor.WaitToReadAsync().WithTimeout());
    }

    [Fact]
    public async Task OpenCursorAsync_IdleForHours_KeepsTheStoreUntilTheCursorIsDisposed()
    {
        var store = Provider.GetStore("devices/1");
        using var cursor = await store.OpenCursorAsync(StartAt.Now);
        _families.Advance(TimeSpan.FromHours(5));
        var position = await store.PublishAsync("x");

        Assert.True(await cursor.WaitToReadAsync().WithTimeout());
        Assert.Equal("x", cursor.Read());
        Assert.Equal(1, position.Offset);
    }

    [Fact]
    public async Task ReadAllAsync_IdleForHours_KeepsTheStoreUntilTheReaderLeaves()
    {
        var store = Provider.GetStore("devices/1");
        var reader = store.ReadAllAsync(StartAt.Now).GetAsyncEnumerator();
        var next = reader.MoveNextAsync();
        _families.Advance(TimeSpan.FromHours(5));
        await store.PublishAsync("x");

        Assert.True(await next.WithTimeout());
        Assert.Equal("x", reader.Current.GetText());
        await reader.DisposeAsync();
        _families.DropIdle();
        Assert.DoesNotContain("devices/1", Provider.Names);
    }

    [Fact]
    public async Task Publish_WithinTheIdleTimeout_KeepsTheStore()
    {
        var store = Provider.GetStore("devices/1");
        var first = await store.PublishAsync("x");
        for (var i = 0; i < 10; i++)
        {
            _families.Advance(FamilyFixture.IdleTimeout - TimeSpan.FromSeconds(1));
            Assert.Equal(first.Epoch, (await store.PublishAsync("x")).Epoch);
        }
    }

    [Fact]
    public void StoreOfItsOwn_NamedLikeAFamilys_IsNeverDropped()
    {
        _families.Advance(TimeSpan.FromDays(1));

        Assert.Equal(["devices/main"], Provider.Names);
    }

    [Fact, Case("ST-05")]
    public async Task Options_OfAFamilyChanged_LeaveStoresWithOptionsOfTheirOwnAlone()
    {
        foreach (var name in (string[])["devices/main", "devices/1", "other/1"])
            await Provider.GetStore(name).PublishManyAsync(3);

        _families.Options.Change("devices/{id}", new StoreOptions { Capacity = 1 });

        Assert.Equal("1 2 3", Provider.GetStore("devices/main").OpenCursor(StartAt.Earliest).Read());
        Assert.Equal("3", Provider.GetStore("devices/1").OpenCursor(StartAt.Earliest).Read());
        _families.Options.Change("{kind}/{id}", new StoreOptions { Capacity = 2 });
        Assert.Equal("3", Provider.GetStore("devices/1").OpenCursor(StartAt.Earliest).Read());
        Assert.Equal("2 3", Provider.GetStore("other/1").OpenCursor(StartAt.Earliest).Read());
    }

    [Fact, Case("SEC-11")]
    public async Task GetStore_AtTheBound_StoresInUseOrWithMessagesStayAndEmptyOnesGo()
    {
        await Provider.GetStore("devices/written").PublishAsync("x");
        var followed = Provider.GetStore("devices/followed");
        using (await followed.FollowAsync())
        {
            for (var i = 0; i < 10; i++)
                Provider.GetStore($"devices/{i}");
            Assert.Equal(
                ["devices/9", "devices/followed", "devices/main", "devices/written"], Provider.Names.Order(StringComparer.Ordinal));
            await Provider.GetStore("devices/9").PublishAsync("x");
            Assert.Throws<TooManyStoresException>(() => Provider.GetStore("devices/one-more"));
            Assert.Throws<TooManyStoresException>(() => Provider.TryGetStore("devices/one-more", out _));
        }

        Assert.NotNull(Provider.GetStore("devices/one-more"));
        Assert.DoesNotContain("devices/followed", Provider.Names);
    }

    [Fact, Case("SEC-11")]
    public async Task Publish_DroppedHandleAtTheBound_SaysThatThereAreTooMany()
    {
        var handle = Provider.GetStore("devices/0");
        for (var i = 1; i <= 3; i++)
            await Provider.GetStore($"devices/{i}").PublishAsync("x");

        await Assert.ThrowsAsync<TooManyStoresException>(async () => await handle.PublishAsync("x"));
        _families.DropIdle();
        Assert.Equal(1, (await handle.PublishAsync("x")).Offset);
    }

    [Fact, Case("ST-09")]
    public async Task GetStore_OfAFamilyAfterTheEnd_ThrowsAndMakesNothing()
    {
        var dropped = Provider.GetStore("devices/1");
        _families.DropIdle();
        await Provider.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => Provider.GetStore("devices/2"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await dropped.PublishAsync("x"));
        Assert.Equal(["devices/main"], Provider.Names);
    }
}
