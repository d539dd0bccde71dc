using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Messages as dictionaries, lists and primitives: what every serializer of a hub protocol knows. A key is absent when it has no value.
/// </summary>
/// <remarks>
/// Numbers are <see cref="long"/>, <see cref="ulong"/>, or the <see cref="double"/> that reads back as the same number. Any other number,
/// such as <c>12345678901234567.89</c>, is a string of its digits: that is also how MessagePack for .NET writes a <see cref="decimal"/>,
/// so typed clients read it as one, and no client reads a rounded number.
/// </remarks>
internal static class PlainObject
{
    /// <summary>
    /// The application's own options may allow more than the usual 64 levels, and a message that was published must not fail its readers.
    /// </summary>
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    /// <summary>The fields of a message, put into a dictionary.</summary>
    public static TFields OfMessage<TFields>(in FrameContent content, HubDataForm data)
        where TFields : Dictionary<string, object?>, new()
    {
        var message = content.Message.Content;
        var result = new TFields();
        if (content.Id is not null)
            result["id"] = content.Id;
        if (message.EventType is not null)
            result["event"] = message.EventType;
        if (data.IsJsonMarked(message))
            result[FormatMark.Name] = FormatMark.Json;
        result["data"] = data.Of(message);
        return result;
    }

    public static Dictionary<string, object?> OfReset(StoreReset reset) => new() { ["reason"] = reset.ReasonName, ["id"] = reset.Id };

    public static Dictionary<string, object?> OfEnd(string id) => new() { ["id"] = id };

    /// <summary>JSON as primitives, lists and dictionaries.</summary>
    public static object? Plain(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, Deep);
        return Plain(document.RootElement);
    }

    /// <summary>JSON as a <see cref="JsonElement"/>: numbers keep every digit.</summary>
    public static object? Element(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, Deep);
        return document.RootElement.Clone();
    }

    private static object? Plain(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Members(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => Number(element),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static object Number(JsonElement element)
    {
        if (element.TryGetInt64(out var integer) && (integer != 0 || !IsNegative(element)))
            return integer;
        if (element.TryGetUInt64(out var natural))
            return natural;
        var number = element.GetDouble();
        return IsExact(element, number) ? number : Digits(element);
    }

    /// <summary>Whether the shortest text of the double is the same number. JSON has no limit on digits and exponents.</summary>
    private static bool IsExact(JsonElement element, double number)
    {
        if (!double.IsFinite(number))
            return false;
        if (number == 0)
            return !Digits(element).AsSpan().TrimStart('-').ToString().Split('e', 'E')[0].AsSpan().ContainsAnyInRange('1', '9');
        return JsonElement.DeepEquals(element, JsonElement.Parse(number.ToString("R", CultureInfo.InvariantCulture)));
    }

    private static bool IsNegative(JsonElement element) => JsonMarshal.GetRawUtf8Value(element)[0] == '-';

    private static string Digits(JsonElement element) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element));

    /// <summary>If a name occurs twice, the last one counts, as in JavaScript.</summary>
    private static Dictionary<string, object?> Members(JsonElement element)
    {
        var members = new Dictionary<string, object?>();
        foreach (var member in element.EnumerateObject())
            members[member.Name] = Plain(member.Value);
        return members;
    }
}
