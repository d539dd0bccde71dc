using System.Security.Cryptography;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

internal sealed class LocalBackplaneChannel : IBackplaneChannel
{
    private readonly Lock _gate = new();
    private readonly IdempotencyKeys _keys;
    private readonly string _store;
    private bool _disposed;

    public LocalBackplaneChannel(string store, MessageLogLimits limits, TimeProvider time)
    {
        _store = store;
        _keys = new IdempotencyKeys(time);
        Log = new MessageLog(limits, new MessagePosition(NewEpoch(), 0, 0), time);
    }

    public MessageLog Log { get; }

    public ValueTask<MessagePosition> AppendAsync(
        IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (FindEarlier(idempotencyKey) is { } earlier)
                return new(earlier);
            if (Log.HasEnd)
                return contents[^1].IsEnd ? new(Log.Position) : throw new StoreCompletedException(_store);
            var position = default(MessagePosition);
            foreach (var content in contents)
                position = Append(content);
            if (idempotencyKey is not null)
                _keys.Add(idempotencyKey, position);
            return new(position);
        }
    }

    public ValueTask<MessagePosition?> ChangeAsync(KeyedChange change, string? idempotencyKey, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (FindEarlier(idempotencyKey) is { } earlier)
                return new(earlier);
            if (Log.HasEnd)
                throw new StoreCompletedException(_store);
            if (Log.Judge(_store, change) is not { } content)
                return default;
            var position = Append(content);
            if (idempotencyKey is not null)
                _keys.Add(idempotencyKey, position);
            return new(position);
        }
    }

    public ValueTask AppendFirstAsync(MessageContent content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IBackplaneChannel));
            if (Log.Position.Offset == 0)
                Append(content);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => new(NothingToEnd.Instance);

    public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        lock (_gate)
            _disposed = true;
        Log.Complete();
        return ValueTask.CompletedTask;
    }

    /// <summary>The position of an earlier message or change with this key; null if there is none, and without a key.</summary>
    /// <exception cref="ObjectDisposedException">The channel is closed: nothing may be stored any more.</exception>
    private MessagePosition? FindEarlier(string? idempotencyKey)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(IBackplaneChannel));
        _keys.Trim();
        return idempotencyKey is not null && _keys.TryGet(idempotencyKey, out var earlier) ? earlier : null;
    }

    private MessagePosition Append(MessageContent content)
    {
        var last = Log.Position;
        var position = new MessagePosition(last.Epoch, last.Offset + 1, NewTag());
        Log.Append(position, content);
        return position;
    }

    private static ulong NewEpoch() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private static uint NewTag() => (uint)Random.Shared.NextInt64(1, 1L << 32);

    /// <summary>This log is always up to date, whether or not somebody reads it.</summary>
    private sealed class NothingToEnd : IDisposable
    {
        public static readonly NothingToEnd Instance = new();

        public void Dispose()
        {
        }
    }
}
