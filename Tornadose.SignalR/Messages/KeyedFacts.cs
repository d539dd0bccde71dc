using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Messages;

/// <summary>The facts that decide whether a keyed store accepts a change, wherever the store is kept.</summary>
/// <param name="Current">The position of the key's value; null if the key is absent.</param>
/// <param name="Size">The bytes of the key and its value; 0 if the key is absent.</param>
/// <param name="Keys">How many keys there are.</param>
/// <param name="Bytes">The bytes of all of them.</param>
internal readonly record struct KeyedFacts(MessagePosition? Current, long Size, long Keys, long Bytes)
{
    /// <summary>Whether the limits allow a value to be set.</summary>
    public bool HasRoomFor(KeyedChange change, MessageLogLimits limits) =>
        (Current is not null || Keys < limits.MaxKeys) && Bytes - Size + change.Size <= limits.MaxBytes;

    /// <returns>What to append; null when there is nothing to change, or the change's condition is not met.</returns>
    /// <exception cref="StoreFullException">There would be too many keys, or bytes.</exception>
    public MessageContent? Judge(string store, KeyedChange change, MessageLogLimits limits)
    {
        if (change.IsClear)
            return Keys == 0 ? null : change.ToContent(store, isNew: false);
        var isNew = Current is null;
        if (!change.Condition.IsMetBy(Current) || (!change.IsSet && isNew))
            return null;
        if (change.IsSet && isNew && Keys >= limits.MaxKeys)
            throw new StoreFullException($"The store '{store}' has {Keys} keys; it may have at most {limits.MaxKeys}.");
        if (change.IsSet && Bytes - Size + change.Size > limits.MaxBytes)
            throw new StoreFullException($"The keys and values of the store '{store}' would exceed its limit of {limits.MaxBytes} bytes.");
        return change.ToContent(store, isNew);
    }
}
