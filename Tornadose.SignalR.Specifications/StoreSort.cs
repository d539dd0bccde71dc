namespace Tornadose.SignalR.Specifications;

/// <summary>The two kinds of stores.</summary>
internal enum StoreSort
{
    /// <summary>Every message of a window.</summary>
    Queue,

    /// <summary>The latest value.</summary>
    Data,
}
