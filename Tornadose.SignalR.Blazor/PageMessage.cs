using System.Text;

namespace Tornadose.SignalR.Blazor;

/// <summary>A message in the persisted state of a prerendered page.</summary>
/// <param name="Id">Its id; null if it has none.</param>
/// <param name="Data">The payload; in a keyed store, the value.</param>
internal sealed record PageMessage(string? Id, string Data)
{
    /// <summary>The event type; null for none.</summary>
    public string? Event { get; init; }

    /// <summary>The key; null if the store is not keyed.</summary>
    public string? Key { get; init; }

    /// <summary>Whether the payload is text, and not JSON.</summary>
    public bool IsText { get; init; }

    public static PageMessage Of(StoreMessage message) =>
        new(message.Id, Encoding.UTF8.GetString((message.Key is null ? message.Data : message.Value).Span))
        {
            Event = message.EventType,
            Key = message.Key,
            IsText = message.Format == MessageFormat.Text,
        };

    public StoreMessage ToMessage()
    {
        var data = Encoding.UTF8.GetBytes(Data);
        var content = Key is null
            ? new MessageContent(data, IsText ? MessageFormat.Text : MessageFormat.Json, Event)
            : MessageContent.OfReceivedChange(data, Key, StoreChange.Insert, data);
        return new StoreMessage(MessagePosition.TryParse(Id, out var position) ? position : null, content);
    }
}
