using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// Removes, once a second, what has expired: messages, keys, and stores of a family that nobody has used for long. Then recounts what the
/// rest takes of the budget.
/// </summary>
internal sealed class StoreSweep : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, MessageStore> _stores;
    private readonly StoreFamilies _families;
    private readonly StoreBudget _budget;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    public StoreSweep(
        ConcurrentDictionary<string, MessageStore> stores, StoreFamilies families, StoreBudget budget, TimeProvider time, ILogger logger)
    {
        (_stores, _families, _budget, _logger) = (stores, families, budget, logger);
        _timer = time.CreateTimer(static state => ((StoreSweep)state!).Run(), this, Interval, Interval);
    }

    /// <summary>Completes when no sweep is running any more.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Run()
    {
        foreach (var (_, store) in _stores)
            Sweep(store);
        _budget.Count();
    }

    /// <summary>
    /// On a timer's thread, where an exception would end the process: channels, and their logs, may be the application's own.
    /// </summary>
    private void Sweep(MessageStore store)
    {
        try
        {
            store.Log.TrimExpired();
            store.RemoveExpiredKeys();
            if (store.Lease is not null)
                _families.DropIfIdle(store);
        }
        catch (Exception failure)
        {
            if (!store.SweepFailed)
                _logger.StoreSweepFailed(failure, store.Name);
            store.SweepFailed = true;
        }
    }
}
