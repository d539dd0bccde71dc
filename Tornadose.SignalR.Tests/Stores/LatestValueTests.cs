using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>The data store: the newest value, first and always.</summary>
public sealed class LatestValueTests
{
    private readonly DataStore _store = TestStore.Latest();

    [Fact, Case("ST-11")]
    public async Task OpenCursor_DefaultStart_GivesTheCurrentValueOnce()
    {
        await _store.PublishManyAsync(3);
        var cursor = _store.OpenCursor(_store.DefaultStart);

        Assert.Equal("3", cursor.Read());
        await _store.PublishAsync("4");
        Assert.Equal("4", cursor.Read());
    }

    [Fact, Case("ST-11")]
    public async Task OpenCursor_Id_GivesTheNewestUnlessItIsTheCurrentOne()
    {
        var positions = await _store.PublishManyAsync(3);

        Assert.Equal("3", _store.OpenCursor(StartAt.After(positions[0])).Read());
        Assert.Equal("3", _store.OpenCursor(StartAt.AfterId("garbage")).Read());
        Assert.Equal("3", _store.OpenCursor(StartAt.After(positions[2] with { Tag = 0 })).Read());
        Assert.Equal("3", _store.OpenCursor(StartAt.After(positions[2] with { Epoch = 1 })).Read());
        Assert.Equal("", _store.OpenCursor(StartAt.After(positions[2])).Read());
    }

    [Fact, Case("ST-11")]
    public void OpenCursor_IdWhileThereIsNoValue_Resets() =>
        Assert.Equal("reset:unknown@0", _store.OpenCursor(StartAt.AfterId("garbage")).Read());

    [Fact, Case("ST-11")]
    public async Task TryRead_SlowReader_SkipsToTheNewest()
    {
        var cursor = _store.OpenCursor(StartAt.Now);

        await _store.PublishManyAsync(100);

        Assert.Equal("100", cursor.Read());
    }

    [Fact]
    public async Task TryGetLatest_ValueOlderThanMaxAge_IsGone()
    {
        var time = new ManualTimeProvider();
        var store = TestStore.Latest(time, options => options.MaxAge = TimeSpan.FromMinutes(1));
        Assert.False(store.TryGetLatest(out _));
        await store.PublishAsync("1");
        Assert.True(store.TryGetLatest(out _));

        time.Advance(TimeSpan.FromMinutes(2));

        Assert.False(store.TryGetLatest(out _));
        Assert.Empty(store.GetSnapshot().Messages);
    }

    [Fact, Case("ST-11")]
    public async Task ReadAllAsync_AMillionUpdates_VersionsRiseAndTheLastArrives()
    {
        const int Updates = 1_000_000;
        var readers = Enumerable.Range(0, 4).Select(index => Task.Run(() => ReadToAsync(Updates, slow: index == 0))).ToArray();

        for (var i = 0; i < Updates; i++)
            await _store.PublishAsync("");

        foreach (var reader in readers)
            Assert.InRange(await reader.WithTimeout(), 1, Updates);
    }

    [Fact, Case("ST-11")]
    public async Task GetSnapshot_WhileUpdatesCome_IsNeverEmpty()
    {
        await _store.PublishAsync("0");
        var publishing = Task.Run(() => _store.PublishManyAsync(100_000));

        var last = 0L;
        while (!publishing.IsCompleted)
        {
            var snapshot = _store.GetSnapshot();
            var message = Assert.Single(snapshot.Messages);
            Assert.Equal(snapshot.Position, message.Position);
            Assert.True(snapshot.Position.Offset >= last);
            last = snapshot.Position.Offset;
        }

        await publishing;
    }

    private async Task<int> ReadToAsync(long last, bool slow)
    {
        var previous = 0L;
        var count = 0;
        await foreach (var message in _store.ReadAllAsync(StartAt.Latest))
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
