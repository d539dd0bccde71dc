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

    /// <summary>The stores whose messages could not be written the last time.</summary>
    public StoreRecord[] Faulty
    {
        get
        {
            lock (_gate)
                return [.. _records.Values.Where(static record => record.Fault is not null)];
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

    /// <summary>Forgets a closed channel, and its store unless that was opened again.</summary>
    public void Close(SqliteBackplaneChannel channel)
    {
        lock (_gate)
        {
            if (!_channels.Remove(channel))
                return; // closed before: the record under this name may be a newer one
            channel.Record.Remove(channel);
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
