using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>Values to messages and back: text stays text, everything else is JSON.</summary>
/// <param name="options">The application's JSON options.</param>
internal sealed class StoreSerializer(JsonSerializerOptions options)
{
    // Invalid UTF-16 must not fail a publish half-way: half surrogate pairs become U+FFFD.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    public static ReadOnlyMemory<byte> Encode(string text) => Utf8.GetBytes(text);

    /// <summary>Text stays text, anything else becomes JSON.</summary>
    public MessageContent ToContent<T>(T value) =>
        value is string text ? new(Encode(text), MessageFormat.Text, null) : new(Serialize(value), MessageFormat.Json, null);

    public ReadOnlyMemory<byte> Serialize<T>(T value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        // The writer's own options keep the JSON on one line, whatever the application's options say.
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = options.Encoder, MaxDepth = options.MaxDepth });
        JsonSerializer.Serialize(writer, value, TypeInfo<T>());
        writer.Flush();
        // A converter may write raw JSON of several lines. The array that is kept is no longer than the message.
        return JsonText.HasLineBreak(buffer.WrittenSpan) ? JsonText.Minify(buffer.WrittenSpan) : buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="MessageFormatException">The message is not such a value.</exception>
    public T Deserialize<T>(StoreMessage message)
    {
        if (message.Format == MessageFormat.Text && typeof(T) == typeof(string))
            return (T)(object)message.GetText();
        try
        {
            return JsonSerializer.Deserialize((message.Key is null ? message.Data : message.Value).Span, TypeInfo<T>())!;
        }
        catch (JsonException other)
        {
            throw new MessageFormatException(
                $"The message {message.Id} is not JSON of the type {typeof(T).Name}: somebody else published it.", other);
        }
    }

    private JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
