using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>One store in Redis: appends by a script, reads by following the log.</summary>
internal sealed class RedisBackplaneChannel : IBackplaneChannel
{
    private readonly RedisKeys _keys;
    private readonly RedisNode _node;
    private readonly LogReader _reader;
    private readonly Action<RedisBackplaneChannel> _disposing;
    private long _appendedAt;
    private bool _disposed;

    public RedisBackplaneChannel(string store, MessageLogLimits limits, RedisNode node, Action<RedisBackplaneChannel> disposing)
    {
        Store = store;
        _disposing = disposing;
        _keys = new RedisKeys(node.Options.KeyPrefix, store, node.Options.Channels.TryGetValue(store, out var further) ? further : null);
        _node = node;
        Log = new MessageLog(limits, node.Time);
        _reader = new LogReader(_keys, Log, node);
        var replica = new LogReplica(Log, _reader, node.Time, node.Metrics.Refused, node.Metrics.Backfilled, OnReceived, store);
        Follower = new StoreFollower(store, _keys, replica, _reader, node);
    }

    public string Store { get; }

    public MessageLog Log { get; }

    public StoreFollower Follower { get; }

    /// <summary>
    /// Whether the store needs maintenance in Redis while nobody publishes. A followed store needs it if it is empty (its epoch would
    /// expire), has a maximum age, or is complete and kept for a limited time. A store that is not followed needs it if it has a maximum
    /// age, for twice that age and two sync intervals after this node has appended to it.
    /// </summary>
    public bool NeedsTending => Follower.IsFollowed
        ? Log.Position.Offset == 0 || MaxAge is not null || (Log.HasEnd && Log.Limits.KeepCompleted is not null)
        : Volatile.Read(ref _appendedAt) is var appended and not 0 && MaxAge is { } age
            && _node.Time.GetElapsedTime(appended) < 2 * (age + _node.Options.SyncInterval);

    /// <summary>The change script removes expired keys, on whichever node it runs first.</summary>
    public bool RemovesExpiredKeys => true;

    private TimeSpan? MaxAge => Log.Limits.IsKeyed ? Log.Limits.KeyMaxAge : Log.Limits.MaxAge;

    public ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
        AppendAsync(contents, idempotencyKey, "", lease: null, cancellationToken);

    public ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, long lease, CancellationToken cancellationToken) =>
        AppendAsync(contents, idempotencyKey, "", lease, cancellationToken);

    public ValueTask<MessagePosition?> ChangeAsync(KeyedChange change, string? idempotencyKey, CancellationToken cancellationToken) =>
        new(ChangeAsync(ActionOf(change), change, idempotencyKey, lease: null, cancellationToken));

    public ValueTask<MessagePosition?> ChangeAsync(
        KeyedChange change, string? idempotencyKey, long lease, CancellationToken cancellationToken) =>
        new(ChangeAsync(ActionOf(change), change, idempotencyKey, lease, cancellationToken));

    public async ValueTask<long> LeaseAsync(long held, TimeSpan duration, CancellationToken cancellationToken) =>
        (long)await _node.Connection.EvaluateAsync(
            RedisScripts.Lease, [_keys.Meta, _keys.Lease], [held, (long)duration.TotalMilliseconds], cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask ReleaseAsync(long lease, CancellationToken cancellationToken) =>
        await LeaseAsync(lease, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);

    public async ValueTask AppendFirstAsync(MessageContent content, CancellationToken cancellationToken) =>
        await AppendAsync([content], null, "first", lease: null, cancellationToken).ConfigureAwait(false);

    public async ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken)
    {
        var following = await Follower.FollowAsync(cancellationToken).ConfigureAwait(false);
        if (Log.HasEnd && Log.Limits.KeepCompleted is not null)
            _ = KeepAsync();
        return following;
    }

    public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) =>
        new(Follower.CatchUpAsync(position, cancellationToken));

    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => new(Follower.CatchUpAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _disposing(this);
        await Follower.DisposeAsync().ConfigureAwait(false);
        Log.Complete();
    }

    private async ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, string condition, long? lease,
        CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(IBackplaneChannel));
        if (Log.Limits.IsKeyed)
            return contents is [{ IsEnd: true }]
                ? (await ChangeAsync("end", default, idempotencyKey, lease, cancellationToken).ConfigureAwait(false))!.Value
                : throw new ArgumentException("A keyed store accepts only changes of keys, and its end.", nameof(contents));
        var announcing = await _node.Connection.AnnouncingAsync(cancellationToken).ConfigureAwait(false);
        RedisKey[] keys = idempotencyKey is null ? [_keys.Meta, _keys.Log] : [_keys.Meta, _keys.Log, _keys.IdempotencyKey(idempotencyKey)];
        RedisValue[] arguments =
        [
            .. Arguments(contents[0]),
            LogReader.Random(8),
            Log.Limits.Capacity,
            LogReader.MaxAge(Log.Limits),
            StoreActivities.TraceParent ?? "",
            condition,
            announcing,
            LogReader.KeepCompleted(Log.Limits),
            lease ?? RedisValue.EmptyString,
            .. contents.Skip(1).SelectMany(Arguments),
        ];
        return Parse(await AnsweredAsync(AppendAsync(keys, arguments, cancellationToken)).ConfigureAwait(false));
    }

    private async Task<string?> AppendAsync(RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken) =>
        (string?)await _node.Connection.EvaluateAsync(RedisScripts.Append, keys, arguments, cancellationToken).ConfigureAwait(false);

    private static string ActionOf(KeyedChange change) => change.IsClear ? "clear" : change.IsSet ? "set" : "remove";

    private async Task<MessagePosition?> ChangeAsync(
        string action, KeyedChange change, string? idempotencyKey, long? lease, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(IBackplaneChannel));
        var id = await AnsweredAsync(_reader.ChangeAsync(action, change, idempotencyKey, lease, cancellationToken)).ConfigureAwait(false);
        return id is null ? null : Parse(id);
    }

    private MessagePosition Parse(string? id)
    {
        Volatile.Write(ref _appendedAt, _node.Time.GetTimestamp());
        return MessagePosition.TryParse(id, out var position)
            ? position
            : throw new StoreRefusedException($"Redis answered '{id}' to an append, which is not an id.");
    }

    private async Task<string?> AnsweredAsync(Task<string?> script)
    {
        try
        {
            return await script.ConfigureAwait(false);
        }
        catch (StoreRefusedException refused) when (RedisErrors.IsCompleted(refused))
        {
            throw new StoreCompletedException(Store, refused);
        }
        catch (StoreRefusedException refused) when (RedisErrors.IsFull(refused))
        {
            throw new StoreFullException(
                $"The store '{Store}' has reached its limit of keys ({Log.Limits.MaxKeys}) or bytes ({Log.Limits.MaxBytes}).");
        }
    }

    /// <summary>Extends the time that a complete store is kept, because somebody reads it.</summary>
    private async Task KeepAsync()
    {
        try
        {
            await Follower.TendAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StoreException or ObjectDisposedException)
        {
            _node.Logger.SyncFailed(failure, Store); // the store expires a little earlier
        }
    }

    private static RedisValue[] Arguments(MessageContent content) =>
        [Bytes(content.Data), content.Format == MessageFormat.Json ? "json" : "text", content.EventType ?? ""];

    private void OnReceived(string traceParent, MessagePosition position)
    {
        if (StoreActivities.IsEnabled)
            StoreActivities.Received(Store, traceParent, position.ToString());
    }

    private static byte[] Bytes(ReadOnlyMemory<byte> data) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(data, out var segment)
            && segment.Count == segment.Array!.Length ? segment.Array : data.ToArray();
}
