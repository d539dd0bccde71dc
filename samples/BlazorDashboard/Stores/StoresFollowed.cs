using Tornadose.SignalR;

namespace BlazorDashboard.Stores;

/// <summary>
/// Keeps this node's copy of every store up to date, also while no page is open: the first page that is opened then has full charts.
/// Stores in memory are always up to date.
/// </summary>
public sealed class StoresFollowed(IStoreProvider stores) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var following = await Task.WhenAll(stores.Names.Select(name => stores.GetStore(name).FollowAsync(stoppingToken).AsTask()));
        await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var followed in following)
            followed.Dispose();
    }
}
