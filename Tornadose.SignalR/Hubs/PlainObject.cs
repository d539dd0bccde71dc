using System.Text.Json;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Messages as dictionaries, lists and primitives: what every serializer of a hub protocol knows. A key is absent when there is nothing to say.
/// </summary>
internal static class PlainObject
{
    /// <summary>The application's own options may allow more than the usual 64 levels, and a message that was published must not fail its readers.</summary>
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    public static Dictionary<string, object?> OfMessage(in FrameContent content, Func<MessageContent, object?> data)
    {
        var message = content.Message.Content;
        var result = new Dictionary<string, object?>(4);
        if (content.Id is not null)
            result["id"] = content.Id;
        if (message.EventType is not null)
            result["event"] = message.EventType;
        if (FormatMark.IsNeededOnJson(message))
            result[FormatMark.Name] = FormatMark.Json;
        result["data"] = data(message);
        return result;
    }

    public static Dictionary<string, object?> OfReset(StoreReset reset) => new() { ["reason"] = reset.ReasonName, ["id"] = reset.Id };

    /// <summary>The data as primitives, lists and dictionaries.</summary>
    public static object? Plain(MessageContent message)
    {
        if (message.Format == MessageFormat.Text)
            return Text(message);
        using var document = JsonDocument.Parse(message.Data, Deep);
        return Plain(document.RootElement);
    }

    /// <summary>The data as <c>System.Text.Json</c> knows it best: numbers keep every digit.</summary>
    public static object? Json(MessageContent message)
    {
        if (message.Format == MessageFormat.Text)
            return Text(message);
        using var document = JsonDocument.Parse(message.Data, Deep);
        return document.RootElement.Clone();
    }

    /// <summary>The data as the text that was published, also where it is JSON.</summary>
    public static object? Raw(MessageContent message) => Text(message);

    private static string Text(MessageContent message) => System.Text.Encoding.UTF8.GetString(message.Data.Span);

    private static object? Plain(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Members(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out var integer) ? (object)integer : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>Of a name that comes twice the last one counts, as in JavaScript.</summary>
    private static Dictionary<string, object?> Members(JsonElement element)
    {
        var members = new Dictionary<string, object?>();
        foreach (var member in element.EnumerateObject())
            members[member.Name] = Plain(member.Value);
        return members;
    }
}
