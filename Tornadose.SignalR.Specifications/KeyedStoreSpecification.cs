using System.Text;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// What every keyed store promises, whatever decides on its order: inherit it with a <see cref="StoreFixture"/> of a backplane that keeps
/// keyed stores.
/// </summary>
/// <typeparam name="TFixture">Makes the stores.</typeparam>
public abstract class KeyedStoreSpecification<TFixture> : IAsyncDisposable
    where TFixture : StoreFixture, new()
{
    private readonly TFixture _fixture = new();
    private IStore _reading = null!;
    private IReadOnlyList<IStore> _all = [];

    /// <summary>Closes the stores of the test.</summary>
    /// <returns>When they are closed.</returns>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _fixture.DisposeAsync();
    }

    [Fact]
    public async Task SetAsync_GetAsync_GivesTheNewestValueOfEachKey()
    {
        var store = await OpenAsync();
        var first = await store.SetAsync("a", 1);
        var second = await store.SetAsync("b", "text");
        await ArrivedAsync(await store.SetAsync("a", new[] { 2 }));

        Assert.Equal((1, 2), (first.Offset, second.Offset));
        Assert.Equal("[2]", Value(await store.GetAsync("a")));
        Assert.Equal("\"text\"", Value(await store.GetAsync("b")));
        Assert.Null(await store.GetAsync("c"));
        Assert.Equal(["b", "a"], (await store.GetSnapshotAsync()).Messages.Select(message => message.Key));
    }

    [Fact]
    public async Task RemoveAsync_Key_IsGoneAndCanComeBack()
    {
        var store = await OpenAsync();
        await store.SetAsync("a", 1);
        Assert.Null(await store.RemoveAsync("b"));
        var removed = await store.RemoveAsync("a");
        await ArrivedAsync(removed);

        Assert.Equal(2, removed!.Value.Offset);
        Assert.Null(await store.GetAsync("a"));
        Assert.Null(await store.RemoveAsync("a"));
        Assert.Equal(3, (await store.SetAsync("a", 2)).Offset);
    }

    [Fact]
    public async Task Conditions_NotMet_StoreNothing()
    {
        var store = await OpenAsync();
        Assert.Null(await store.SetAsync("a", 0, KeyCondition.IfExists));
        var first = await store.SetAsync("a", 1, KeyCondition.IfNew);
        Assert.Null(await store.SetAsync("a", 0, KeyCondition.IfNew));
        var second = await store.SetAsync("a", 2, KeyCondition.IfId(first.ToString()!));
        Assert.Null(await store.SetAsync("a", 0, KeyCondition.IfAt(first!.Value)));
        Assert.Null(await store.SetAsync("a", 0, KeyCondition.IfId("no id")));
        Assert.Null(await store.RemoveAsync("a", KeyCondition.IfAt(first.Value)));
        var third = await store.SetAsync("a", 3, KeyCondition.IfExists);
        await ArrivedAsync(third);

        Assert.Equal((1, 2, 3), (first.Value.Offset, second!.Value.Offset, third!.Value.Offset));
        Assert.Equal("3", Value(await store.GetAsync("a")));
        Assert.NotNull(await store.RemoveAsync("a", KeyCondition.IfAt(third.Value)));
        Assert.NotNull(await store.SetAsync("a", 5, KeyCondition.IfNew));
    }

    [Fact]
    public async Task Conditions_ManyAtOnce_OneWins()
    {
        var store = await OpenAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.SetAsync("a", i, KeyCondition.IfNew).AsTask()));
        Assert.Single(results, result => result is not null);
    }

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
    public async Task Bounds_Reached_RefuseKeysAndKeepWhatIsThere()
    {
        var store = await OpenAsync(options => (options.MaxKeys, options.MaxBytes, options.MaxMessageBytes) = (2, 20, 20));
        await store.SetAsync("a", 1);
        await store.SetAsync("b", 2);
        await Assert.ThrowsAsync<StoreFullException>(async () => await store.SetAsync("c", 3));
        await Assert.ThrowsAsync<StoreFullException>(async () => await store.SetAsync("a", "123456789012345678"));
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await store.SetAsync("a", "1234567890123456789"));

        Assert.Equal(3, (await store.SetAsync("a", "1234567890")).Offset);
        await store.RemoveAsync("b");
        await ArrivedAsync(await store.SetAsync("c", 3));
        Assert.Equal(["a", "c"], (await store.GetSnapshotAsync()).Messages.Select(message => message.Key));
    }

    [Fact]
    public async Task Keys_ThatAreNone_AreRefused()
    {
        var store = await OpenAsync();
        string[] none = ["", new('x', 257), "a\nb", "a\0", "\u0085", "\ud800"];
        foreach (var key in none)
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.SetAsync(key, 1));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.RemoveAsync(key));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.GetAsync(key));
        }

        string[] keys = [new('x', 256), "a b/ä\"\\{}", "\ud83d\udc22", "*", "__proto__", "true"];
        foreach (var key in keys)
            await ArrivedAsync(await store.SetAsync(key, 1));
        Assert.Equal(keys, (await store.GetSnapshotAsync()).Messages.Select(message => message.Key));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await store.SetAsync<string>("a", null!));
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

    [Fact]
    public async Task IdempotencyKey_UsedBefore_ChangesNothing()
    {
        var store = await OpenAsync();
        var once = new PublishOptions { IdempotencyKey = "once" };
        var first = await store.SetAsync("a", 1, KeyCondition.IfNew, once);
        Assert.Equal(first, await store.SetAsync("a", 1, KeyCondition.IfNew, once));
        await ArrivedAsync(await store.SetAsync("a", 2));
        Assert.Equal(first, await store.SetAsync("a", 1, once));
        Assert.Equal("2", Value(await store.GetAsync("a")));
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RandomChanges_ReadersThatLagAreCutAndResume_EndWithTheState(int seed)
    {
        var store = await OpenAsync(options => (options.MaxKeys, options.MaxTombstones) = (40, 5));
        var random = new Random(seed);
        var model = new Dictionary<string, string>(StringComparer.Ordinal);
        var readers = Enumerable.Range(0, 6).Select(_ => (Reader: new KeyedReader(), Cursor: Cursor(StartAt.Latest))).ToArray();
        var last = default(MessagePosition?);
        for (var step = 0; step < Math.Min(_fixture.HeavyLoad, 3000); step++)
        {
            last = await ChangeAsync(store, model, random, step) ?? last;
            var index = random.Next(readers.Length * 4);
            if (index < readers.Length)
                readers[index] = Move(readers[index], random);
        }

        await ArrivedAsync(last);
        foreach (var (reader, cursor) in readers)
        {
            while (cursor.TryRead(out StoreMessage? message))
                reader.Apply(message);
            cursor.Dispose();
            Assert.True(reader.IsComplete);
            Assert.Equal(model.OrderBy(pair => pair.Key), reader.State.OrderBy(pair => pair.Key));
        }

        Assert.Equal(
            model.OrderBy(pair => pair.Key).Select(pair => pair.Key + pair.Value),
            (await store.GetSnapshotAsync()).Messages.OrderBy(message => message.Key).Select(message => message.Key + Value(message)));
    }

    [Fact]
    public async Task ReadersUnderFire_EveryOne_EndsWithTheState()
    {
        var store = await OpenAsync(options => (options.MaxKeys, options.MaxTombstones) = (300, 50));
        var stop = new TaskCompletionSource();
        var reading = Enumerable.Range(0, 4).Select(seed => Task.Run(() => ReadUnderFireAsync(seed, stop.Task))).ToArray();
        var model = new Dictionary<string, string>(StringComparer.Ordinal);
        var random = new Random(9);
        var last = default(MessagePosition?);
        for (var step = 0; step < Math.Min(_fixture.HeavyLoad, 20_000); step++)
            last = await ChangeAsync(store, model, random, step, keys: 250) ?? last;
        await ArrivedAsync(last);
        stop.SetResult();

        foreach (var reader in await Task.WhenAll(reading).WithTimeout())
            Assert.Equal(model.OrderBy(pair => pair.Key), reader.State.OrderBy(pair => pair.Key));
    }

    private async Task<KeyedReader> ReadUnderFireAsync(int seed, Task stopped)
    {
        var random = new Random(seed);
        var (reader, cursor) = (new KeyedReader(), Cursor(StartAt.Latest));
        while (!stopped.IsCompleted)
        {
            (reader, cursor) = Move((reader, cursor), random);
            await Task.Yield();
        }

        while (cursor.TryRead(out StoreMessage? message))
            reader.Apply(message);
        cursor.Dispose();
        return reader;
    }

    /// <summary>Reads a little, or nothing, or everything; now and then it is cut, and comes back with its id, or as another
    /// one.</summary>
    private (KeyedReader Reader, MessageCursor Cursor) Move((KeyedReader Reader, MessageCursor Cursor) from, Random random)
    {
        var (reader, cursor) = from;
        var count = random.Next(3) == 0 ? int.MaxValue : random.Next(8);
        for (; count > 0 && cursor.TryRead(out StoreMessage? message); count--)
            reader.Apply(message);
        if (random.Next(4) != 0)
            return (reader, cursor);
        cursor.Dispose();
        if (random.Next(5) == 0)
            return (new KeyedReader(), Cursor(StartAt.Latest));
        return (reader, Cursor(reader.LastId is { } id ? StartAt.AfterId(id) : StartAt.Latest));
    }

    private static async Task<MessagePosition?> ChangeAsync(
        IKeyedStore store, Dictionary<string, string> model, Random random, int step, int keys = 30)
    {
        var key = $"k{random.Next(keys)}";
        switch (random.Next(200))
        {
            case 0:
                model.Clear();
                return await store.ClearAsync();
            case < 60:
                model.Remove(key);
                return await store.RemoveAsync(key);
            default:
                model[key] = $"{step}";
                return await store.SetAsync(key, step);
        }
    }

    private async Task<IKeyedStore> OpenAsync(Action<StoreOptions>? configure = null)
    {
        (var store, _reading, _all) = await _fixture.OpenKeyedAsync(configure);
        return store;
    }

    private MessageCursor Cursor(StartAt start) => _reading.OpenCursor(start);

    private Task ArrivedAsync(MessagePosition? position) =>
        Eventually.TrueAsync(() => _all.All(store => store.Position.Offset >= position!.Value.Offset), what: $"{position} arrives");

    private static string Value(StoreMessage? message) => Encoding.UTF8.GetString(message!.Value.Span);
}
