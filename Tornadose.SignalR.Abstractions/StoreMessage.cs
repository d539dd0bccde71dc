using System.Text;

namespace Tornadose.SignalR;

/// <summary>
/// What a reader of a store receives: a message or, if <see cref="Reset"/> is not null, the announcement that messages are missing here.
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
    /// The message's position; null for a message from a foreign publisher, which bypassed the log (live only, not resumable).
    /// </summary>
    public MessagePosition? Position { get; }

    /// <summary>The text form of <see cref="Position"/>, the same on every wire; null if there is none.</summary>
    public string? Id => Position?.ToString();

    /// <summary>The reset, when this is one; null for a message.</summary>
    public StoreReset? Reset { get; }

    /// <summary>
    /// Whether this is the end of a store that was completed. Only encoders see it: <c>MessageCursor.IsAtEnd</c> tells other readers,
    /// and enumerations end.
    /// </summary>
    public bool IsEnd => _content.IsEnd;

    /// <summary>The event type; null for a plain message, and for a reset.</summary>
    public string? EventType => _content.EventType;

    /// <summary>What <see cref="Data"/> is; <see cref="MessageFormat.Text"/> for a reset.</summary>
    public MessageFormat Format => _content.Format;

    /// <summary>The payload in UTF-8, as the wires have it; empty for a reset. In a keyed store it is the change message, JSON.</summary>
    public ReadOnlyMemory<byte> Data => _content.Data;

    /// <summary>The key that changes, in a keyed store; null otherwise.</summary>
    public string? Key => _content.Key;

    /// <summary>
    /// The change that a message of a keyed store announces; <see cref="StoreChange.None"/> for a reset, and for a message of a store
    /// without keys.
    /// </summary>
    public StoreChange Change => _content.Change;

    /// <summary>The key's value, JSON in UTF-8, with <see cref="StoreChange.Insert"/> and <see cref="StoreChange.Update"/>; otherwise
    /// empty.</summary>
    public ReadOnlyMemory<byte> Value => _content.Value;

    internal MessageContent Content => Reset is null
        ? _content
        : throw new InvalidOperationException(
            "This is a reset, not a message: messages before it are missing. Check StoreMessage.Reset before reading the data.");

    /// <summary>The payload as a string: the text itself, or the JSON text.</summary>
    /// <returns>The payload.</returns>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    public string GetText() => Encoding.UTF8.GetString(Content.Data.Span);
}
