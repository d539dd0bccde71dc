using System.Buffers;
using System.Text.Json;

namespace Tornadose.SignalR.Client;

/// <summary>Requests the snapshot of a store: <c>{"store":…,"messages":[…],"id":…}</c>, of a keyed store <c>"entries":{…}</c>.</summary>
internal sealed class SnapshotReader(StoreRequests requests, MessageReader messages)
{
    private const int PieceBytes = 16 * 1024;

    public async Task<StoreSnapshot> ReadAsync(Attempt attempt)
    {
        var url = requests.Address.Of(messages.Stores, []);
        using var response = await requests.GetAsync(url, "application/json", hasTicket: false, attempt.Token).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(attempt.Token).ConfigureAwait(false);
        var answer = new ArrayBufferWriter<byte>(PieceBytes);
        for (var read = PieceBytes; read > 0; answer.Advance(read))
        {
            attempt.Answered(); // the snapshot may be large, and the network slow
            read = await stream.ReadAsync(answer.GetMemory(PieceBytes), attempt.Token).ConfigureAwait(false);
        }

        return Read(answer.WrittenMemory);
    }

    private StoreSnapshot Read(ReadOnlyMemory<byte> answer)
    {
        var kept = new List<StoreMessage>();
        var (kind, isCompleted, id) = (StoreKind.Queue, false, default(string));
        var reader = MessageReader.Open(answer.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A snapshot must be a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "id":
                    id = reader.GetString();
                    break;
                case "kind" when reader.ValueTextEquals("data"u8):
                    kind = StoreKind.Data;
                    break;
                case "ended":
                    isCompleted = reader.GetBoolean();
                    break;
                case "messages":
                    ReadMessages(ref reader, answer, kept);
                    break;
                case "entries":
                    kind = StoreKind.Keyed;
                    ReadEntries(ref reader, answer, kept);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return MessagePosition.TryParse(id, out var position)
            ? new StoreSnapshot(position, kept) { Kind = kind, IsCompleted = isCompleted }
            : throw new JsonException("A snapshot must have an id.");
    }

    private void ReadMessages(ref Utf8JsonReader reader, ReadOnlyMemory<byte> answer, List<StoreMessage> kept)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            if (messages.Envelope(Take(ref reader, answer).Span) is { Reset: null, IsEnd: false } message)
                kept.Add(WireStoreReader.ToMessage(message, StoreKind.Queue));
    }

    private static void ReadEntries(ref Utf8JsonReader reader, ReadOnlyMemory<byte> answer, List<StoreMessage> kept)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            var value = Take(ref reader, answer);
            kept.Add(new StoreMessage(position: null, MessageContent.OfReceivedChange(value, key, StoreChange.Insert, value)));
        }
    }

    private static ReadOnlyMemory<byte> Take(ref Utf8JsonReader reader, ReadOnlyMemory<byte> answer)
    {
        var begin = (int)reader.TokenStartIndex;
        reader.Skip();
        return answer[begin..(int)reader.BytesConsumed];
    }
}
