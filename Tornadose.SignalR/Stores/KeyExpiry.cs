using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// Removes the expired keys of a keyed store, on condition that they have not been set again, unless its backplane does so itself.
/// </summary>
internal sealed class KeyExpiry(IBackplaneChannel channel)
{
    private const int MaxAtOnce = 1000;

    private Task _running = Task.CompletedTask;

    /// <summary>Called by <see cref="StoreSweep"/>: removes the oldest expired keys, unless the last removal is still running.</summary>
    public void Run()
    {
        if (!channel.RemovesExpiredKeys && _running.IsCompleted)
            _running = RemoveAsync(FindOldest(), CancellationToken.None);
    }

    /// <summary>
    /// An expired key counts as absent, even if the sweep has not removed it yet: its removal is published before the change.
    /// </summary>
    public ValueTask MakeWayAsync(KeyedChange change, CancellationToken cancellationToken) =>
        !channel.RemovesExpiredKeys && FindInTheWayOf(change) is { Count: > 0 } expired
            ? new(RemoveAsync(expired, cancellationToken))
            : default;

    /// <summary>The key of the change itself if it has expired, or the oldest expired keys if there is no room left.</summary>
    private List<StoreMessage> FindInTheWayOf(KeyedChange change)
    {
        var log = channel.Log;
        if (log.Keyed is not { } keys || change.IsClear)
            return [];
        if (keys.TryGet(change.Key!, out var current) && log.IsExpired(current))
            return [current.Message];
        return change.IsSet && !log.FactsOf(current).HasRoomFor(change, log.Limits) ? FindOldest() : [];
    }

    private List<StoreMessage> FindOldest()
    {
        var (log, keys) = (channel.Log, channel.Log.Keyed);
        var expired = new List<StoreMessage>();
        for (var entry = keys?.FindNext(0); entry is not null && expired.Count < MaxAtOnce; entry = keys!.FindNext(entry.Sequence + 1))
            if (log.IsExpired(entry))
                expired.Add(entry.Message);
            else if (entry.IsLive)
                break; // all that follow were set later
        return expired;
    }

    private async Task RemoveAsync(List<StoreMessage> expired, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var key in expired)
                await channel.ChangeAsync(
                    KeyedChange.Remove(key.Key!, KeyCondition.IfAt(key.Position!.Value)), null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StoreException or ObjectDisposedException)
        {
            // The next sweep, or another process, removes the rest.
        }
    }
}
