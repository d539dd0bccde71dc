namespace Tornadose.SignalR;

/// <summary>What a store keeps.</summary>
public enum StoreKind
{
    /// <summary>The latest value: a new subscriber gets it first, a slow one skips to it.</summary>
    Data,

    /// <summary>Every message of a window, resumable.</summary>
    Queue,

    /// <summary>The latest value of each key and, for a while, which keys were removed.</summary>
    Keyed,
}
