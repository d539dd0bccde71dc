namespace Tornadose.SignalR.Specifications;

// What changes do: set, remove, conditions, bounds.
public abstract partial class KeyedStoreSpecification<TFixture>
{
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
}
