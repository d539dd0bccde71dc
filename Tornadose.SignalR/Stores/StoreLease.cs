namespace Tornadose.SignalR.Stores;

/// <summary>
/// Counts who uses a store of a family, so that it can be dropped when nobody does. Once dropped it takes no new users: a handle to it that somebody kept finds the
/// store's next life instead.
/// </summary>
internal sealed class StoreLease(TimeProvider time)
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

    public void Exit()
    {
        Volatile.Write(ref _lastUsed, time.GetTimestamp());
        Interlocked.Decrement(ref _users);
    }

    /// <summary>Takes the store out of use, if nobody uses it and nobody has for so long.</summary>
    public bool TryRetire(TimeSpan idle) =>
        time.GetElapsedTime(Volatile.Read(ref _lastUsed)) >= idle && Interlocked.CompareExchange(ref _users, Retired, 0) == 0;

    /// <summary>Puts a store back into use that should not have been taken out.</summary>
    public void Revive() => Volatile.Write(ref _users, 0);
}
