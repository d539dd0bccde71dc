namespace Tornadose.SignalR.Stores;

/// <summary>
/// Counts the users of a store of a family, so that it can be dropped when it has none. A dropped store accepts no new users: a handle
/// that somebody has kept finds the store's successor instead.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="unused">Called when the last user of a store that never had a message has left.</param>
internal sealed class StoreLease(TimeProvider time, Action unused)
{
    private const int Retired = -1;

    private long _lastUsed = time.GetTimestamp();
    private int _users;

    public bool IsRetired => Volatile.Read(ref _users) == Retired;

    public bool TryEnter()
    {
        while (true)
        {
            var users = Volatile.Read(ref _users);
            if (users == Retired)
                return false;
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }
    }

    public void Exit(bool isEmpty)
    {
        Volatile.Write(ref _lastUsed, time.GetTimestamp());
        if (Interlocked.Decrement(ref _users) == 0 && isEmpty)
            unused();
    }

    /// <summary>
    /// Retires the store if nobody uses it and nobody has for this time. Somebody may have entered, published and left between the two
    /// checks, so the second check decides, made when nobody can enter. A caller that is turned away meanwhile asks for the store again,
    /// and waits for the lock that the caller of this method holds.
    /// </summary>
    public bool TryRetire(TimeSpan idle, MessageStore store, Func<MessageStore, bool> condition)
    {
        if (!IsIdle(idle) || Interlocked.CompareExchange(ref _users, Retired, 0) != 0)
            return false;
        if (IsIdle(idle) && condition(store))
            return true;
        Volatile.Write(ref _users, 0);
        return false;
    }

    private bool IsIdle(TimeSpan idle) => time.GetElapsedTime(Volatile.Read(ref _lastUsed)) >= idle;
}
