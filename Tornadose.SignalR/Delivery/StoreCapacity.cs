namespace Tornadose.SignalR.Delivery;

/// <summary>How many subscribers a store may have in this process.</summary>
/// <param name="Name">The store's name.</param>
/// <param name="Max">How many.</param>
internal readonly record struct StoreCapacity(string Name, int Max);
