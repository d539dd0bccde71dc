using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// The form in which a hub protocol's serializer gets a message's JSON, so that every digit and every name arrives as it was published.
/// </summary>
/// <remarks>
/// Neither the protocol's name nor its type tells which serializer it has: two are named «json», and applications wrap them. So each is
/// tried once, with JSON that only a serializer that copies it writes unchanged: names in capitals, which naming policies change, and more
/// digits than a <see cref="double"/> has. A protocol that copies no form gets plain objects.
/// </remarks>
internal sealed class HubDataForm
{
    private const string Sample = """{"Aa":[1.10,12345678901234567890.5]}""";

    private readonly Func<ReadOnlyMemory<byte>, object?> _ofJson;

    private HubDataForm(Func<ReadOnlyMemory<byte>, object?> ofJson) => _ofJson = ofJson;

    /// <summary>For System.Text.Json.</summary>
    public static HubDataForm Element { get; } = new(PlainObject.Element);

    /// <summary>For Newtonsoft.Json; its property names would otherwise be changed to camel case, and large numbers rounded.</summary>
    public static HubDataForm Raw { get; } = new(static json => NewtonsoftRaw(Encoding.UTF8.GetString(json.Span)));

    /// <summary>Dictionaries, lists and primitives.</summary>
    public static HubDataForm Plain { get; } = new(PlainObject.Plain);

    /// <summary>The published text, for clients whose own parser would lose digits and quotes.</summary>
    public static HubDataForm Text { get; } = new(static json => Encoding.UTF8.GetString(json.Span));

    /// <summary>Whether a message has to say that it is JSON: in the form of text, JSON could be mistaken for text.</summary>
    public bool IsJsonMarked(in MessageContent message) =>
        this == Text ? message.Format == MessageFormat.Json : FormatMark.IsNeededOnJson(message);

    public static HubDataForm Of(IHubProtocol protocol)
    {
        if (protocol.TransferFormat == TransferFormat.Binary)
            return Plain;
        if (Element.IsCopiedBy(protocol))
            return Element;
        return NewtonsoftRaw("1") is not null && Raw.IsCopiedBy(protocol) ? Raw : Plain;
    }

    public object? Of(MessageContent message) =>
        message.Format == MessageFormat.Text ? Encoding.UTF8.GetString(message.Data.Span) : _ofJson(message.Data);

    private bool IsCopiedBy(IHubProtocol protocol)
    {
        var sample = Encoding.UTF8.GetBytes(Sample);
        try
        {
            return protocol.GetMessageBytes(new StreamItemMessage("0", _ofJson(sample))).Span.IndexOf(sample) >= 0;
        }
        catch (Exception)
        {
            return false; // whatever it throws, it does not support the form
        }
    }

    /// <summary>
    /// Only an application that has Newtonsoft.Json has a protocol that needs this, so the library does not reference it.
    /// </summary>
    [UnconditionalSuppressMessage(
        "Trimming", "IL2026", Justification = "Where the type was trimmed away, plain objects are written instead.")]
    private static object? NewtonsoftRaw(string json) =>
        Type.GetType("Newtonsoft.Json.Linq.JRaw, Newtonsoft.Json", throwOnError: false) is { } type
            ? Activator.CreateInstance(type, json)
            : null;
}
