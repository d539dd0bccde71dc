using System.Diagnostics.CodeAnalysis;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR;

/// <summary>A message of a store with its value, or a reset.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class StoreMessage<T>
{
    private readonly StoreSerializer _serializer;
    private (bool IsRead, T? Value, MessageFormatException? Failure) _value;

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

    /// <summary>The key that changes, in a keyed store; null otherwise.</summary>
    public string? Key => Message.Key;

    /// <summary>What change a message of a keyed store makes. Only an insert and an update have a value.</summary>
    public StoreChange Change => Message.Change;

    private bool HasValue => Reset is null && Change is (StoreChange.None or StoreChange.Insert or StoreChange.Update);

    /// <summary>The value. It is read from the message's JSON once.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">This is a reset; or, of a keyed store, a removal or a mark of a snapshot.</exception>
    /// <exception cref="MessageFormatException">The message is not a <typeparamref name="T"/>: somebody else published it.</exception>
    public T GetValue()
    {
        if (Reset is not null)
            throw new InvalidOperationException(
                "This is a reset, not a value: values before it are missing. Check StoreMessage<T>.Reset before reading the value.");
        if (!HasValue)
            throw new InvalidOperationException(
                $"This message is a {Change} and has no value. Check StoreMessage<T>.Change before reading the value.");
        Read();
        return _value.Failure is null ? _value.Value! : throw _value.Failure;
    }

    /// <summary>The value, if this is a message that holds one.</summary>
    /// <param name="value">The value.</param>
    /// <returns>
    /// False for a reset, for a removal of a key, and for a message that is not a <typeparamref name="T"/>: somebody else published it.
    /// </returns>
    public bool TryGetValue([MaybeNullWhen(false)] out T value)
    {
        if (HasValue)
            Read();
        value = _value.Value;
        return _value is { IsRead: true, Failure: null };
    }

    private void Read()
    {
        if (_value.IsRead)
            return;
        try
        {
            _value = (true, _serializer.Deserialize<T>(Message), null);
        }
        catch (MessageFormatException failure)
        {
            _value = (true, default, failure);
        }
    }
}
