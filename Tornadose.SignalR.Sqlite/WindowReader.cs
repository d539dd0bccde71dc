using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Reads the windows of stores, on a connection and a thread of its own, one after the other. Not on the writer's thread: a window of many
/// megabytes would hold up all publishers. Not on pool threads: a thousand stores that are followed at once would occupy them all.
/// </summary>
internal sealed class WindowReader : IAsyncDisposable
{
    private readonly Channel<Task> _waiting = Channel.CreateUnbounded<Task>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly Task _running;
    private SqliteConnection? _connection;

    public WindowReader(SqliteDatabase database, TimeProvider time)
    {
        (_database, _time) = (database, time);
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs an action on the reader's thread, where it may call <see cref="Read(string, MessageLogLimits)"/>.</summary>
    /// <returns>Completes when it has run, or when the reader has ended before.</returns>
    public Task RunAsync(Action load)
    {
        var task = new Task(load, TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiting.Writer.TryWrite(task) ? task : Task.CompletedTask;
    }

    /// <summary>Reads the newest messages that the limits allow, newest first, so that no more is read than is kept.</summary>
    /// <returns>The window; null when the store has never had a message.</returns>
    public Window? Read(string store, MessageLogLimits limits)
    {
        _connection ??= _database.OpenReader();
        try
        {
            return Read(_connection, store, limits);
        }
        catch
        {
            // A new connection has nothing cached from a damaged page.
            _connection.Dispose();
            _connection = null;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running.ConfigureAwait(false);
        _connection?.Dispose();
    }

    /// <summary>Blocks, on the reader's own thread.</summary>
    private void Run()
    {
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            while (_waiting.Reader.TryRead(out var task))
                task.RunSynchronously(TaskScheduler.Default);
    }

    private Window? Read(SqliteConnection connection, string store, MessageLogLimits limits)
    {
        // A transaction, so that position and messages are of the same moment.
        using var transaction = connection.BeginTransaction(deferred: true);
        if (Find(connection, transaction, store) is not { } row || row.Limits.IsKeyed != limits.IsKeyed)
            return null; // a store of another kind: the first write starts it again
        if (limits.IsKeyed)
            return ReadKeyed(connection, transaction, row, store);
        var newestFirst = new List<WindowMessage>();
        if (row.Ended is not null)
            newestFirst.Add(new WindowMessage(row.Position, TimeSpan.Zero, MessageContent.End));
        if (limits.Capacity > 0)
            ReadMessages(connection, transaction, row, limits, newestFirst);
        newestFirst.Reverse();
        return new Window(row.Position, newestFirst);
    }

    private Window ReadKeyed(SqliteConnection connection, SqliteTransaction transaction, in StoreRow row, string store)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT offset, tag, time, key, change, data FROM messages WHERE store = $store ORDER BY offset";
        command.Parameters.AddWithValue("$store", row.Id);
        using var changes = command.ExecuteReader();
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var oldestFirst = new List<WindowMessage>();
        while (changes.Read())
            oldestFirst.Add(new WindowMessage(
                new MessagePosition(row.Position.Epoch, changes.GetInt64(0), (uint)changes.GetInt64(1)),
                TimeSpan.FromMilliseconds(Math.Max(0, now - changes.GetInt64(2))),
                KeyedRow.Read(store, changes.GetString(3), changes.GetInt64(4), changes.GetFieldValue<byte[]>(5))));
        if (row.Ended is not null)
            oldestFirst.Add(new WindowMessage(row.Position, TimeSpan.Zero, MessageContent.End));
        return new Window(row.Position, oldestFirst, row.Forgotten);
    }

    private static StoreRow? Find(SqliteConnection connection, SqliteTransaction transaction, string store)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"SELECT {StoreRowReader.Columns} FROM stores WHERE name = $name";
        command.Parameters.AddWithValue("$name", store);
        using var found = command.ExecuteReader();
        return found.Read() ? StoreRowReader.Read(found) : null;
    }

    private void ReadMessages(
        SqliteConnection connection, SqliteTransaction transaction, StoreRow row, MessageLogLimits limits, List<WindowMessage> newestFirst)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            SELECT offset, tag, time, format, event, data FROM messages WHERE store = $store ORDER BY offset DESC LIMIT $capacity
            """;
        command.Parameters.AddWithValue("$store", row.Id);
        command.Parameters.AddWithValue("$capacity", limits.Capacity);
        using var messages = command.ExecuteReader();
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var next = row.Position.Offset - newestFirst.Count;
        long bytes = 0;
        while (messages.Read())
        {
            var position = new MessagePosition(row.Position.Epoch, messages.GetInt64(0), (uint)messages.GetInt64(1));
            var age = TimeSpan.FromMilliseconds(Math.Max(0, now - messages.GetInt64(2)));
            if (position.Offset != next-- || age > limits.MaxAge)
                return; // what is older has a gap before it, or is too old
            var content = new MessageContent(
                messages.GetFieldValue<byte[]>(5), (MessageFormat)messages.GetInt64(3),
                messages.IsDBNull(4) ? null : messages.GetString(4));
            bytes += content.Size;
            if (bytes > limits.MaxBytes && bytes > content.Size)
                return;
            newestFirst.Add(new WindowMessage(position, age, content));
        }
    }
}
