using System.Collections.Concurrent;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

// Readers in the same process, and how they end.
public abstract partial class StoreSpecification<TFixture>
{
    [Fact]
    public async Task ReadAllAsync_Earliest_ReadsWhatThereIsAndThenWhatComes()
    {
        var store = await QueueAsync();
        await PublishManyAsync(store, 2);
        await using var reader = store.ReadAllAsync(StartAt.Earliest).GetAsyncEnumerator();

        Assert.Equal("1", await NextAsync(reader));
        Assert.Equal("2", await NextAsync(reader));
        var next = NextAsync(reader);
        Assert.False(next.IsCompleted);
        await store.PublishAsync("live");
        Assert.Equal("live", await next.WithTimeout());
    }

    [Fact, Case("HTTP-18")]
    public async Task ReadAllAsync_UnknownId_BeginsWithAReset()
    {
        var store = await QueueAsync();
        await PublishManyAsync(store, 2);
        await using var reader = store.ReadAllAsync(StartAt.AfterId("garbage")).GetAsyncEnumerator();

        Assert.Equal("reset:unknown@2", await NextAsync(reader));
    }

    [Fact, Case("ST-09", "ST-10")]
    public async Task ReadAllAsync_Cancelled_ThrowsForThatReaderAlone()
    {
        var store = await QueueAsync();
        using var cancellation = new CancellationTokenSource();
        await using var cancelled = store.ReadAllAsync(StartAt.Now).GetAsyncEnumerator(cancellation.Token);
        await using var other = store.ReadAllAsync(StartAt.Now).GetAsyncEnumerator();
        var cancelledNext = cancelled.MoveNextAsync();
        var otherNext = NextAsync(other);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelledNext.WithTimeout());
        await store.PublishAsync("x");
        Assert.Equal("x", await otherNext.WithTimeout());
    }

    [Fact]
    public async Task ReadAllAsync_CancelledWithABacklog_Throws()
    {
        var store = await QueueAsync();
        using var cancellation = new CancellationTokenSource();
        await PublishManyAsync(store, 10);
        await using var reader = store.ReadAllAsync(StartAt.Earliest).GetAsyncEnumerator(cancellation.Token);
        await NextAsync(reader);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.MoveNextAsync().WithTimeout());
    }

    [Fact, Case("ST-09")]
    public async Task DisposeAsync_WhilePublishingAndReading_ReadersEndAndPublishersAreTold()
    {
        var store = await QueueAsync();
        var refused = 0;
        var published = new ConcurrentQueue<long>();
        // Each has its own thread: publishers that never wait would starve the thread pool, which the readers need.
        var publishers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                try
                {
                    while (true)
                        published.Enqueue(store.PublishAsync("x").AsTask().GetAwaiter().GetResult().Offset);
                }
                catch (ObjectDisposedException)
                {
                    Interlocked.Increment(ref refused);
                }
            },
            default, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var readers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var last = 0L;
            await foreach (var message in store.ReadAllAsync(StartAt.Now))
                last = message.Position!.Value.Offset;
            return last;
        })).ToArray();
        await Eventually.TrueAsync(() => published.Count > 100);

        await _fixture.CloseAsync(store);

        await Task.WhenAll(publishers).WithTimeout();
        Assert.Equal(4, refused);
        foreach (var reader in readers)
            Assert.Contains(await reader.WithTimeout(), (long[])[0, store.Position.Offset]);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.PublishAsync("late"));
    }

    [Fact, Case("ST-09")]
    public async Task ReadAllAsync_DisposedStore_ReadsWhatThereIsAndEnds()
    {
        var store = await QueueAsync();
        await PublishManyAsync(store, 3);
        await _fixture.CloseAsync(store);
        var read = new List<string>();

        await foreach (var message in store.ReadAllAsync(StartAt.Earliest))
            read.Add(message.Word());

        Assert.Equal(["1", "2", "3"], read);
    }

    [Fact, Case("ST-10")]
    public async Task ReadAllAsync_ReaderThrows_OthersReadOn()
    {
        var store = await QueueAsync();
        var failing = Task.Run(async () =>
        {
            await foreach (var _ in store.ReadAllAsync(StartAt.Earliest))
                throw new InvalidOperationException("bug of the application");
        });
        await using var other = store.ReadAllAsync(StartAt.Earliest).GetAsyncEnumerator();

        await PublishManyAsync(store, 2);

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.WithTimeout());
        Assert.Equal("1", await NextAsync(other));
        Assert.Equal("2", await NextAsync(other));
    }

    [Fact, Case("ST-18")]
    public async Task PublishAsync_FromAReaderOfTheSameStore_DoesNotDeadlockAndKeepsTheOrder()
    {
        var store = await QueueAsync();
        var echoing = Task.Run(async () =>
        {
            await foreach (var message in store.ReadAllAsync(StartAt.Earliest))
                if (message.Position!.Value.Offset is var offset and < 500)
                    await store.PublishAsync($"{offset + 1}");
                else
                    return;
        });

        await store.PublishAsync("1");

        await echoing.WithTimeout();
        Assert.Equal(string.Join(' ', Enumerable.Range(1, 500)), store.OpenCursor(StartAt.Earliest).Read());
    }

    [Fact, Case("SLOW-04")]
    public async Task ReadAllAsync_LappedUnderDisconnect_Ends()
    {
        var store = await QueueAsync(capacity: 2, configure: options => options.SlowConsumer = SlowConsumerPolicy.Disconnect);
        await store.PublishAsync("1");
        await using var reader = store.ReadAllAsync(StartAt.Earliest).GetAsyncEnumerator();
        Assert.Equal("1", await NextAsync(reader));

        await PublishManyAsync(store, 3);

        Assert.False(await reader.MoveNextAsync().WithTimeout());
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<StoreMessage> reader)
    {
        Assert.True(await reader.MoveNextAsync().WithTimeout());
        return reader.Current.Word();
    }
}
