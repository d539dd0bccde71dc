using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

// The end of a store, and several messages at once.
public abstract partial class StoreSpecification<TFixture>
{
    [Fact]
    public async Task CompleteAsync_ReadersOfEveryStart_GetWhatIsTheirsAndEnd()
    {
        var store = await QueueAsync(capacity: 5);
        var live = ReadToEndAsync(store, StartAt.Now, out var begun);
        await begun;
        var ids = await PublishManyAsync(store, 4);
        var end = await store.CompleteAsync("last");

        Assert.Equal(ids[^1].Offset + 2, end.Offset);
        Assert.Equal("1 2 3 4 last", await live.WithTimeout());
        await ArrivedAsync(store, end);
        Assert.Equal("", await ReadToEndAsync(store, StartAt.Now, out _).WithTimeout());
        Assert.Equal("1 2 3 4 last", await ReadToEndAsync(store, StartAt.Earliest, out _).WithTimeout());
        Assert.Equal("last", await ReadToEndAsync(store, StartAt.Latest, out _).WithTimeout());
        Assert.Equal("4 last", await ReadToEndAsync(store, StartAt.Last(2), out _).WithTimeout());
        Assert.Equal("last", await ReadToEndAsync(store, StartAt.After(ids[^1]), out _).WithTimeout());
        Assert.Equal("", await ReadToEndAsync(store, StartAt.After(end), out _).WithTimeout());
    }

    [Fact]
    public async Task CompleteAsync_Completed_RefusesMessagesAndNoSecondEnd()
    {
        var store = await QueueAsync();
        var kept = new PublishOptions { IdempotencyKey = "kept" };
        var first = await store.PublishAsync("kept", kept);
        var end = await store.CompleteAsync();

        await Assert.ThrowsAsync<StoreCompletedException>(async () => await store.PublishAsync("late"));
        await Assert.ThrowsAsync<StoreCompletedException>(async () => await store.PublishManyAsync(["late", "later"]));
        Assert.Equal(first, await store.PublishAsync("kept", kept));
        Assert.Equal(end, await store.CompleteAsync());
        Assert.Equal(end, await store.CompleteAsync("late"));
        await ArrivedAsync(store, end);
        var snapshot = store.GetSnapshot();
        Assert.Equal((true, end.ToString()), (snapshot.IsCompleted, snapshot.Id));
        Assert.Equal(["kept"], snapshot.Messages.Select(message => message.GetText()));
    }

    [Fact]
    public async Task CompleteAsync_DataStore_KeepsItsValue()
    {
        var store = await DataAsync();
        var value = await store.PublishAsync("value");
        await ArrivedAsync(store, await store.CompleteAsync());

        Assert.True(store.TryGetLatest(out var latest));
        Assert.Equal("value", latest.GetText());
        Assert.Equal("value", await ReadToEndAsync(store, StartAt.Latest, out _).WithTimeout());
        Assert.Equal("", await ReadToEndAsync(store, StartAt.After(value), out _).WithTimeout());
    }

    [Fact]
    public async Task CompleteAsync_LastValueThatCannotBeTaken_LeavesTheStoreOpen()
    {
        var store = await QueueAsync(configure: options => options.MaxMessageBytes = 4);
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await store.CompleteAsync("12345"));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await store.CompleteAsync((string)null!));

        Assert.Equal(1, (await store.PublishAsync("open")).Offset);
    }

    [Fact]
    public async Task PublishManyAsync_Values_AreContiguousAndKeepTheirForm()
    {
        var store = await QueueAsync();
        var last = await store.PublishManyAsync<object>(["text", 1, new[] { 2 }], new PublishOptions { EventType = "batch" });
        await ArrivedAsync(store, last);

        var messages = store.GetSnapshot().Messages;
        Assert.Equal(["text", "1", "[2]"], messages.Select(message => message.GetText()));
        Assert.Equal([MessageFormat.Text, MessageFormat.Json, MessageFormat.Json], messages.Select(message => message.Format));
        Assert.All(messages, message => Assert.Equal("batch", message.EventType));
        Assert.Equal(last, messages[^1].Position);
    }

    [Fact]
    public async Task PublishManyAsync_ConcurrentBatches_AreNotMixed()
    {
        var store = await QueueAsync();
        var lasts = await Task.WhenAll(Enumerable.Range(0, 8).Select(batch =>
            store.PublishManyAsync(Enumerable.Repeat($"{batch}", 20)).AsTask()));
        await ArrivedAsync(store, lasts.MaxBy(position => position.Offset));

        var texts = store.GetSnapshot().Messages.Select(message => message.GetText()).ToList();
        Assert.Equal(160, texts.Count);
        Assert.All(texts.Chunk(20), chunk => Assert.Single(chunk.Distinct()));
    }

    [Fact]
    public async Task PublishManyAsync_TooManyOrTooLarge_PublishesNothing()
    {
        var store = await QueueAsync(configure: options => options.MaxMessageBytes = 512 * 1024);
        var half = new string('x', 512 * 1024);
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.PublishManyAsync(Array.Empty<string>()));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.PublishManyAsync(Enumerable.Repeat("x", 1001)));
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await store.PublishManyAsync([half, half, "x"]));
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await store.PublishManyAsync(["x", half + "x"]));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await store.PublishManyAsync(["x", null!]));

        Assert.Equal(0, store.Position.Offset);
        Assert.Equal(1000, (await store.PublishManyAsync(Enumerable.Repeat("x", 1000))).Offset);
    }

    /// <summary>Enumerates until the store is complete.</summary>
    private static Task<string> ReadToEndAsync(IStore store, StartAt start, out Task begun)
    {
        var reader = store.ReadAllAsync(start).GetAsyncEnumerator();
        var first = reader.MoveNextAsync().AsTask();
        begun = store.FollowAsync().AsTask(); // once this reader follows, so does the one before
        return ReadAsync();

        async Task<string> ReadAsync()
        {
            var words = new List<string>();
            await using (reader)
                for (var more = await first; more; more = await reader.MoveNextAsync())
                    words.Add(reader.Current.Word());
            return string.Join(' ', words);
        }
    }
}
