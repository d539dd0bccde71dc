using Microsoft.Data.Sqlite;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Tests whether the database can be written, by overwriting some pages. Without it, a database that could not be written might never be
/// tried again, because an unhealthy process gets no requests. For one store it writes a message and rolls it back.
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
