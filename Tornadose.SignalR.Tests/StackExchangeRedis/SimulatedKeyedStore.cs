using System.Collections.Immutable;
using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>
/// An in-memory model of a keyed store as the change script keeps it in Redis, with its announcements: for many runs of a replica.
/// </summary>
internal sealed class SimulatedKeyedStore(Random random, int maxTombstones, int pageSize) : ILogSource
{
    private int _values;

    /// <summary>All data of the store, as a snapshot of Redis contains it.</summary>
    public KeyedState State { get; set; } = KeyedState.Begin(random);

    /// <summary>Called around a read: before Redis has answered it, and before the answer has arrived.</summary>
    public Action? Meanwhile { get; set; }

    public int Reads { get; private set; }

    /// <summary>Sets, removes, or clears.</summary>
    /// <returns>The announcement; null when there was nothing to change.</returns>
    public byte[]? Change(int keys)
    {
        var key = $"k{random.Next(keys)}";
        var exists = State.Entries.TryGetValue(key, out var old) && old.Operation != 'd';
        var operation = random.Next(60) switch
        {
            0 => 'c',
            < 25 => 'd',
            _ => exists ? 'u' : 'i',
        };
        if ((operation == 'd' && !exists) || (operation == 'c' && !State.Live.Any()))
            return null;
        return Store(operation, operation == 'c' ? "" : key, operation is 'i' or 'u' ? $"{++_values}" : "");
    }

    public void Flush() => State = KeyedState.Begin(random);

    public Task<LogPage> ReadAsync(LogRange range, CancellationToken cancellationToken)
    {
        Assert.True(++Reads < 100_000, "reads without end");
        Meanwhile?.Invoke();
        var all = State.InOrder.Where(entry => entry.Position.Offset >= range.First).ToList();
        var page = new LogPage(
            new LogTop(State.Top, SimulatedStore.Seal),
            [.. all.Take(pageSize).Select(static entry => new LogPageEntry(entry.Position, entry.Content, 0, entry.Previous))],
            all.Count <= pageSize, 0, State.Forgotten);
        Meanwhile?.Invoke();
        return Task.FromResult(page);
    }

    private byte[] Store(char operation, string key, string value)
    {
        var before = State.Top;
        var position = before with { Offset = before.Offset + 1, Tag = (uint)random.NextInt64(1, uint.MaxValue) };
        var entry = new KeyedStateEntry(position, before.Tag, operation, key, value);
        State = operation == 'c'
            ? State with { Top = position, Entries = ImmutableDictionary<string, KeyedStateEntry>.Empty, Clear = entry, Forgotten = 0 }
            : State with { Top = position, Entries = State.Entries.SetItem(key, entry) };
        foreach (var dropped in State.Gone.OrderBy(static gone => gone.Position.Offset).Take(State.Gone.Count() - maxTombstones).ToList())
            State = State with { Entries = State.Entries.Remove(dropped.Key), Forgotten = dropped.Position.Offset };
        return SimulatedStore.Prove(Encoding.ASCII.GetBytes(
            $"{position.Epoch:x16};{position.Offset};{position.Tag:x8};{before.Tag:x8};{operation}{key.Length};{key}{value}"));
    }
}

/// <summary>The newest change of each key.</summary>
internal sealed record KeyedState(
    MessagePosition Top, ImmutableDictionary<string, KeyedStateEntry> Entries, KeyedStateEntry? Clear, long Forgotten)
{
    public IEnumerable<KeyedStateEntry> Gone => Entries.Values.Where(static entry => entry.Operation == 'd');

    public IEnumerable<KeyedStateEntry> Live => Entries.Values.Where(static entry => entry.Operation != 'd');

    public IEnumerable<KeyedStateEntry> InOrder =>
        (Clear is null ? Entries.Values : Entries.Values.Append(Clear)).OrderBy(static entry => entry.Position.Offset);

    public static KeyedState Begin(Random random) => new(
        new MessagePosition((ulong)random.NextInt64(1, long.MaxValue), 0, 0), ImmutableDictionary<string, KeyedStateEntry>.Empty, null, 0);
}

internal sealed record KeyedStateEntry(MessagePosition Position, uint Previous, char Operation, string Key, string Value)
{
    public MessageContent Content =>
        ForeignContent.OfChange("s", Operation, Encoding.ASCII.GetBytes(Key), Encoding.ASCII.GetBytes(Value));
}
