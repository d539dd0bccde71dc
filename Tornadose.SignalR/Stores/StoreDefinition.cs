namespace Tornadose.SignalR.Stores;

/// <summary>A store that the application has added.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it keeps.</param>
internal sealed record StoreDefinition(string Name, StoreKind Kind);
