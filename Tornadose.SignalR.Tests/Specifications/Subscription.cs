using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>A subscriber over all its connections, which records what it reads in the ledger.</summary>
internal sealed class Subscription(SpecificationStore store, TransportReader reader, LedgerSubscriber seen) : IAsyncDisposable
{
    private readonly List<Arrival> _arrivals = [];

    /// <summary>The current connection.</summary>
    public TransportReader Reader { get; private set; } = reader;

    public IReadOnlyList<Arrival> Arrivals => _arrivals;

    /// <summary>The ids of the messages received.</summary>
    public IEnumerable<string?> Ids => Arrivals.Where(static arrival => arrival.Reset is null).Select(static arrival => arrival.Id);

    /// <summary>The reasons of the resets received.</summary>
    public IEnumerable<string?> Resets =>
        Arrivals.Where(static arrival => arrival.Reset is not null).Select(static arrival => arrival.Reset);

    /// <summary>The id of the last message or reset; before the first one, the id that was presented.</summary>
    public string? LastId { get; private set; } = seen.LastId;

    /// <summary>The next message or reset; null when the connection has ended.</summary>
    public async Task<Arrival?> NextOrEndAsync()
    {
        if (await Reader.NextOrEndAsync() is not { } arrival)
            return null;
        _arrivals.Add(arrival);
        LastId = arrival.Id ?? LastId;
        if (arrival.Reset is { } reason)
            seen.Reset(reason, arrival.Id!);
        else
            seen.Message(arrival.Id, arrival.Data!);
        return arrival;
    }

    public async Task<Arrival> NextAsync() =>
        await NextOrEndAsync() ?? throw new EndOfStreamException($"{seen.Name} ended after {_arrivals.Count} arrivals: {Reader.End}");

    /// <summary>Reads up to the store's newest message.</summary>
    public async Task ReadToTopAsync()
    {
        while (LastId != store.Top)
            await NextAsync();
    }

    /// <summary>Reads until the connection ends. The subscriber then need not have seen everything.</summary>
    public async Task<ReaderEnd> ReadToEndAsync()
    {
        while (await NextOrEndAsync() is not null)
            continue;
        seen.End();
        return Reader.End!;
    }

    /// <summary>Marks this subscriber as abandoned: it need not have seen everything.</summary>
    public void GiveUp() => seen.End();

    /// <summary>Opens a new connection after the last id that was seen.</summary>
    public async Task ReconnectAsync(Transport transport, TestHost? host = null)
    {
        await Reader.DisposeAsync();
        Reader = await store.ReopenAsync(transport, seen, host);
    }

    public ValueTask DisposeAsync() => Reader.DisposeAsync();
}
