using System.Text;

namespace Tornadose.SignalR;

/// <summary>
/// What a reader of a store gets: a message, or, where <see cref="Reset"/> is not null, the announcement that messages are missing here.
/// Immutable and shared by all readers.
/// </summary>
public sealed class StoreMessage
{
    private readonly MessageContent _content;

    internal StoreMessage(MessagePosition? position, MessageContent content)
    {
        Position = position;
        _content = content;
    }

    internal StoreMessage(StoreReset reset)
    {
        Position = reset.Position;
        Reset = reset;
    }

    /// <summary>
    /// Where the message stands; null for a message that a foreign publisher sent past the log (live only, not resumable).
    /// </summary>
    public MessagePosition? Position { get; }

    /// <summary>The text form of <see cref="Position"/>, the same on every wire; null where there is none.</summary>
    public string? Id => Position?.ToString();

    /// <summary>The reset, when this is one; null for a message.</summary>
    public StoreReset? Reset { get; }

    /// <summary>
    /// Whether this is the end of a store that was completed. Only encoders get to see it: other readers are told by
    /// <c>MessageCursor.IsAtEnd</c>, and enumerations end.
    /// </summary>
    public bool IsEnd => _content.IsEnd;

    /// <summary>The event type; null for a plain message, and for a reset.</summary>
    public string? EventType => _content.EventType;

    /// <summary>What <see cref="Data"/> is; <see cref="MessageFormat.Text"/> for a reset.</summary>
    public MessageFormat Format => _content.Format;

    /// <summary>The payload in UTF-8; empty for a reset.</summary>
    public ReadOnlyMemory<byte> Data => _content.Data;

    internal MessageContent Content => Reset is null
        ? _content
        : throw new InvalidOperationException(
            "This is a reset, not a message: messages before it are missing. Check StoreMessage.Reset before reading the data.");

    /// <summary>The payload as a string: the text itself, or the JSON text.</summary>
    /// <returns>The payload.</returns>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    public string GetText() => Encoding.UTF8.GetString(Content.Data.Span);
}
