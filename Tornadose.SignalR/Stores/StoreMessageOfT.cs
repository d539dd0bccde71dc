using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>A message of a store with its value, or a reset.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class StoreMessage<T>
{
    private readonly T? _value;

    internal StoreMessage(StoreMessage message, T? value)
    {
        Message = message;
        _value = value;
    }

    /// <summary>The message as it is on the wires: id, event type, data.</summary>
    public StoreMessage Message { get; }

    /// <summary>The message's id; null for a message that a foreign publisher sent past the log.</summary>
    public string? Id => Message.Id;

    /// <summary>The reset, when this is one; null for a value.</summary>
    public StoreReset? Reset => Message.Reset;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    public T Value => Reset is null
        ? _value!
        : throw new InvalidOperationException("This is a reset, not a value: values before it are missing. Check StoreMessage<T>.Reset before reading the value.");
}
