using System.Runtime.CompilerServices;

namespace Tornadose.SignalR.Stores;

/// <summary>The application's view of a store of the kind <see cref="StoreKind.Keyed"/>.</summary>
internal sealed class KeyedStore<T> : IKeyedStore<T>
{
    private readonly MessageStore _store;

    public KeyedStore(MessageStore store) => _store = store.Kind == StoreKind.Keyed
        ? store
        : throw new ArgumentException($"'{store.Name}' is no keyed store: it was added by another method than AddKeyedStore.");

    public string Name => _store.Name;

    public IStoreSubscribers Subscribers => _store.Subscribers;

    internal MessageStore Store => _store;

    public async ValueTask<MessagePosition> SetAsync<TValue>(
        string key, TValue value, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        (await SetAsync(key, value, default(KeyCondition), options, cancellationToken).ConfigureAwait(false))!.Value;

    public ValueTask<MessagePosition?> SetAsync<TValue>(
        string key, TValue value, KeyCondition condition, PublishOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return _store.ChangeAsync(KeyedChange.Set(key, _store.Serializer.Serialize(value), condition), options, cancellationToken);
    }

    public ValueTask<MessagePosition> SetAsync(
        string key, T value, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        SetAsync<T>(key, value, options, cancellationToken);

    public ValueTask<MessagePosition?> SetAsync(
        string key, T value, KeyCondition condition, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        SetAsync<T>(key, value, condition, options, cancellationToken);

    public ValueTask<MessagePosition?> RemoveAsync(
        string key, KeyCondition condition = default, PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        _store.ChangeAsync(KeyedChange.Remove(key, condition), options, cancellationToken);

    public ValueTask<MessagePosition?> ClearAsync(PublishOptions? options = null, CancellationToken cancellationToken = default) =>
        _store.ChangeAsync(KeyedChange.Clear, options, cancellationToken);

    public async ValueTask<StoreMessage?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        StoreKeys.Validate(key);
        using var following = await FollowedStore.BeginAsync(_store, cancellationToken).ConfigureAwait(false);
        return following.Store.Log.FindKey(key);
    }

    async ValueTask<StoreMessage<T>?> IKeyedStore<T>.GetAsync(string key, CancellationToken cancellationToken) =>
        await GetAsync(key, cancellationToken).ConfigureAwait(false) is { } message
            ? new StoreMessage<T>(message, _store.Serializer)
            : null;

    public ValueTask<StoreSnapshot> GetSnapshotAsync(CancellationToken cancellationToken = default) =>
        _store.GetSnapshotAsync(cancellationToken);

    public async ValueTask<StoreEntries<T>> GetEntriesAsync(CancellationToken cancellationToken = default)
    {
        var snapshot = await GetSnapshotAsync(cancellationToken).ConfigureAwait(false);
        var entries = new Dictionary<string, T>(snapshot.Messages.Count, StringComparer.Ordinal);
        foreach (var message in snapshot.Messages)
            entries.Add(message.Key!, _store.Serializer.Deserialize<T>(message));
        return new StoreEntries<T>(snapshot.Position, entries);
    }

    public IAsyncEnumerable<StoreMessage> ReadAllAsync(StartAt start, CancellationToken cancellationToken = default) =>
        _store.ReadAllAsync(start, cancellationToken);

    async IAsyncEnumerable<StoreMessage<T>> IKeyedStore<T>.ReadAllAsync(
        StartAt start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var message in _store.ReadAllAsync(start, cancellationToken).ConfigureAwait(false))
            yield return new StoreMessage<T>(message, _store.Serializer);
    }

    public ValueTask<MessagePosition> CompleteAsync(CancellationToken cancellationToken = default) =>
        _store.CompleteAsync(cancellationToken);
}
