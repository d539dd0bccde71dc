using Tornadose.SignalR;

namespace BlazorDashboard.Metrics;

/// <summary>Maintains the table of processes: sets the rows that are new or have changed, and removes the others.</summary>
public sealed class ProcessTable(ProcessReader reader, TimeProvider clock)
{
    private Dictionary<string, ProcessMetrics> _shown = [];

    /// <summary>Runs until it is stopped. There are no subscribers then, so the table is emptied: its rows would be outdated.</summary>
    public async Task RunAsync(IKeyedStore<ProcessMetrics> store, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(SampleRate.Machine, clock);
        _shown = new((await store.GetEntriesAsync(stop)).Entries); // left by a node that has crashed
        try
        {
            do
            {
                if (reader.Read() is { } now)
                    await ShowAsync(store, now, stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        finally
        {
            await store.ClearAsync(cancellationToken: CancellationToken.None);
        }
    }

    private async Task ShowAsync(
        IKeyedStore<ProcessMetrics> store, IReadOnlyDictionary<string, ProcessMetrics> now, CancellationToken stop)
    {
        foreach (var gone in _shown.Keys.Except(now.Keys))
            await store.RemoveAsync(gone, cancellationToken: stop);
        foreach (var (number, process) in now)
            if (_shown.GetValueOrDefault(number) != process)
                await store.SetAsync(number, process, cancellationToken: stop);
        _shown = new(now);
    }
}
