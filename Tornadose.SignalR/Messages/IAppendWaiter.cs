namespace Tornadose.SignalR.Messages;

/// <summary>A reader that waits for something to read.</summary>
internal interface IAppendWaiter
{
    /// <summary>Called on the pump's thread, perhaps without need. Must neither block nor throw: other readers are behind it.</summary>
    void Wake();

    /// <summary>
    /// Called on the pump's thread some readers before this one is woken: asks the processor for the objects that <see cref="Wake"/> reads
    /// first. Reads the waiter itself alone, which has been asked for before.
    /// </summary>
    void PrefetchParts()
    {
    }

    /// <summary>The same one reader later: asks for the objects that those refer to.</summary>
    void PrefetchPartsOfParts()
    {
    }
}
