using Tornadose.SignalR.Blazor;

namespace Tornadose.SignalR;

/// <summary>One message of a store, as a view shows it.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="Id">The message's id, the same as on every wire: a good <c>@key</c>. Null for a message that a foreign publisher sent past the log.</param>
/// <param name="Value">The value.</param>
/// <param name="Event">The event type; null when it was published without one.</param>
public sealed record StoreViewItem<T>(string? Id, T Value, string? Event);
