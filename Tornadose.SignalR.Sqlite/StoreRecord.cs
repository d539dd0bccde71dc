using System.Security.Cryptography;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// A store that is open in this process, shared by its channels: one of a family may be opened again before its last channel has
/// finished closing.
/// </summary>
internal sealed class StoreRecord(string name)
{
    private readonly Lock _gate = new();
    private SqliteBackplaneChannel[] _channels = [];
    private string? _fault;

    public string Name => name;

    /// <summary>The epoch that begins with the first message of a store that has none yet.</summary>
    public ulong NewEpoch { get; private set; } = RandomEpoch();

    /// <summary>The committed row, as the writer knows it; null until the writer has read it. Only the writer uses it.</summary>
    public StoreRow? Row { get; set; }

    /// <summary>The row as the open transaction has changed it. Only the writer uses it.</summary>
    public StoreRow Draft;

    /// <summary>Why the store's messages could not be written the last time, though those of others could; null when they could.</summary>
    public string? Fault
    {
        get => Volatile.Read(ref _fault);
        set => Volatile.Write(ref _fault, value);
    }

    public bool IsUnused => Volatile.Read(ref _channels).Length == 0;

    /// <summary>The limits in force: those of the log change with the configuration.</summary>
    public MessageLogLimits? Limits => Volatile.Read(ref _channels) is [.., var newest] ? newest.Log.Limits : null;

    /// <summary>Has the row read again. If it is gone, offsets start again, in a new epoch.</summary>
    public void ForgetRow()
    {
        if (Row is not null)
            NewEpoch = RandomEpoch();
        Row = null;
    }

    public void Add(SqliteBackplaneChannel channel)
    {
        lock (_gate)
            _channels = [.. _channels, channel];
    }

    public void Remove(SqliteBackplaneChannel channel)
    {
        lock (_gate)
            _channels = [.. _channels.Where(other => other != channel)];
    }

    /// <summary>Shows readers what was committed.</summary>
    public void Show(MessagePosition position, MessageContent content)
    {
        foreach (var channel in Volatile.Read(ref _channels))
            channel.Show(position, content);
    }

    private static ulong RandomEpoch() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
