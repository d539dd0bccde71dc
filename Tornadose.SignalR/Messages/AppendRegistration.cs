namespace Tornadose.SignalR.Messages;

/// <summary>A reader's reusable registration among the readers that wait for an append.</summary>
internal sealed class AppendRegistration(AppendPump pump, IAppendWaiter waiter)
{
    public const int NotWaiting = -1;

    public IAppendWaiter Waiter { get; } = waiter;

    /// <summary>Index in the pump's list, guarded by the pump.</summary>
    public int Index { get; set; } = NotWaiting;

    /// <summary>Registers the reader, unless it is registered already.</summary>
    /// <param name="next">The sequence number that the reader waits for.</param>
    /// <returns>False if that entry exists already: the reader should read instead of waiting.</returns>
    public bool Register(long next) => pump.Register(this, next);

    /// <summary>Removes the reader from the list. A wake-up that is under way may still arrive.</summary>
    public void Leave() => pump.Remove(this);
}
