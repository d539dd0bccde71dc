using Tornadose.SignalR.Hubs;

namespace Tornadose.SignalR;

/// <summary>A reset as SignalR clients get it.</summary>
/// <param name="Reason"><c>expired</c>, <c>epoch</c>, <c>rollback</c>, <c>unknown</c> or <c>slow</c>.</param>
/// <param name="Id">The store's current id, after which the messages that follow come.</param>
public sealed record StoreClientReset(string Reason, string Id);
