using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

// The data store: the newest value, first and always.
public abstract partial class StoreSpecification<TFixture>
{
    [Fact, Case("ST-11")]
    public async Task OpenCursor_Latest_GivesTheCurrentValueOnce()
    {
        var store = await DataAsync();
        await PublishManyAsync(store, 3);
        var cursor = store.OpenCursor(StartAt.Latest);

        Assert.Equal("3", cursor.Read());
        await PublishAsync(store, "4");
        Assert.Equal("4", cursor.Read());
    }

    [Fact, Case("ST-11")]
    public async Task OpenCursor_Id_GivesTheNewestUnlessItIsTheCurrentOne()
    {
        var store = await DataAsync();
        var positions = await PublishManyAsync(store, 3);

        Assert.Equal("3", store.OpenCursor(StartAt.After(positions[0])).Read());
        Assert.Equal("3", store.OpenCursor(StartAt.AfterId("garbage")).Read());
        Assert.Equal("3", store.OpenCursor(StartAt.After(positions[2] with { Tag = 0 })).Read());
        Assert.Equal("3", store.OpenCursor(StartAt.After(positions[2] with { Epoch = 1 })).Read());
        Assert.Equal("", store.OpenCursor(StartAt.After(positions[2])).Read());
    }

    [Fact, Case("ST-11")]
    public async Task OpenCursor_IdWhileThereIsNoValue_Resets() =>
        Assert.Equal("reset:unknown@0", (await DataAsync()).OpenCursor(StartAt.AfterId("garbage")).Read());

    [Fact, Case("ST-11")]
    public async Task TryRead_SlowReader_SkipsToTheNewest()
    {
        var store = await DataAsync();
        var cursor = store.OpenCursor(StartAt.Now);

        await PublishManyAsync(store, 100);

        Assert.Equal("100", cursor.Read());
    }

    [Fact, Case("ST-11")]
    public async Task ReadAllAsync_AMillionUpdates_VersionsRiseAndTheLastArrives()
    {
        var store = await DataAsync();
        var updates = 10 * _fixture.HeavyLoad;
        var readers = Enumerable.Range(0, 4).Select(index => Task.Run(() => ReadToAsync(store, updates, slow: index == 0))).ToArray();

        for (var i = 0; i < updates; i++)
            await store.PublishAsync("");

        foreach (var reader in readers)
            Assert.InRange(await reader.WithTimeout(), 1, updates);
    }

    [Fact, Case("ST-11")]
    public async Task GetSnapshot_WhileUpdatesCome_IsNeverEmpty()
    {
        var store = await DataAsync();
        await PublishAsync(store, "0");
        var publishing = Task.Run(() => PublishManyAsync(store, _fixture.HeavyLoad));

        var last = 0L;
        while (!publishing.IsCompleted)
        {
            var snapshot = store.GetSnapshot();
            var message = Assert.Single(snapshot.Messages);
            Assert.Equal(snapshot.Position, message.Position);
            Assert.True(snapshot.Position.Offset >= last);
            last = snapshot.Position.Offset;
        }

        await publishing;
    }

    private static async Task<int> ReadToAsync(IStore store, long last, bool slow)
    {
        var previous = 0L;
        var count = 0;
        await foreach (var message in store.ReadAllAsync(StartAt.Latest))
        {
            Assert.Null(message.Reset);
            var offset = message.Position!.Value.Offset;
            Assert.True(offset > previous, $"{offset} after {previous}");
            previous = offset;
            count++;
            if (offset == last)
                break;
            if (slow)
                await Task.Yield();
        }

        return count;
    }
}
