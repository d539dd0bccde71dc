using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tornadose.SignalR;

/// <summary>
/// What a client receives from a store: a message or, if <see cref="Reset"/> is not null, the announcement that messages are missing here.
/// </summary>
public sealed class ReceivedMessage
{
    private readonly JsonSerializerOptions _json;

    internal ReceivedMessage(
        string store, string? id, string? eventType, MessageFormat format, ReadOnlyMemory<byte> data, JsonSerializerOptions json) =>
        (Store, Id, EventType, Format, Data, _json) = (store, id, eventType, format, data, json);

    internal ReceivedMessage(string store, ReceivedReset reset, JsonSerializerOptions json) =>
        (Store, Id, Reset, _json) = (store, reset.Id, reset, json);

    /// <summary>Creates the end of a store, which is not handed to the application.</summary>
    internal ReceivedMessage(string store, string? id, JsonSerializerOptions json) => (Store, Id, IsEnd, _json) = (store, id, true, json);

    internal bool IsEnd { get; }

    /// <summary>The store's name.</summary>
    public string Store { get; }

    /// <summary>
    /// The id to resume after, on any transport; with several stores it covers all of them. Null for a message that cannot be resumed
    /// after: a foreign publisher sent it, and it bypassed the log.
    /// </summary>
    public string? Id { get; }

    /// <summary>The event type; null for a plain message, and for a reset.</summary>
    public string? EventType { get; }

    /// <summary>What <see cref="Data"/> is; <see cref="MessageFormat.Text"/> for a reset.</summary>
    public MessageFormat Format { get; }

    /// <summary>The payload in UTF-8, byte for byte as it was published; empty for a reset.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The reset, when this is one; null for a message.</summary>
    public ReceivedReset? Reset { get; }

    /// <summary>The payload as a string: the text itself, or the JSON text.</summary>
    /// <returns>The payload.</returns>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    public string GetText() => Encoding.UTF8.GetString(Content.Span);

    /// <summary>The value that was published, read by <see cref="TornadoseClientOptions.JsonSerializerOptions"/>.</summary>
    /// <typeparam name="T">Its type. Text is a <see cref="string"/> as it is; anything else is read from JSON.</typeparam>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    /// <exception cref="MessageFormatException">The message is not a <typeparamref name="T"/>: another publisher wrote it.</exception>
    /// <exception cref="NotSupportedException">The JSON options have no metadata for the type.</exception>
    public T GetValue<T>() => GetValue<T>(_json);

    /// <summary>The value that was published, read by other JSON options than the client's.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="options">The options.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    /// <exception cref="MessageFormatException">The message is not a <typeparamref name="T"/>: another publisher wrote it.</exception>
    /// <exception cref="NotSupportedException">The options have no metadata for the type.</exception>
    public T GetValue<T>(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return GetValue((JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }

    /// <summary>The value that was published, read with the type metadata of a source-generated context.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="typeInfo">The metadata of the type.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOperationException">This is a reset.</exception>
    /// <exception cref="MessageFormatException">The message is not a <typeparamref name="T"/>: another publisher wrote it.</exception>
    public T GetValue<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        var content = Content;
        if (Format == MessageFormat.Text && typeof(T) == typeof(string))
            return (T)(object)GetText();
        try
        {
            return JsonSerializer.Deserialize(content.Span, typeInfo)!;
        }
        catch (JsonException other)
        {
            throw new MessageFormatException(
                $"The message {Id} is not JSON of the type {typeof(T).Name}: somebody else published it.", other);
        }
    }

    /// <summary>The value that was published, if this is a message that holds one, read by the client's JSON options.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="value">The value.</param>
    /// <returns>False for a reset, and for a message that is not a <typeparamref name="T"/>: another publisher wrote it.</returns>
    /// <exception cref="NotSupportedException">The JSON options have no metadata for the type.</exception>
    public bool TryGetValue<T>([MaybeNullWhen(false)] out T value) =>
        TryGetValue((JsonTypeInfo<T>)_json.GetTypeInfo(typeof(T)), out value);

    /// <summary>The value that was published, if this is a message that holds one.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="typeInfo">The metadata of the type.</param>
    /// <param name="value">The value.</param>
    /// <returns>False for a reset, and for a message that is not a <typeparamref name="T"/>: another publisher wrote it.</returns>
    public bool TryGetValue<T>(JsonTypeInfo<T> typeInfo, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (Reset is not null)
            return false;
        try
        {
            value = GetValue(typeInfo);
            return true;
        }
        catch (MessageFormatException)
        {
            return false;
        }
    }

    private ReadOnlyMemory<byte> Content => Reset is null
        ? Data
        : throw new InvalidOperationException(
            "This is a reset, not a message: messages before it are missing. Check Reset before reading the data.");
}
