using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>Messages on their way into the database, together. Their publisher goes on when it has a position, on a thread of the
/// pool.</summary>
internal sealed class PendingAppend(
    StoreRecord record, IReadOnlyList<MessageContent> contents, string? key, bool onlyFirst, Action settled,
    CancellationToken cancellation) : Pending
{
    private readonly TaskCompletionSource<MessagePosition> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MessagePosition[] _positions = new MessagePosition[contents.Count];
    private StoreCompletedException? _refusal;
    private MessagePosition _position;
    private bool _isStored;

    public Task<MessagePosition> Task => _done.Task;

    public override StoreRecord? Record => record;

    public override int Size { get; } = contents.Sum(static content => content.Size);

    public override bool TryGiveUp()
    {
        if (!cancellation.IsCancellationRequested)
            return false;
        _done.TrySetCanceled(cancellation);
        settled();
        return true;
    }

    public override void Write(WriteTransaction transaction)
    {
        (_isStored, _refusal) = (false, null); // a transaction may be tried again without what made it fail
        transaction.Use(record);
        ref var row = ref record.Draft;
        if (onlyFirst && row.Position.Offset > 0)
        {
            _position = row.Position;
            return;
        }

        if (key is not null && transaction.FindKey(row, key) is { } earlier)
        {
            _position = earlier;
            return;
        }

        if (row.Ended is not null)
        {
            _position = row.Position;
            _refusal = contents[^1].IsEnd ? null : new StoreCompletedException(record.Name);
            return;
        }

        for (var index = 0; index < contents.Count; index++)
        {
            _position = new MessagePosition(row.Position.Epoch, row.Position.Offset + 1, NewTag());
            _positions[index] = _position;
            transaction.Append(record, _position, contents[index]);
        }

        if (key is not null)
            transaction.AddKey(row, key, _position);
        _isStored = true;
    }

    public override void Complete()
    {
        if (_isStored)
            for (var index = 0; index < contents.Count; index++)
                record.Show(_positions[index], contents[index]);
        if (_refusal is null ? _done.TrySetResult(_position) : _done.TrySetException(_refusal))
            settled();
    }

    public override void Fail(Exception failure)
    {
        if (_done.TrySetException(failure))
            settled();
    }

    private static uint NewTag() => (uint)Random.Shared.NextInt64(1, 1L << 32);
}
