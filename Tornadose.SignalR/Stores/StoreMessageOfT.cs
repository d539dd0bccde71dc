using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR;

/// <summary>A message of a store with its value, or a reset.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class StoreMessage<T>
{
    private readonly StoreSerializer _serializer;

    internal StoreMessage(StoreMessage message, StoreSerializer serializer)
    {
        Message = message;
        _serializer = serializer;
    }

    /// <summary>The message as it is on the wires: id, event type, data.</summary>
    public StoreMessage Message { get; }

    /// <summary>The message's id; null for a message that a foreign publisher sent past the log.</summary>
    public string? Id => Message.Id;

    /// <summary>The reset, when this is one; null for a value.</summary>
    public StoreReset? Reset => Message.Reset;

    /// <summary>The value, read from the message's JSON at each call. A message that is no such value does not end the enumeration that it came by.</summary>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    /// <exception cref="System.Text.Json.JsonException">The message is no <typeparamref name="T"/>: somebody else published it.</exception>
    public T Value => Reset is null
        ? _serializer.Deserialize<T>(Message)
        : throw new InvalidOperationException("This is a reset, not a value: values before it are missing. Check StoreMessage<T>.Reset before reading the value.");
}
