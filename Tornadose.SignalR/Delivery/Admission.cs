using System.Diagnostics.CodeAnalysis;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// Who may come in: every limit on subscriptions is kept here. Asked before anything is sent, so that a client can be refused in a way that it understands. Whoever comes in has a place until it leaves; places are counted
/// in one step, so that a limit is exact however many come at once.
/// </summary>
internal sealed class Admission(TornadoseOptions options, TimeProvider time, StoreMetrics metrics)
{
    /// <summary>A client that was away for a while may have everything at once.</summary>
    private const int ReplayBurstSeconds = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _stores = new(StringComparer.Ordinal);
    private readonly TokenBucket? _joins = options.MaxJoinsPerSecond is { } joins ? new(joins, joins, time) : null;
    private readonly TokenBuckets? _replays = options.MaxReplayedPerSecond is { } replayed ? new(replayed, ReplayBurstSeconds * (double)replayed, time) : null;
    private readonly TokenBuckets? _calls = options.MaxHubCallsPerSecond is { } calls ? new(calls, calls, time) : null;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _closed;

    /// <summary>How many are in.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Ends when everybody has left, after <see cref="Close"/>.</summary>
    public Task Empty => _empty.Task;

    /// <summary>From now on nobody comes in.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
    }

    /// <summary>Takes one more subscriber, if there may be one more.</summary>
    /// <param name="transport">The transport, for the metric.</param>
    /// <param name="key">Whose it is, to the limit per user; null for nobody's.</param>
    /// <param name="stores">The stores that have a limit of their own.</param>
    /// <param name="place">The place that it has, to be left once.</param>
    /// <param name="refusal">Why it has none.</param>
    public bool TryEnter(string transport, string? key, IReadOnlyList<StoreCapacity> stores, [NotNullWhen(true)] out Place? place, [NotNullWhen(false)] out AdmissionRefusal? refusal)
    {
        lock (_gate)
        {
            key = options.MaxSubscribersPerUser is null ? null : key;
            refusal = FindRefusal(key, stores);
            place = refusal is null ? new Place(this, key, stores) : null;
            if (place is not null)
                Tally(place, +1);
        }

        if (refusal is not null)
            metrics.Refused(transport, refusal.Name);
        return place is not null;
    }

    /// <summary>Whether a client may have so many old messages sent to it again.</summary>
    public bool TryReplay(string transport, string? key, long messages) =>
        messages == 0 || key is null || _replays?.TryTake(key, messages) != false || Refuse(transport, AdmissionRefusal.TooMuchReplayed);

    /// <summary>Whether somebody may call one more method of the hub.</summary>
    public bool TryCall(string key) => _calls?.TryTake(key, 1) != false || Refuse("signalr", AdmissionRefusal.TooManyCalls);

    /// <summary>Called by the clock: forgets what need not be remembered.</summary>
    public void Sweep()
    {
        _replays?.Sweep();
        _calls?.Sweep();
    }

    /// <summary>Counts a refusal.</summary>
    /// <returns>False.</returns>
    public bool Refuse(string transport, AdmissionRefusal refusal)
    {
        metrics.Refused(transport, refusal.Name);
        return false;
    }

    /// <summary>The rate is looked at last, so that those who are refused anyhow do not use it up.</summary>
    private AdmissionRefusal? FindRefusal(string? key, IReadOnlyList<StoreCapacity> stores)
    {
        if (_closed || _count >= options.MaxSubscribers)
            return AdmissionRefusal.Full;
        foreach (var store in stores)
            if (_stores.GetValueOrDefault(store.Name) >= store.Max)
                return AdmissionRefusal.StoreFull;
        if (key is not null && _users.GetValueOrDefault(key) >= options.MaxSubscribersPerUser)
            return AdmissionRefusal.UserFull;
        return _joins?.TryTake(1) == false ? AdmissionRefusal.TooManyJoins : null;
    }

    private void Leave(Place place)
    {
        lock (_gate)
        {
            Tally(place, -1);
            if (_count == 0 && _closed)
                _empty.TrySetResult();
        }
    }

    private void Tally(Place place, int by)
    {
        _count += by;
        if (place.Key is not null)
            Add(_users, place.Key, by);
        foreach (var store in place.Stores)
            Add(_stores, store.Name, by);
    }

    private static void Add(Dictionary<string, int> counts, string key, int by)
    {
        var count = counts.GetValueOrDefault(key) + by;
        if (count == 0)
            counts.Remove(key);
        else
            counts[key] = count;
    }

    /// <summary>The place of one subscriber.</summary>
    internal sealed class Place(Admission admission, string? key, IReadOnlyList<StoreCapacity> stores) : IDisposable
    {
        private bool _left;

        public string? Key => key;

        public IReadOnlyList<StoreCapacity> Stores => stores;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true))
                admission.Leave(this);
        }
    }
}
