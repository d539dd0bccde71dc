using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tornadose.SignalR.Blazor;

/// <summary>A snapshot in the persisted state of a prerendered page.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What the store keeps.</param>
/// <param name="IsCompleted">Whether the store is complete.</param>
/// <param name="Messages">The messages.</param>
internal sealed record PageSnapshot(string Id, StoreKind Kind, bool IsCompleted, IReadOnlyList<PageMessage> Messages)
{
    /// <returns>Null if there is no snapshot yet.</returns>
    public static string? Write(StoreSnapshot? snapshot) => snapshot is null
        ? null
        : JsonSerializer.Serialize(
            new PageSnapshot(snapshot.Id, snapshot.Kind, snapshot.IsCompleted, [.. snapshot.Messages.Select(PageMessage.Of)]),
            PageSnapshotJson.Default.PageSnapshot);

    /// <returns>Null if the text is not a snapshot.</returns>
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

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(PageSnapshot))]
internal sealed partial class PageSnapshotJson : JsonSerializerContext;
