namespace Tornadose.SignalR.Sqlite;

/// <summary>A ticket that is being used, which must be remembered before it is let in.</summary>
internal sealed class PendingMark(string id, TimeSpan lifetime, CancellationToken cancellation) : Pending
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isNew;

    public Task<bool> Task => _done.Task;

    public override StoreRecord? Record => null;

    public override int Size => id.Length;

    public override bool TryGiveUp() => cancellation.IsCancellationRequested && _done.TrySetCanceled(cancellation);

    public override void Write(WriteTransaction transaction) => _isNew = transaction.Mark(id, lifetime);

    public override void Complete() => _done.TrySetResult(_isNew);

    public override void Fail(Exception failure) => _done.TrySetException(new StoreUnavailableException(
        "The database does not remember that a ticket was used, so none can be used.", mayBeStored: false, failure));
}
