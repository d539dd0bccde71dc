using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

// What is kept, and what happens to a reader that asks for what is not.
public abstract partial class StoreSpecification<TFixture>
{
    [Theory, Case("ST-03", "ST-12"), InlineData(1), InlineData(2), InlineData(16), InlineData(1000)]
    public async Task TryRead_PausedReader_ContinuesUntilOneMessageTooManyCame(int capacity)
    {
        var store = await QueueAsync(capacity);
        await PublishManyAsync(store, 3);
        var one = store.OpenCursor(StartAt.Now);
        await PublishManyAsync(store, 1);
        Assert.Equal("4", one.Read());

        var full = store.OpenCursor(StartAt.Now);
        var lapped = store.OpenCursor(StartAt.After(full.Position));
        await PublishManyAsync(store, capacity);
        Assert.Equal(Numbers(5, 4 + capacity), full.Read());
        await PublishManyAsync(store, 1);
        Assert.Equal($"reset:slow@{5 + capacity}", lapped.Read());
        await PublishManyAsync(store, 1);
        Assert.Equal($"{6 + capacity}", lapped.Read());
    }

    [Theory, Case("ST-03", "HTTP-13"), InlineData(1), InlineData(2), InlineData(16)]
    public async Task OpenCursor_AnyIdThatWasEverIssued_ContinuesIfAndOnlyIfItsMessageIsKept(int capacity)
    {
        var store = await QueueAsync(capacity);
        var start = store.Position;
        var positions = await PublishManyAsync(store, 20);

        Assert.Equal("reset:expired@20", store.OpenCursor(StartAt.After(start)).Read());
        foreach (var position in positions)
        {
            var expected = position.Offset > 20 - capacity ? Numbers(position.Offset + 1, 20) : "reset:expired@20";
            Assert.Equal(expected, store.OpenCursor(StartAt.After(position)).Read());
        }
    }

    [Fact, Case("ST-04")]
    public async Task CapacityZero_DeliversLiveAndResetsEveryResume()
    {
        var store = await QueueAsync(capacity: 0);
        var start = store.Position;
        var live = store.OpenCursor(StartAt.Now);
        var positions = await PublishManyAsync(store, 3);

        Assert.Equal("1 2 3", live.Read());
        foreach (var position in (MessagePosition[])[start, .. positions])
            Assert.Equal("reset:expired@3", store.OpenCursor(StartAt.After(position)).Read());
        Assert.Equal("", store.OpenCursor(StartAt.Earliest).Read());
        Assert.False(store.TryGetLatest(out _));
        Assert.Empty(store.GetSnapshot().Messages);
    }

    [Fact, Case("ST-05")]
    public async Task Limits_ChangedAtRunTime_ResetOnlyThoseThatLoseMessagesByIt()
    {
        var store = await QueueAsync(capacity: 16);
        var slow = store.OpenCursor(StartAt.Now);
        var positions = await PublishManyAsync(store, 6);
        var near = store.OpenCursor(StartAt.After(positions[3]));

        _fixture.Resize(store, 2);
        Assert.Equal("5 6", near.Read());
        Assert.Equal("reset:slow@6", slow.Read());
        Assert.Equal("reset:expired@6", store.OpenCursor(StartAt.After(positions[3])).Read());

        _fixture.Resize(store, 20);
        await PublishManyAsync(store, 18);
        Assert.Equal(Numbers(7, 24), slow.Read());
        Assert.Equal(Numbers(5, 24), store.OpenCursor(StartAt.Earliest).Read());
    }

    [Fact, Case("ST-06")]
    public async Task MaxBytes_ManyLargeMessages_AreKept()
    {
        var store = await QueueAsync(configure: options => (options.MaxBytes, options.MaxMessageBytes) = (10_000, 5_000));
        var text = new string('x', 1_000);
        for (var i = 0; i < 40; i++)
        {
            await PublishAsync(store, text);
            Assert.InRange(store.GetSnapshot().Messages.Sum(static message => message.Data.Length), 0, 10_000);
        }

        Assert.Equal(10, store.GetSnapshot().Messages.Count);
    }

    [Theory, Case("ST-12", "ST-03"), InlineData(1), InlineData(4), InlineData(64)]
    public async Task ReadAllAsync_ReadersThatAreLappedAgainAndAgain_GetEveryMessageOrAReset(int capacity)
    {
        var messages = Math.Min(5_000, _fixture.HeavyLoad / 2);
        var store = await QueueAsync(capacity);
        var ledger = new Ledger();
        var readers = Enumerable.Range(0, 4).Select(
            index => Task.Run(() => ReadSlowlyAsync(ledger.Subscriber($"reader {index}", "cursor"), store, messages, index))).ToArray();
        for (var i = 1; i <= messages; i++)
        {
            ledger.Published((await store.PublishAsync($"{i}")).ToString(), $"{i}");
            if (i % 64 == 0)
                await Task.Yield();
        }

        await Task.WhenAll(readers).WithTimeout();

        ledger.Check(top: store.Position.ToString());
    }

    private static async Task ReadSlowlyAsync(LedgerSubscriber subscriber, IStore store, int last, int slowness)
    {
        var random = new Random(slowness);
        await foreach (var message in store.ReadAllAsync(StartAt.Earliest))
        {
            Record(subscriber, message);
            if (message.Position!.Value.Offset == last)
                return;
            if (random.Next(8) < slowness)
                await Task.Yield();
        }
    }
}
