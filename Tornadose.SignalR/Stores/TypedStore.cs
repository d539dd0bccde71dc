using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

internal sealed class TypedStore<T>(MessageStore store) : IStore<T>
{
    public string Name => store.Name;

    public MessagePosition Position => store.Position;

    public ValueTask<MessagePosition> PublishAsync(T value, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.PublishAsync<T>(value, options, cancellationToken);

    public ValueTask<MessagePosition> PublishAsync(string text, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.PublishAsync(text, options, cancellationToken);

    public ValueTask<MessagePosition> PublishAsync(ReadOnlyMemory<byte> utf8Text, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.PublishAsync(utf8Text, options, cancellationToken);

    public ValueTask<MessagePosition> PublishAsync<TOther>(TOther value, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        store.PublishAsync(value, options, cancellationToken);

    public bool TryGetLatest([NotNullWhen(true)] out StoreMessage? message) => store.TryGetLatest(out message);

    public bool TryGetLatest([MaybeNullWhen(false)] out T value)
    {
        var found = store.TryGetLatest(out var message);
        value = found ? store.Serializer.Deserialize<T>(message!) : default;
        return found;
    }

    public MessageLogSnapshot GetSnapshot() => store.GetSnapshot();

    public MessageCursor OpenCursor(StartAt start) => store.OpenCursor(start);

    public async IAsyncEnumerable<StoreMessage<T>> ReadAllAsync(StartAt start, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var message in store.ReadAllAsync(start, cancellationToken).ConfigureAwait(false))
            yield return new StoreMessage<T>(message, store.Serializer);
    }

    IAsyncEnumerable<StoreMessage> IStore.ReadAllAsync(StartAt start, CancellationToken cancellationToken) => store.ReadAllAsync(start, cancellationToken);

    public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken = default) => store.FollowAsync(cancellationToken);
}
