using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>A write that a publisher waits for. The publisher continues on a thread of the pool once the outcome is known.</summary>
internal abstract class PendingWrite(StoreRecord record, string? key, Action settled, CancellationToken cancellation) : Pending
{
    private readonly TaskCompletionSource<MessagePosition?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(MessagePosition Position, MessageContent Content)> _stored = [];
    private StoreException? _refusal;
    private MessagePosition? _position;

    /// <summary>The position; null when there was nothing to store.</summary>
    public Task<MessagePosition?> Task => _done.Task;

    public sealed override StoreRecord Record => record;

    public sealed override bool TryGiveUp()
    {
        if (!cancellation.IsCancellationRequested)
            return false;
        _done.TrySetCanceled(cancellation);
        settled();
        return true;
    }

    public sealed override void Write(WriteTransaction transaction)
    {
        _stored.Clear(); // a transaction may be tried again without what made it fail
        (_position, _refusal) = (null, null);
        transaction.Use(record);
        if (key is not null && transaction.FindKey(record.Draft, key) is { } earlier)
        {
            _position = earlier;
            return;
        }

        try
        {
            _position = Store(transaction);
        }
        catch (StoreException refusal)
        {
            _refusal = refusal;
        }

        if (key is not null && _stored.Count > 0 && _position is { } position)
            transaction.AddKey(record.Draft, key, position);
    }

    public sealed override void Complete()
    {
        foreach (var (position, content) in _stored)
            record.Show(position, content);
        if (_refusal is null ? _done.TrySetResult(_position) : _done.TrySetException(_refusal))
            settled();
    }

    public sealed override void Fail(Exception failure)
    {
        if (_done.TrySetException(failure))
            settled();
    }

    /// <summary>Stores what is to be stored, if anything; the transaction already uses the record.</summary>
    /// <returns>The position for the publisher.</returns>
    /// <exception cref="StoreException">It is refused and not stored. Removals of expired keys that it caused are kept.</exception>
    protected abstract MessagePosition? Store(WriteTransaction transaction);

    protected MessagePosition Append(WriteTransaction transaction, MessageContent content)
    {
        var position = transaction.AppendNext(record, content);
        _stored.Add((position, content));
        return position;
    }
}
