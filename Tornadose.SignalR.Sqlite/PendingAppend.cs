using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>Messages that are to be appended together.</summary>
internal sealed class PendingAppend(
    StoreRecord record, IReadOnlyList<MessageContent> contents, string? key, bool onlyFirst, Action settled,
    CancellationToken cancellation) : PendingWrite(record, key, settled, cancellation)
{
    public override int Size { get; } = contents.Sum(static content => content.Size);

    protected override MessagePosition? Store(WriteTransaction transaction)
    {
        var row = Record.Draft;
        if (onlyFirst && row.Position.Offset > 0)
            return row.Position;
        if (row.Ended is not null)
            return contents[^1].IsEnd ? row.Position : throw new StoreCompletedException(Record.Name);
        var position = default(MessagePosition);
        foreach (var content in contents)
            position = Append(transaction, content);
        return position;
    }
}
