using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>
/// Removes the keys of a keyed store that were not set again in time, on condition that they still have not been; unless its backplane
/// does so itself.
/// </summary>
internal sealed class KeyExpiry(IBackplaneChannel channel)
{
    private const int MaxAtOnce = 1000;

    private Task _running = Task.CompletedTask;

    /// <summary>The clock's look at the store: removes the oldest of them, unless the last removal still runs.</summary>
    public void Run()
    {
        if (!channel.RemovesExpiredKeys && _running.IsCompleted)
            _running = RemoveAsync(FindOldest(), CancellationToken.None);
    }

    /// <summary>A key that is too old is not there any more, whether or not the clock has come by: its removal is told before the
    /// change.</summary>
    public ValueTask MakeWayAsync(KeyedChange change, CancellationToken cancellationToken) =>
        !channel.RemovesExpiredKeys && FindInTheWayOf(change) is { Count: > 0 } expired
            ? new(RemoveAsync(expired, cancellationToken))
            : default;

    /// <summary>The key of the change itself, or the oldest of all where there is no room left.</summary>
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
            // The next look of the clock, or another process, removes what is left.
        }
    }
}
