using System.Diagnostics.CodeAnalysis;

namespace Tornadose.SignalR;

/// <summary>A message of a store with its value, or a reset.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class ReceivedMessage<T>
{
    internal ReceivedMessage(ReceivedMessage message) => Message = message;

    /// <summary>The message as it came: event type, data.</summary>
    public ReceivedMessage Message { get; }

    /// <summary>The store's name.</summary>
    public string Store => Message.Store;

    /// <summary>The id to resume after; null for a message that cannot be resumed after.</summary>
    public string? Id => Message.Id;

    /// <summary>The reset, when this is one; null for a value.</summary>
    public ReceivedReset? Reset => Message.Reset;

    /// <summary>The value. It is read anew by each call.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    /// <exception cref="MessageFormatException">The message is no <typeparamref name="T"/>: somebody else published it.</exception>
    /// <exception cref="NotSupportedException">
    /// <see cref="TornadoseClientOptions.JsonSerializerOptions"/> know nothing of the type.
    /// </exception>
    public T GetValue() => Message.GetValue<T>();

    /// <summary>The value, if this is a message that holds one. It is read anew by each call.</summary>
    /// <param name="value">The value.</param>
    /// <returns>False for a reset, and for a message that is no <typeparamref name="T"/>: somebody else published it.</returns>
    /// <exception cref="NotSupportedException">
    /// <see cref="TornadoseClientOptions.JsonSerializerOptions"/> know nothing of the type.
    /// </exception>
    public bool TryGetValue([MaybeNullWhen(false)] out T value) => Message.TryGetValue(out value);
}
