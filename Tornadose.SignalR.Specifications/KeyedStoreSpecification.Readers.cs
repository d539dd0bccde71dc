namespace Tornadose.SignalR.Specifications;

// What readers receive: the snapshot, then the changes; after an id, or far behind.
public abstract partial class KeyedStoreSpecification<TFixture>
{
    [Fact]
    public async Task OpenCursor_Newcomer_WalksAllKeysInOrderOfLastChangeAndIsLive()
    {
        var store = await OpenAsync();
        await store.SetAsync("a", 1);
        await store.SetAsync("b", 1);
        await store.SetAsync("c", 1);
        await store.RemoveAsync("c");
        await ArrivedAsync(await store.SetAsync("a", 2));
        using var cursor = Cursor(StartAt.Latest);

        Assert.Equal("start +b=1 a=2 end", cursor.ReadChanges());
        await ArrivedAsync(await store.RemoveAsync("b"));
        Assert.Equal("-b", cursor.ReadChanges());
        using var empty = Cursor(StartAt.Now);
        Assert.Equal("", empty.ReadChanges());
        await ArrivedAsync(await store.SetAsync("d", 1));
        Assert.Equal("+d=1", empty.ReadChanges());
        Assert.Equal("+d=1", cursor.ReadChanges());
    }

    [Fact]
    public async Task Cursor_FarBehind_GetsEachKeyOnceWithItsNewestValueAndNoReset()
    {
        var store = await OpenAsync();
        await ArrivedAsync(await store.SetAsync("quiet", 0));
        using var cursor = Cursor(StartAt.Latest);
        Assert.Equal("start +quiet=0 end", cursor.ReadChanges());
        for (var i = 1; i <= 200; i++)
            await store.SetAsync($"k{i % 3}", i);
        await ArrivedAsync(await store.RemoveAsync("k0"));

        Assert.Equal("k1=199 k2=200 -k0", cursor.ReadChanges());
    }

    [Fact]
    public async Task Resume_AfterAnId_GetsWhatHasChangedSinceOnce()
    {
        var store = await OpenAsync();
        var a = await store.SetAsync("a", 1);
        var b = await store.SetAsync("b", 1);
        await store.SetAsync("c", 1);
        await store.SetAsync("b", 2);
        await store.RemoveAsync("a");
        var last = await store.SetAsync("b", 3);
        await ArrivedAsync(last);

        using (var cursor = Cursor(StartAt.After(a)))
            Assert.Equal("+c=1 -a b=3 end", cursor.ReadChanges());
        using (var cursor = Cursor(StartAt.After(b)))
            Assert.Equal("+c=1 -a b=3 end", cursor.ReadChanges());
        using (var cursor = Cursor(StartAt.After(last)))
            Assert.Equal("end", cursor.ReadChanges());
        using (var cursor = Cursor(StartAt.After(new(last.Epoch, 0, 0))))
            Assert.Equal("clear start +c=1 b=3 end", cursor.ReadChanges());
    }

    [Fact]
    public async Task Resume_ImpossibleId_GetsAResetAndAllKeys()
    {
        var store = await OpenAsync();
        var a = await store.SetAsync("a", 1);
        await ArrivedAsync(a);
        MessagePosition[] impossible = [
            a with { Epoch = a.Epoch + 1 }, a with { Tag = a.Tag ^ 1 }, a with { Offset = 2 }, new(a.Epoch, 0, 1)];
        string[] reasons = ["epoch", "rollback", "unknown", "unknown"];
        foreach (var (position, reason) in impossible.Zip(reasons))
        {
            using var cursor = Cursor(StartAt.After(position));
            Assert.Equal($"reset:{reason} clear start +a=1 end", cursor.ReadChanges());
        }

        using var none = Cursor(StartAt.AfterId("none"));
        Assert.Equal("reset:unknown clear start +a=1 end", none.ReadChanges());
    }

    [Fact]
    public async Task OfKey_Cursor_ReadsOneKey()
    {
        var store = await OpenAsync();
        await store.SetAsync("a", 1);
        var b = await store.SetAsync("b", 1);
        await ArrivedAsync(await store.SetAsync("a", 2));
        using var cursor = Cursor(StartAt.Latest.OfKey("a"));
        using var resumed = Cursor(StartAt.After(b).OfKey("b"));
        await store.SetAsync("b", 2);
        await store.RemoveAsync("a");
        await ArrivedAsync(await store.ClearAsync());

        Assert.Equal("clear end", resumed.ReadChanges());
        Assert.Equal("start clear end", cursor.ReadChanges());
        await store.SetAsync("b", 3);
        await ArrivedAsync(await store.SetAsync("a", 3));
        Assert.Equal("+a=3", cursor.ReadChanges());
    }
}
