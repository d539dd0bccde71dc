using System.Text.Json;

namespace Tornadose.SignalR.Client;

/// <summary>A message of a keyed store, in the terms of the State Protocol: a change message, or a control message.</summary>
/// <param name="Change">The operation, or the control.</param>
/// <param name="Key">The key; null in a control message.</param>
/// <param name="Value">The value's JSON; empty where there is none.</param>
internal readonly record struct KeyedMessage(StoreChange Change, string? Key, ReadOnlyMemory<byte> Value)
{
    /// <returns>Null when it is not a message of a keyed store.</returns>
    public static KeyedMessage? Read(ReceivedMessage message)
    {
        try
        {
            return message.Format == MessageFormat.Json && Read(message.Data) is { Change: not StoreChange.None } read ? read : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static KeyedMessage Read(ReadOnlyMemory<byte> json)
    {
        var (change, key, value) = default(KeyedMessage);
        var reader = MessageReader.Open(json.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == "key")
            {
                key = reader.GetString();
            }
            else if (name == "headers" && reader.TokenType == JsonTokenType.StartObject)
            {
                change = ReadHeaders(ref reader);
            }
            else
            {
                var begin = (int)reader.TokenStartIndex;
                reader.Skip();
                if (name == "value")
                    value = json[begin..(int)reader.BytesConsumed];
            }
        }

        var isWhole = change switch
        {
            StoreChange.Insert or StoreChange.Update => key is not null && !value.IsEmpty,
            StoreChange.Delete => key is not null,
            _ => true,
        };
        return isWhole ? new(change, key, value) : default;
    }

    private static StoreChange ReadHeaders(ref Utf8JsonReader reader)
    {
        var change = StoreChange.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isNamed = reader.ValueTextEquals("operation"u8) || reader.ValueTextEquals("control"u8);
            reader.Read();
            if (isNamed)
                change = Parse(reader.GetString());
            else
                reader.Skip();
        }

        return change;
    }

    private static StoreChange Parse(string? word) => word switch
    {
        "insert" => StoreChange.Insert,
        "update" => StoreChange.Update,
        "delete" => StoreChange.Delete,
        "reset" => StoreChange.Clear,
        "snapshot-start" => StoreChange.SnapshotStart,
        "snapshot-end" => StoreChange.SnapshotEnd,
        _ => StoreChange.None,
    };
}

/// <summary>A store that was read as a keyed store is not one.</summary>
/// <param name="store">The store's name.</param>
internal sealed class NotKeyedStoreException(string store)
    : StoreException($"'{store}' is no keyed store: its messages are not changes of keys. Use Follow or ReadAllAsync instead.");
