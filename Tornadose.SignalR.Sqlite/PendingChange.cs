namespace Tornadose.SignalR.Sqlite;

/// <summary>A change of a keyed store, whose condition is checked in the transaction.</summary>
internal sealed class PendingChange(
    StoreRecord record, KeyedChange change, string? key, Action settled, CancellationToken cancellation)
    : PendingWrite(record, key, settled, cancellation)
{
    private const int MaxExpiredAtOnce = 1000;

    public override int Size => change.Size;

    protected override MessagePosition? Store(WriteTransaction transaction)
    {
        var row = Record.Draft;
        if (row.Ended is not null)
            throw new StoreCompletedException(Record.Name);
        var limits = Record.Limits ?? row.Limits;
        foreach (var expired in transaction.Keyed.FindInTheWay(ref Record.Draft, change, MaxExpiredAtOnce, transaction.Now))
            Append(transaction, MessageContent.OfKey(Record.Name, expired, StoreChange.Delete, default));
        return transaction.Keyed.FactsOf(Record.Draft, change.Key).Judge(Record.Name, change, limits) is { } content
            ? Append(transaction, content)
            : null;
    }
}
