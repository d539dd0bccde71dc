namespace Tornadose.SignalR.Sqlite;

/// <summary>A ticket that is being used, which must be recorded before it is accepted.</summary>
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
        "The database cannot record that a ticket is used, so no ticket is accepted.", mayBeStored: false, failure));
}
