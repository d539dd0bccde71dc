using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Client;

namespace Tornadose.SignalR;

/// <summary>
/// A keyed store, followed in the background, with its collection: the value of each key. See <see
/// cref="TornadoseClient.FollowEntries{T}(string, Func{EntryChange{T}, CancellationToken, ValueTask}, Action{EntriesSubscription{T}})"/>.
/// </summary>
/// <remarks>
/// A new snapshot does not empty the collection. It marks all existing keys as stale, each key that it contains loses the mark, and at its
/// end the keys that are still stale are removed. So a connection that breaks in the middle of a snapshot, and resumes after the last key,
/// needs no special case.
/// </remarks>
/// <typeparam name="T">The type of the values.</typeparam>
public sealed class EntriesSubscription<T> : IAsyncDisposable
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _stale = new(StringComparer.Ordinal);
    private readonly JsonTypeInfo<T> _typeInfo;
    private readonly Func<EntryChange<T>, CancellationToken, ValueTask>? _onChange;
    private readonly ILogger _logger;
    private StoreSubscription _subscription;
    private volatile ImmutableDictionary<string, T> _entries = ImmutableDictionary.Create<string, T>(StringComparer.Ordinal);
    private volatile bool _isReady;

    internal EntriesSubscription(
        Func<Func<ReceivedMessage, CancellationToken, ValueTask>, Action<StoreSubscription>, StoreSubscription> follow,
        JsonTypeInfo<T> typeInfo, Func<EntryChange<T>, CancellationToken, ValueTask>? onChange,
        Action<EntriesSubscription<T>>? onStateChanged, ILogger logger)
    {
        (_typeInfo, _onChange, _logger) = (typeInfo, onChange, logger);
        _subscription = follow(TakeAsync, subscription =>
        {
            _subscription = subscription; // the state may change before follow returns
            onStateChanged?.Invoke(this);
        });
    }

    /// <summary>
    /// The value of each key at this moment: an immutable collection, safe to read from any thread. Read the property again for later
    /// values. After a reset it keeps its content until the new snapshot is complete.
    /// </summary>
    public IReadOnlyDictionary<string, T> Entries => _entries;

    /// <summary>
    /// Whether <see cref="Entries"/> is complete: false before the end of the first snapshot, and from a reset to the end of the next one.
    /// </summary>
    public bool IsReady => _isReady;

    /// <summary>What the subscription is doing.</summary>
    public StoreSubscriptionState State => _subscription.State;

    /// <summary>The id of the last message that was taken; null before the first.</summary>
    public string? LastId => _subscription.LastId;

    /// <summary>Why the last attempt to connect failed, or why the subscription has ended; null while it is live.</summary>
    public Exception? LastError => _subscription.LastError;

    /// <summary>Ends with the subscription, as <see cref="StoreSubscription.Completion"/> does.</summary>
    public Task Completion => _subscription.Completion;

    /// <summary>Waits for the first snapshot.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when <see cref="Entries"/> is complete for the first time.</returns>
    /// <exception cref="StoreException">The subscription has failed.</exception>
    /// <exception cref="ObjectDisposedException">The subscription ended first.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken = default)
    {
        await Task.WhenAny(_ready.Task, Completion).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_ready.Task.IsCompleted)
            return;
        await Completion.ConfigureAwait(false);
        throw new ObjectDisposedException(GetType().Name, "The subscription ended before the first snapshot was complete.");
    }

    /// <summary>
    /// Ends the subscription; <see cref="Entries"/> keeps its content. No callback is called after it returns, unless a
    /// callback called it.
    /// </summary>
    /// <returns>A task that ends with the subscription.</returns>
    public ValueTask DisposeAsync() => _subscription.DisposeAsync();

    private async ValueTask TakeAsync(ReceivedMessage received, CancellationToken stop)
    {
        if (received.Reset is not null)
            _isReady = false; // the snapshot follows
        else if (KeyedMessage.Read(received) is { } message)
            await TakeAsync(received, message, stop).ConfigureAwait(false);
        else if (received.Id is not null) // a message without an id bypassed the log
            throw new NotKeyedStoreException(received.Store);
    }

    private ValueTask TakeAsync(ReceivedMessage received, KeyedMessage message, CancellationToken stop) => message.Change switch
    {
        StoreChange.Insert or StoreChange.Update => PutAsync(received, message, stop),
        StoreChange.Delete => RemoveAsync([message.Key!], stop),
        StoreChange.SnapshotEnd => CompleteAsync(stop),
        StoreChange.Clear when _isReady => RemoveAsync([.. _entries.Keys], stop), // the store was cleared: no snapshot follows
        _ => BeginAsync(),
    };

    private ValueTask BeginAsync()
    {
        _isReady = false;
        _stale.UnionWith(_entries.Keys);
        return ValueTask.CompletedTask;
    }

    private async ValueTask CompleteAsync(CancellationToken stop)
    {
        string[] gone = [.. _stale];
        await RemoveAsync(gone, stop).ConfigureAwait(false);
        _isReady = true;
        _ready.TrySetResult();
        await TellAsync(new(StoreChange.SnapshotEnd), stop).ConfigureAwait(false);
    }

    private async ValueTask PutAsync(ReceivedMessage received, KeyedMessage message, CancellationToken stop)
    {
        var key = message.Key!;
        T value;
        try
        {
            value = JsonSerializer.Deserialize(message.Value.Span, _typeInfo)!;
        }
        catch (JsonException other)
        {
            _logger.ValueUnreadable(other, received.Id, received.Store, typeof(T).Name);
            await RemoveAsync([key], stop).ConfigureAwait(false);
            return;
        }

        // The server's own word may differ: the reader may have skipped a removal in between.
        var change = _entries.ContainsKey(key) ? StoreChange.Update : StoreChange.Insert;
        _entries = _entries.SetItem(key, value);
        _stale.Remove(key);
        await TellAsync(new(change, key, value), stop).ConfigureAwait(false);
    }

    private async ValueTask RemoveAsync(string[] keys, CancellationToken stop)
    {
        var before = _entries;
        _entries = before.RemoveRange(keys);
        _stale.ExceptWith(keys);
        foreach (var key in keys)
            if (before.TryGetValue(key, out var value))
                await TellAsync(new(StoreChange.Delete, key, value), stop).ConfigureAwait(false);
    }

    private async ValueTask TellAsync(EntryChange<T> change, CancellationToken stop)
    {
        try
        {
            if (_onChange is not null)
                await _onChange(change, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            _logger.CallbackFailed(failure, _subscription.Stores);
        }
    }
}
