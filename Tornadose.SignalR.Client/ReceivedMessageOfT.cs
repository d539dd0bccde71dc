using System.Diagnostics.CodeAnalysis;

namespace Tornadose.SignalR;

/// <summary>A message of a store with its value, or a reset.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class ReceivedMessage<T>
{
    internal ReceivedMessage(ReceivedMessage message) => Message = message;

    /// <summary>The message as it was received: event type, data.</summary>
    public ReceivedMessage Message { get; }

    /// <summary>The store's name.</summary>
    public string Store => Message.Store;

    /// <summary>The id to resume after; null for a message that cannot be resumed after.</summary>
    public string? Id => Message.Id;

    /// <summary>The reset, when this is one; null for a value.</summary>
    public ReceivedReset? Reset => Message.Reset;

    /// <summary>The value. Each call deserializes it again.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    /// <exception cref="MessageFormatException">The message is not a <typeparamref name="T"/>: another publisher wrote it.</exception>
    /// <exception cref="NotSupportedException">
    /// <see cref="TornadoseClientOptions.JsonSerializerOptions"/> have no metadata for the type.
    /// </exception>
    public T GetValue() => Message.GetValue<T>();

    /// <summary>The value, if this is a message that holds one. Each call deserializes it again.</summary>
    /// <param name="value">The value.</param>
    /// <returns>False for a reset, and for a message that is not a <typeparamref name="T"/>: another publisher wrote it.</returns>
    /// <exception cref="NotSupportedException">
    /// <see cref="TornadoseClientOptions.JsonSerializerOptions"/> have no metadata for the type.
    /// </exception>
    public bool TryGetValue([MaybeNullWhen(false)] out T value) => Message.TryGetValue(out value);
}
