using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>A message on its way into the database. Its publisher goes on when it has a position, on a thread of the pool.</summary>
internal sealed class PendingAppend(
    StoreRecord record, MessageContent content, string? key, bool onlyFirst, Action settled, CancellationToken cancellation) : Pending
{
    private readonly TaskCompletionSource<MessagePosition> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MessagePosition _position;
    private bool _isStored;

    public Task<MessagePosition> Task => _done.Task;

    public override StoreRecord? Record => record;

    public override int Size => content.Size;

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
        _isStored = false; // a transaction may be tried again without what made it fail
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

        _position = new MessagePosition(row.Position.Epoch, row.Position.Offset + 1, NewTag());
        transaction.Append(record, _position, content);
        if (key is not null)
            transaction.AddKey(row, key, _position);
        _isStored = true;
    }

    public override void Complete()
    {
        if (_isStored)
            record.Show(_position, content);
        if (_done.TrySetResult(_position))
            settled();
    }

    public override void Fail(Exception failure)
    {
        if (_done.TrySetException(failure))
            settled();
    }

    private static uint NewTag() => (uint)Random.Shared.NextInt64(1, 1L << 32);
}
