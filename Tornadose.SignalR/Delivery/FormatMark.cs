using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// Which messages a wire has to mark, so that a client can tell text from JSON. A JSON wire writes text as a string, so a JSON string is
/// marked there; Server-Sent Events write JSON as text, so text that could be read as JSON is marked there. All other messages are
/// unambiguous, and carry no mark.
/// </summary>
internal static class FormatMark
{
    /// <summary>
    /// The key of a JSON wire, and the field of a server-sent event. An <c>EventSource</c> ignores fields that it does not know (WHATWG
    /// HTML §9.2.6).
    /// </summary>
    public const string Name = "format";

    public const string Json = "json";

    public const string Text = "text";

    private static ReadOnlySpan<byte> Whitespace => " \t\r\n"u8;

    /// <summary>Whether a JSON wire has to say that this string is JSON, and not text.</summary>
    public static bool IsNeededOnJson(in MessageContent message) =>
        message.Format == MessageFormat.Json && message.Data.Span.TrimStart(Whitespace) is [(byte)'"', ..];

    /// <summary>Whether a text wire has to say that this is text, and not JSON.</summary>
    public static bool IsNeededOnText(in MessageContent message) =>
        message.Format == MessageFormat.Text && CouldBeJson(message.Data.Span.Trim(Whitespace));

    /// <summary>The first byte decides, or one of three words; nothing is parsed: a mark on text that is not JSON is harmless.</summary>
    private static bool CouldBeJson(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'{' or (byte)'[' or (byte)'"' or (byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..] => true,
        _ => text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8) || text.SequenceEqual("null"u8),
    };
}
