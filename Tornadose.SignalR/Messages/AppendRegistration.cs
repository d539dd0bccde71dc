namespace Tornadose.SignalR.Messages;

/// <summary>A reader's reusable place in the queue of those that wait for an append.</summary>
internal sealed class AppendRegistration(AppendPump pump, IAppendWaiter waiter)
{
    public const int NotWaiting = -1;

    public IAppendWaiter Waiter { get; } = waiter;

    /// <summary>Index in the pump's list, guarded by the pump.</summary>
    public int Index { get; set; } = NotWaiting;

    /// <summary>Enlists the reader, once.</summary>
    /// <param name="next">The sequence number that the reader waits for.</param>
    /// <returns>False when that entry is there already: the reader should read instead of waiting.</returns>
    public bool Register(long next) => pump.Register(this, next);

    /// <summary>Takes the reader out of the list. A wake-up that is under way may still arrive.</summary>
    public void Leave() => pump.Remove(this);
}
