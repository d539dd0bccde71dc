using Tornadose.SignalR.Blazor;

namespace Tornadose.SignalR;

/// <summary>One message of a store, or one key of a keyed store, as a view shows it.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class StoreViewItem<T>
{
    internal StoreViewItem(string? id, T value, string? eventType) => (Id, Value, Event) = (id, value, eventType);

    /// <summary>
    /// The message's id, the same as on every wire: a good <c>@key</c>, except in a keyed store, where it changes with the value. Null for
    /// a message from a foreign publisher, which bypassed the log, and for a key that a view over a wire has not seen change.
    /// </summary>
    public string? Id { get; }

    /// <summary>The key in a keyed store: the <c>@key</c> of its row. Null for a message of any other store.</summary>
    public string? Key { get; init; }

    /// <summary>The value.</summary>
    public T Value { get; }

    /// <summary>The event type; null when it was published without one.</summary>
    public string? Event { get; }
}
