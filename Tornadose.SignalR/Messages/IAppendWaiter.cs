namespace Tornadose.SignalR.Messages;

/// <summary>A reader that waits for something to read.</summary>
internal interface IAppendWaiter
{
    /// <summary>Called on the pump's thread, perhaps without need. Must neither block nor throw: other readers are behind it.</summary>
    void Wake();
}
