using System.Text.Json;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// What an encoder renders: a message, a reset (<see cref="StoreMessage.Reset"/>) or an end (<see cref="StoreMessage.IsEnd"/>), with its
/// store and id.
/// </summary>
/// <param name="store">The store's name.</param>
/// <param name="id">The id to write.</param>
/// <param name="message">The message, or reset.</param>
/// <param name="namesStore">Whether the connection carries several stores.</param>
public readonly struct FrameContent(string store, string? id, StoreMessage message, bool namesStore = false)
{
    /// <summary>The store's name: letters, digits and <c>. _ : / -</c>.</summary>
    public string Store { get; } = store;

    /// <summary>
    /// The id to write, after which a client resumes this stream: letters, digits and <c>-</c>. Null for a message without one. It is the
    /// message's own id; on a connection that carries several stores, it is the vector of all their positions.
    /// </summary>
    public string? Id { get; } = id;

    /// <summary>The message, or reset.</summary>
    public StoreMessage Message { get; } = message;

    /// <summary>Whether the connection carries several stores, so that each message has to name its own.</summary>
    public bool NamesStore { get; } = namesStore;

    /// <summary>
    /// Writes the message's payload as a JSON value: text as a string, JSON as it was published, on one line and without being parsed.
    /// </summary>
    /// <param name="writer">Where to write.</param>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    public void WriteData(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var message = Message.Content;
        if (message.Format == MessageFormat.Json)
            writer.WriteRawValue(message.Data.Span, skipInputValidation: true);
        else
            writer.WriteStringValue(message.Data.Span);
    }
}
