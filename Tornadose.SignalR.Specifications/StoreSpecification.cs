using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// The contract of every store, on any backplane: inherit it with a <see cref="StoreFixture"/> of the backplane. Readers of a backplane
/// over a network may be a little behind the publisher, so nothing here reads what was just published without waiting for it.
/// </summary>
/// <typeparam name="TFixture">Creates the stores.</typeparam>
public abstract partial class StoreSpecification<TFixture> : IAsyncDisposable
    where TFixture : StoreFixture, new()
{
    private static readonly TimeSpan HeavyTimeout = TimeSpan.FromMinutes(2);

    private readonly TFixture _fixture = new();

    /// <summary>Closes the stores of the test.</summary>
    /// <returns>A task that completes when they are closed.</returns>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _fixture.DisposeAsync();
    }

    private Task<IStore> QueueAsync(int capacity = 1000, Action<StoreOptions>? configure = null) =>
        _fixture.OpenAsync(StoreSort.Queue, configure, capacity);

    private Task<IStore> DataAsync() => _fixture.OpenAsync(StoreSort.Data);

    /// <summary>Publishes and waits until the readers of this process can see it.</summary>
    private static async Task<MessagePosition> PublishAsync(IStore store, string text, PublishOptions? options = null)
    {
        var position = await store.PublishAsync(text, options);
        await ArrivedAsync(store, position);
        return position;
    }

    /// <summary>Publishes the next numbers: the text of each message is its offset.</summary>
    private static async Task<MessagePosition[]> PublishManyAsync(IStore store, int count)
    {
        var positions = new MessagePosition[count];
        var first = store.Position.Offset + 1;
        for (var i = 0; i < count; i++)
            positions[i] = await store.PublishAsync($"{first + i}");
        if (count > 0)
            await ArrivedAsync(store, positions[^1]);
        return positions;
    }

    private static Task ArrivedAsync(IStore store, MessagePosition position) =>
        Eventually.TrueAsync(() => store.Position.Offset >= position.Offset, what: $"{position} arrives");

    private static string Numbers(long from, long to) => string.Join(' ', Enumerable.Range((int)from, (int)(to - from + 1)));

    /// <summary>
    /// Records what a reader received. A reset counts as a new connection, so that a second reset right after it is allowed.
    /// </summary>
    private static void Record(LedgerSubscriber subscriber, StoreMessage message)
    {
        if (message.Reset is not { } reset)
        {
            subscriber.Message(message.Id, message.GetText());
            return;
        }

        subscriber.Reset(reset.ReasonName, reset.Id);
        subscriber.Connected("cursor", reset.Id);
    }
}
