using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR;

/// <summary>
/// The resource of the authorization handlers of a store's policy, as in
/// <c>class OwnDevice : AuthorizationHandler&lt;OwnDeviceRequirement, StoreAccess&gt;</c>.
/// </summary>
/// <param name="store">The store's name.</param>
/// <param name="operation">What the user wants to do.</param>
/// <param name="routeValues">For a store of a family, the values of the parts in braces; empty for other stores.</param>
public sealed class StoreAccess(string store, StoreOperation operation, IReadOnlyDictionary<string, string> routeValues)
{
    /// <summary>The store's name.</summary>
    public string Store { get; } = store;

    /// <summary>What the user wants to do.</summary>
    public StoreOperation Operation { get; } = operation;

    /// <summary>
    /// For a store of a family, the values of the parts in braces: <c>id</c> of <c>devices/{id}</c>. Empty for other stores.
    /// </summary>
    public IReadOnlyDictionary<string, string> RouteValues { get; } = routeValues;
}
