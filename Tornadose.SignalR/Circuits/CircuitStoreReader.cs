using System.Runtime.CompilerServices;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Circuits;

/// <summary>
/// Reads a store of this process. While the circuit's connection is down it reads nothing and holds nothing, because nobody would see what
/// is rendered. It then continues after the last message.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="serializer">Reads the values.</param>
/// <param name="connection">The circuit's connection.</param>
internal sealed class CircuitStoreReader(IStore store, StoreSerializer serializer, CircuitConnection connection) : IStoreReader
{
    private volatile StoreSubscriptionState _state = StoreSubscriptionState.Live;

    public string Store => store.Name;

    public StoreSubscriptionState State =>
        _state == StoreSubscriptionState.Live && connection.IsDown ? StoreSubscriptionState.Waiting : _state;

    public event Action? StateChanged
    {
        add => connection.Changed += value;
        remove => connection.Changed -= value;
    }

    public T GetValue<T>(StoreMessage message) => serializer.Deserialize<T>(message);

    public async Task<StoreSnapshot> GetSnapshotAsync(string? seen, CancellationToken cancellationToken)
    {
        // Another node may have rendered the page, and know more than this one: opening a cursor after the id makes this node catch up.
        using var cursor = await store.OpenCursorAsync(
            seen is null ? StartAt.Now : StartAt.AfterId(seen), cancellationToken).ConfigureAwait(false);
        return await store.GetSnapshotAsync(cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<StoreMessage> ReadAsync(
        StoreKind kind, string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _state = StoreSubscriptionState.Live;
        while (true)
        {
            await connection.WaitUntilUpAsync(cancellationToken).ConfigureAwait(false);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Down);
            var messages = ReadUntilEndAsync(after, stop.Token).GetAsyncEnumerator(stop.Token);
            await using (messages.ConfigureAwait(false))
            {
                while (await MoveNextAsync(messages, stop.Token, cancellationToken).ConfigureAwait(false) is { } hasNext)
                {
                    if (!hasNext)
                        yield break;
                    after = messages.Current.Id ?? after;
                    yield return messages.Current;
                }
            }
        }
    }

    /// <returns>Null when the connection has gone down.</returns>
    private static async ValueTask<bool?> MoveNextAsync(
        IAsyncEnumerator<StoreMessage> messages, CancellationToken stop, CancellationToken cancellationToken)
    {
        try
        {
            return await messages.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// A store has ended if reading yields nothing and its position does not change. A reader that the store's policy has disconnected got
    /// something, or finds that the position has changed; it reads again after its last id, and a reset tells what it has missed.
    /// </summary>
    private async IAsyncEnumerable<StoreMessage> ReadUntilEndAsync(
        string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var following = await store.FollowAsync(cancellationToken).ConfigureAwait(false);
        StoreSnapshot now;
        MessagePosition? fruitless = null;
        while (fruitless != (now = await store.GetSnapshotAsync(cancellationToken).ConfigureAwait(false)).Position)
        {
            var any = false;
            await foreach (var message in store.ReadAllAsync(StartAt.AfterId(after), cancellationToken).ConfigureAwait(false))
            {
                any |= message.Change == StoreChange.None || message.Key is not null; // marks are repeated by each reading
                after = message.Id ?? after;
                yield return message;
            }

            fruitless = any ? null : now.Position;
        }

        _state = now.IsCompleted ? StoreSubscriptionState.Completed : StoreSubscriptionState.Ended;
    }
}
