using System.Text.Json;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>What an encoder renders: a message or a reset (<see cref="StoreMessage.Reset"/>), with what the wire says about it.</summary>
/// <param name="Store">The store's name: letters, digits and <c>. _ : / -</c>.</param>
/// <param name="Id">
/// The id to write, after which a client resumes this stream: letters, digits and <c>-</c>. Null for a message without one. It is the message's own, but on a connection that carries several stores the vector of all their positions.
/// </param>
/// <param name="Message">The message, or reset.</param>
/// <param name="NamesStore">Whether the connection carries several stores, so that each message has to name its own.</param>
public readonly record struct FrameContent(string Store, string? Id, StoreMessage Message, bool NamesStore = false)
{
    /// <summary>Writes the message's payload as a JSON value: text as a string, JSON as it was published, on one line and without being parsed.</summary>
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
