using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hubs;

/// <summary>What a client publishes over the hub: text stays text, and whatever else its hub protocol has made of the argument becomes JSON.</summary>
internal static class HubPublishing
{
    public static async Task<string> PublishAsync(MessageStore store, object? data, CancellationToken cancellationToken)
    {
        try
        {
            var position = await (data switch
            {
                string text => store.PublishAsync(text, null, cancellationToken),
                JsonElement { ValueKind: JsonValueKind.String } text => store.PublishAsync(text.GetString()!, null, cancellationToken),
                _ => store.PublishJsonAsync(ToJson(data), null, cancellationToken),
            });
            return position.ToString();
        }
        catch (ArgumentException refused)
        {
            throw new HubException(PublishRefusal.Words(refused));
        }
        catch (IOException)
        {
            throw new HubException("Nothing can be published at the moment. Try again later."); // the backplane is away
        }
        catch (InvalidOperationException)
        {
            throw new HubException("The data's JSON escapes half of a surrogate pair, which no text can hold.");
        }
    }

    private static ReadOnlyMemory<byte> ToJson(object? data)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output);
        Write(writer, data);
        writer.Flush();
        return output.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case JsonElement element:
                element.WriteTo(writer);
                break;
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case IDictionary members:
                WriteMembers(writer, members);
                break;
            case IEnumerable items:
                WriteItems(writer, items);
                break;
            default:
                WriteNumber(writer, value);
                break;
        }
    }

    private static void WriteMembers(Utf8JsonWriter writer, IDictionary members)
    {
        writer.WriteStartObject();
        foreach (DictionaryEntry member in members)
        {
            writer.WritePropertyName(Convert.ToString(member.Key, CultureInfo.InvariantCulture)!);
            Write(writer, member.Value);
        }

        writer.WriteEndObject();
    }

    private static void WriteItems(Utf8JsonWriter writer, IEnumerable items)
    {
        writer.WriteStartArray();
        foreach (var item in items)
            Write(writer, item);
        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case ulong large:
                writer.WriteNumberValue(large);
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case float or double or decimal:
                WriteFraction(writer, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            default:
                throw new ArgumentException("The data must be text, a number, a truth value, null, a list or an object of these.");
        }
    }

    private static void WriteFraction(Utf8JsonWriter writer, double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentException("JSON has no infinite numbers, and none that are not a number.");
        writer.WriteNumberValue(value);
    }
}
