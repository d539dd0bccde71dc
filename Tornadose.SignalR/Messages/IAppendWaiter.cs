namespace Tornadose.SignalR.Messages;

/// <summary>A reader that waits for something to read.</summary>
internal interface IAppendWaiter
{
    /// <summary>
    /// Called on the pump's thread, sometimes with nothing to read. Must neither block nor throw: other readers wait behind it.
    /// </summary>
    void Wake();

    /// <summary>
    /// Called on the pump's thread a few readers before this one is woken: prefetches the objects that <see cref="Wake"/> reads first.
    /// Reads only the waiter itself, which has been prefetched before.
    /// </summary>
    void PrefetchParts()
    {
    }

    /// <summary>Called one reader later: prefetches the objects that those refer to.</summary>
    void PrefetchPartsOfParts()
    {
    }
}
