using System.Text.Encodings.Web;
using System.Text.Json;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The value of a key as a member of a JSON object, as in the snapshot of a keyed store.</summary>
internal sealed class KeyedEntryEncoder : FrameEncoder
{
    public static readonly KeyedEntryEncoder Instance = new();

    private KeyedEntryEncoder()
    {
    }

    public override Frame Encode(in FrameContent content)
    {
        var key = JsonEncodedText.Encode(content.Message.Key!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        return new Frame((byte[])[.. "\""u8, .. key.EncodedUtf8Bytes, .. "\":"u8, .. content.Message.Value.Span]);
    }
}
