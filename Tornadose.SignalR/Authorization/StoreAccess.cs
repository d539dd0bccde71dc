using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR;

/// <summary>
/// What a store's policy is asked about: the resource of its authorization handlers, as in <c>class OwnDevice : AuthorizationHandler&lt;OwnDeviceRequirement, StoreAccess&gt;</c>.
/// </summary>
/// <param name="Store">The store's name.</param>
/// <param name="Operation">What the user wants to do.</param>
/// <param name="RouteValues">Of a family's store, what stands for the parts in braces: <c>id</c> of <c>devices/{id}</c>. Empty for other stores.</param>
public sealed record StoreAccess(string Store, StoreOperation Operation, IReadOnlyDictionary<string, string> RouteValues);
