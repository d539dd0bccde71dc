using System.Diagnostics.CodeAnalysis;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// Enforces the limits on subscriptions. It is asked before anything is sent, so that a client can be refused in a way that it
/// understands. An admitted subscription holds a permit until it ends. All counters change under one lock, so the limits are
/// exact under concurrency.
/// </summary>
internal sealed class Admission(TornadoseOptions options, TimeProvider time, StoreMetrics metrics)
{
    /// <summary>Lets a client that was offline for a while replay its backlog at once.</summary>
    private const int ReplayBurstSeconds = 10;

    /// <summary>A page has several streams, a user several pages, and after a restart all of them reconnect at once.</summary>
    private const int TicketBurstSeconds = 10;

    private const string Everybody = "";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _stores = new(StringComparer.Ordinal);
    private readonly TokenBuckets _joins = new(() => options.MaxJoinsPerSecond, 1, time);
    private readonly TokenBuckets _replays = new(() => options.MaxReplayedPerSecond, ReplayBurstSeconds, time);
    private readonly TokenBuckets _calls = new(() => options.MaxHubCallsPerSecond, 1, time);
    private readonly TokenBuckets _tickets = new(() => options.MaxTicketsPerSecond, TicketBurstSeconds, time);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _closed;

    /// <summary>The number of permits in use.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Completes when the last permit is released after <see cref="Close"/>.</summary>
    public Task Empty => _empty.Task;

    /// <summary>Refuses all further subscriptions.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
    }

    /// <summary>Admits a subscription if no limit is reached.</summary>
    /// <param name="transport">The transport, for the metric.</param>
    /// <param name="key">The key that the limit per user counts by; null for no such limit.</param>
    /// <param name="stores">The stores that have a limit of their own.</param>
    /// <param name="place">The permit, to be disposed of when the subscription ends.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <param name="held">How many stores it reads: it counts as that many subscriptions toward the limit per user.</param>
    public bool TryEnter(
        string transport, string? key, IReadOnlyList<StoreCapacity> stores,
        [NotNullWhen(true)] out Place? place, [NotNullWhen(false)] out AdmissionRefusal? refusal, int held = 1)
    {
        lock (_gate)
        {
            key = options.MaxSubscribersPerUser is null ? null : key;
            refusal = FindRefusal(key, held, stores);
            place = refusal is null ? new Place(this, key, held, stores) : null;
            if (place is not null)
                Tally(place, +1);
        }

        if (refusal is not null)
            metrics.Refused(transport, refusal.Name);
        return place is not null;
    }

    /// <summary>Whether a client may replay that many messages.</summary>
    public bool TryReplay(string transport, string? key, long messages) =>
        messages == 0 || key is null || _replays.TryTake(key, messages) || Refuse(transport, AdmissionRefusal.TooMuchReplayed);

    /// <summary>Whether a user or connection may call another hub method.</summary>
    public bool TryCall(string key) => _calls.TryTake(key, 1) || Refuse("signalr", AdmissionRefusal.TooManyCalls);

    /// <summary>Whether a client may have one more stream ticket.</summary>
    public bool TryTicket(string? key) =>
        key is null || _tickets.TryTake(key, 1) || Refuse("ticket", AdmissionRefusal.TooManyTickets);

    /// <summary>Called by the registry's timer: removes full token buckets.</summary>
    public void Sweep()
    {
        _replays.Sweep();
        _calls.Sweep();
        _tickets.Sweep();
    }

    /// <summary>Counts a refusal.</summary>
    /// <returns>False.</returns>
    public bool Refuse(string transport, AdmissionRefusal refusal)
    {
        metrics.Refused(transport, refusal.Name);
        return false;
    }

    /// <summary>The rate is checked last, so that a subscription refused for another reason takes no token.</summary>
    private AdmissionRefusal? FindRefusal(string? key, int held, IReadOnlyList<StoreCapacity> stores)
    {
        if (_closed || _count >= options.MaxSubscribers)
            return AdmissionRefusal.Full;
        foreach (var store in stores)
            if (_stores.GetValueOrDefault(store.Name) >= store.Max)
                return AdmissionRefusal.StoreFull;
        if (key is not null && _users.GetValueOrDefault(key) + held > options.MaxSubscribersPerUser)
            return AdmissionRefusal.UserFull;
        return _joins.TryTake(Everybody, 1) ? null : AdmissionRefusal.TooManyJoins;
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
            Add(_users, place.Key, by * place.Held);
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

    /// <summary>The permit of one subscription.</summary>
    internal sealed class Place(Admission admission, string? key, int held, IReadOnlyList<StoreCapacity> stores) : IDisposable
    {
        private bool _left;

        public string? Key => key;

        public int Held => held;

        public IReadOnlyList<StoreCapacity> Stores => stores;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true))
                admission.Leave(this);
        }
    }
}
