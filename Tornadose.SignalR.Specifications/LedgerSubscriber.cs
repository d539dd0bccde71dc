namespace Tornadose.SignalR.Specifications;

/// <summary>What one subscriber saw, over all its connections. Safe to record from any thread.</summary>
internal sealed class LedgerSubscriber
{
    private readonly Lock _lock = new();
    private readonly List<LedgerRecord> _records = [];
    private string _wire;

    internal LedgerSubscriber(string name, string wire, string? after)
    {
        (Name, _wire) = (name, wire);
        Connected(wire, after);
    }

    public string Name { get; }

    /// <summary>Whether the subscriber was ended on purpose, and need not have reached the top (L6).</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Messages seen, with or without an id.</summary>
    public int Count => Records.OfType<MessageRecord>().Count();

    /// <summary>The id that a reconnect would present: of the last message or reset.</summary>
    public string? LastId => Records.Select(IdOf).LastOrDefault(id => id is not null);

    internal IReadOnlyList<LedgerRecord> Records
    {
        get
        {
            lock (_lock)
                return [.. _records];
        }
    }

    /// <summary>A new connection of the same subscriber, on the same or on another wire.</summary>
    public void Connected(string wire, string? after)
    {
        _wire = wire;
        Add(new ConnectRecord(wire, after));
    }

    public void Message(string? id, string payload) => Add(new MessageRecord(_wire, id, MessageRecord.HashOf(payload)));

    public void Reset(string reason, string currentId) => Add(new ResetRecord(_wire, reason, currentId));

    public void End() => IsEnded = true;

    internal static string? IdOf(LedgerRecord record) => record switch
    {
        MessageRecord message => message.Id,
        ResetRecord reset => reset.Id,
        ConnectRecord connect => connect.After,
        _ => null,
    };

    private void Add(LedgerRecord record)
    {
        lock (_lock)
            _records.Add(record);
    }
}
