using System.Text.Json;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A call of a client method: a message, or a reset (then <see cref="Data"/> is the reason).</summary>
internal sealed record HubEvent(string Method, string Store, string? Id, string? EventType, string? Data)
{
    public static HubEvent Of(string method, string store, object? value)
    {
        var fields = value switch
        {
            IDictionary<string, object?> members => members,
            // as MessagePack reads them
            IDictionary<object, object?> members => members.ToDictionary(member => (string)member.Key, member => member.Value),
            _ => ((JsonElement)value!).EnumerateObject().ToDictionary(field => field.Name, field => (object?)field.Value),
        };
        return new HubEvent(method, store, Text(fields, "id"), Text(fields, "event"), Text(fields, method == "Reset" ? "reason" : "data"));
    }

    /// <summary>A string unchanged, any other value as JSON.</summary>
    public static string? Text(object? value) => value switch
    {
        null or string => (string?)value,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => JsonSerializer.Serialize(value),
    };

    private static string? Text(IDictionary<string, object?> fields, string name) =>
        fields.TryGetValue(name, out var value) ? Text(value) : null;
}
