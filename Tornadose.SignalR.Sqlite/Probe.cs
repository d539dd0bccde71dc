using Microsoft.Data.Sqlite;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Tries whether the database can be written, by some pages that are written over and over. A database that could not be written may
/// never be written again otherwise, because an unhealthy process gets no requests. Of one store it tries a message, which it takes back.
/// </summary>
internal sealed class Probe(StoreRecord? record) : Pending
{
    private const int Bytes = 16 * 1024;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _done.Task;

    public override StoreRecord? Record => record;

    public override int Size => Bytes;

    public override bool TryGiveUp() => false;

    public static void Write(SqliteConnection connection)
    {
        using var statement = new Statement(connection, $"INSERT OR REPLACE INTO probe(id, bytes) VALUES(1, randomblob({Bytes}))");
        statement.Execute();
    }

    public override void Write(WriteTransaction transaction)
    {
        if (record is null)
            Write(transaction.Connection);
        else
            transaction.TryAppend(record);
    }

    public override void Complete() => _done.TrySetResult();

    public override void Fail(Exception failure) => _done.TrySetException(failure);
}
