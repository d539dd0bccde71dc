namespace Tornadose.SignalR.Sqlite;

/// <summary>The stores that are open in this process, by name.</summary>
internal sealed class OpenStores
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoreRecord> _records = new(StringComparer.Ordinal);
    private readonly HashSet<SqliteBackplaneChannel> _channels = [];

    public SqliteBackplaneChannel[] Channels
    {
        get
        {
            lock (_gate)
                return [.. _channels];
        }
    }

    public SqliteBackplaneChannel Open(string store, Func<StoreRecord, SqliteBackplaneChannel> make)
    {
        lock (_gate)
        {
            if (!_records.TryGetValue(store, out var record))
                _records.Add(store, record = new StoreRecord(store));
            var channel = make(record);
            record.Add(channel);
            _channels.Add(channel);
            return channel;
        }
    }

    /// <summary>Forgets a channel that was closed, and its store unless that was opened anew.</summary>
    public void Close(SqliteBackplaneChannel channel)
    {
        lock (_gate)
        {
            channel.Record.Remove(channel);
            _channels.Remove(channel);
            if (channel.Record.IsUnused)
                _records.Remove(channel.Record.Name);
        }
    }

    public StoreRecord? Find(string store)
    {
        lock (_gate)
            return _records.GetValueOrDefault(store);
    }
}
