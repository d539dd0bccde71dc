using System.Runtime.CompilerServices;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

internal sealed class TypedStore<T>(MessageStore store) : IStore<T>
{
    public string Name => store.Name;

    public IStoreSubscribers Subscribers => store.Subscribers;

    public ValueTask<MessagePosition> PublishAsync(
        T value, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.PublishAsync<T>(value, options, cancellationToken);

    public ValueTask<MessagePosition> PublishAsync(
        string text, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.PublishAsync(text, options, cancellationToken);

    public ValueTask<MessagePosition> PublishUtf8Async(
        ReadOnlyMemory<byte> utf8Text, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.PublishUtf8Async(utf8Text, options, cancellationToken);

    public ValueTask<MessagePosition> PublishAsync<TOther>(
        TOther value, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.PublishAsync(value, options, cancellationToken);

    public ValueTask<MessagePosition> PublishManyAsync<TOther>(
        IEnumerable<TOther> values, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.PublishManyAsync(values, options, cancellationToken);

    public ValueTask<MessagePosition> CompleteAsync(CancellationToken cancellationToken = default) =>
        store.CompleteAsync(cancellationToken);

    public ValueTask<MessagePosition> CompleteAsync<TOther>(
        TOther lastValue, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.CompleteAsync(lastValue, options, cancellationToken);

    public async ValueTask<StoreMessage<T>?> GetLatestAsync(CancellationToken cancellationToken = default) =>
        await store.GetLatestAsync(cancellationToken).ConfigureAwait(false) is { } latest
            ? new StoreMessage<T>(latest, store.Serializer)
            : null;

    ValueTask<StoreMessage?> IStore.GetLatestAsync(CancellationToken cancellationToken) => store.GetLatestAsync(cancellationToken);

    public ValueTask<StoreSnapshot> GetSnapshotAsync(CancellationToken cancellationToken = default) =>
        store.GetSnapshotAsync(cancellationToken);

    public ValueTask<MessageCursor> OpenCursorAsync(StartAt start, CancellationToken cancellationToken = default) =>
        store.OpenCursorAsync(start, cancellationToken);

    public async IAsyncEnumerable<StoreMessage<T>> ReadAllAsync(
        StartAt start, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var message in store.ReadAllAsync(start, cancellationToken).ConfigureAwait(false))
            yield return new StoreMessage<T>(message, store.Serializer);
    }

    IAsyncEnumerable<StoreMessage> IStore.ReadAllAsync(StartAt start, CancellationToken cancellationToken) =>
        store.ReadAllAsync(start, cancellationToken);

    public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken = default) => store.FollowAsync(cancellationToken);
}
