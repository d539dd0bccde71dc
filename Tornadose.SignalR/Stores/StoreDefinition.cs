using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>A store, or a family of stores, that the application has added.</summary>
/// <param name="Name">Its name, or the family's pattern.</param>
/// <param name="Kind">What it keeps.</param>
internal sealed record StoreDefinition(string Name, StoreKind Kind)
{
    /// <summary>The pattern of a family; null for a store.</summary>
    public StorePattern? Pattern { get; } = StorePattern.IsPattern(Name) ? StorePattern.Parse(Name) : null;

    /// <summary>Fills the store while somebody reads it; null for no producer.</summary>
    public Func<IServiceProvider, MessageStore, CancellationToken, Task>? Producer { get; set; }

    /// <summary>The initial value of a data store; null for none.</summary>
    public Func<StoreSerializer, MessageContent>? Initial { get; init; }
}
