using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tornadose.SignalR.Blazor;

/// <summary>A snapshot as it travels with a page.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What the store keeps.</param>
/// <param name="IsCompleted">Whether the store is complete.</param>
/// <param name="Messages">The messages.</param>
internal sealed record PageSnapshot(string Id, StoreKind Kind, bool IsCompleted, IReadOnlyList<PageMessage> Messages)
{
    /// <returns>Null where there is no snapshot yet.</returns>
    public static string? Write(StoreSnapshot? snapshot) => snapshot is null
        ? null
        : JsonSerializer.Serialize(
            new PageSnapshot(snapshot.Id, snapshot.Kind, snapshot.IsCompleted, [.. snapshot.Messages.Select(PageMessage.Of)]),
            PageSnapshotJson.Default.PageSnapshot);

    /// <returns>Null where the text is no snapshot.</returns>
    public static StoreSnapshot? Read(string text) =>
        JsonSerializer.Deserialize(text, PageSnapshotJson.Default.PageSnapshot) is { } page
        && MessagePosition.TryParse(page.Id, out var position)
            ? new StoreSnapshot(position, [.. page.Messages.Select(static message => message.ToMessage())])
            {
                Kind = page.Kind,
                IsCompleted = page.IsCompleted,
            }
            : null;
}

/// <summary>A message as it travels with a page.</summary>
/// <param name="Id">Its id; null for one that has none.</param>
/// <param name="Data">The payload; of a keyed store the value.</param>
internal sealed record PageMessage(string? Id, string Data)
{
    /// <summary>The event type; null for none.</summary>
    public string? Event { get; init; }

    /// <summary>The key; null in a store that has none.</summary>
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

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(PageSnapshot))]
internal sealed partial class PageSnapshotJson : JsonSerializerContext;
