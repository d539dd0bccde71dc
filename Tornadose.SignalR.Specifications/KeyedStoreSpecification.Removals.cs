namespace Tornadose.SignalR.Specifications;

// What readers are told about removed keys, and about the store's end.
public abstract partial class KeyedStoreSpecification<TFixture>
{
    [Fact]
    public async Task Removals_MoreThanAreRemembered_LeadToOneResetAndASnapshot()
    {
        var store = await OpenAsync(options => options.MaxTombstones = 2);
        var ids = new List<MessagePosition>();
        for (var i = 0; i < 5; i++)
            ids.Add(await store.SetAsync($"k{i}", i));
        await ArrivedAsync(ids[^1]);
        using var reader = Cursor(StartAt.Latest);
        Assert.Equal("start +k0=0 +k1=1 +k2=2 +k3=3 +k4=4 end", reader.ReadChanges());
        await store.RemoveAsync("k0");
        await ArrivedAsync(await store.RemoveAsync("k1"));
        using (var resumed = Cursor(StartAt.After(ids[^1])))
            Assert.Equal("-k0 -k1 end", resumed.ReadChanges());
        await ArrivedAsync(await store.RemoveAsync("k2"));

        using (var resumed = Cursor(StartAt.After(ids[^1])))
            Assert.Equal("reset:expired clear start +k3=3 +k4=4 end", resumed.ReadChanges());
        Assert.Equal("reset:slow clear start +k3=3 +k4=4 end", reader.ReadChanges());
        await ArrivedAsync(await store.SetAsync("k0", 9));
        Assert.Equal("+k0=9", reader.ReadChanges());
    }

    [Fact]
    public async Task Walk_RemovalsThatItDoesNotNeed_AreNotMissed()
    {
        var store = await OpenAsync(options => options.MaxTombstones = 1);
        for (var i = 0; i < 4; i++)
            await store.SetAsync($"k{i}", i);
        await ArrivedAsync(await store.RemoveAsync("k3"));
        using var cursor = Cursor(StartAt.Latest);
        Assert.Equal("start +k0=0", cursor.ReadChanges(2));
        await ArrivedAsync(await store.RemoveAsync("k1"));
        Assert.Equal("+k2=2 -k1 end", cursor.ReadChanges());
    }

    [Fact]
    public async Task ClearAsync_Keys_AreGoneInOneEntryThatEveryReaderIsTold()
    {
        var store = await OpenAsync(options => options.MaxTombstones = 1);
        Assert.Null(await store.ClearAsync());
        var a = await store.SetAsync("a", 1);
        for (var i = 0; i < 4; i++)
            await store.SetAsync($"k{i}", i);
        using var cursor = Cursor(StartAt.Latest);
        await store.RemoveAsync("k0");
        await store.RemoveAsync("k1");
        var cleared = await store.ClearAsync();
        await ArrivedAsync(await store.SetAsync("b", 1));

        Assert.EndsWith("clear +b=1 end", cursor.ReadChanges(), StringComparison.Ordinal);
        Assert.Equal("b", Assert.Single((await store.GetSnapshotAsync()).Messages).Key);
        using (var resumed = Cursor(StartAt.After(a)))
            Assert.Equal("clear +b=1 end", resumed.ReadChanges());
        using (var resumed = Cursor(StartAt.After(cleared!.Value)))
            Assert.Equal("+b=1 end", resumed.ReadChanges());
        using (var newcomer = Cursor(StartAt.Latest))
            Assert.Equal("start +b=1 end", newcomer.ReadChanges());
    }

    [Fact]
    public async Task CompleteAsync_KeyedStore_ComesAfterTheSnapshotAndRefusesChanges()
    {
        var store = await OpenAsync();
        await store.SetAsync("a", 1);
        var end = await store.CompleteAsync();
        await ArrivedAsync(end);

        using var cursor = Cursor(StartAt.Latest);
        Assert.Equal("start +a=1 end", cursor.ReadChanges());
        Assert.True(cursor.IsAtEnd);
        using var done = Cursor(StartAt.After(end));
        Assert.True(done.IsAtEnd);
        await Assert.ThrowsAsync<StoreCompletedException>(async () => await store.SetAsync("a", 2));
        await Assert.ThrowsAsync<StoreCompletedException>(async () => await store.RemoveAsync("a"));
        await Assert.ThrowsAsync<StoreCompletedException>(async () => await store.ClearAsync());
        Assert.True((await store.GetSnapshotAsync()).IsCompleted);
        Assert.Equal("1", Value(await store.GetAsync("a")));
    }

    [Fact]
    public async Task CompleteAsync_AfterClearAsync_WhoComesBackIsToldOfBoth()
    {
        var store = await OpenAsync();
        var a = await store.SetAsync("a", 1);
        await store.ClearAsync();
        await ArrivedAsync(await store.CompleteAsync());

        using var resumed = Cursor(StartAt.After(a));
        Assert.Equal("clear end", resumed.ReadChanges());
        Assert.True(resumed.IsAtEnd);
    }
}
