using Tornadose.SignalR.Hubs;

namespace Tornadose.SignalR;

/// <summary>A message as SignalR clients get it. Fits <c>connection.On&lt;string, StoreClientMessage&gt;("Message", …)</c> in .NET clients.</summary>
/// <param name="Id">The id to resume after; null, and absent on the wire, for a message that cannot be resumed after.</param>
/// <param name="Event">The event type; null, and absent on the wire, for a plain message.</param>
/// <param name="Data">Text as a string; JSON as the value that it is.</param>
public sealed record StoreClientMessage(string? Id, string? Event, object? Data);
