using System.Net.ServerSentEvents;
using System.Text;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.ServerSentEvents;

/// <summary>A message's bytes on the wire, and what two parsers that know nothing of each other make of them.</summary>
internal static class EncodedEvent
{
    public static byte[] Of(string data, string? id = null, string? eventType = null)
    {
        var content = new MessageContent(StoreSerializer.Encode(data), MessageFormat.Text, eventType);
        return Of(new FrameContent("orders", id, new StoreMessage(null, content)));
    }

    public static byte[] Of(in FrameContent content) => ServerSentEventEncoder.Instance.Encode(content).Bytes.ToArray();

    public static string TextOf(string data, string? id = null, string? eventType = null) => Encoding.UTF8.GetString(Of(data, id, eventType));

    /// <summary>What a client gets back from any text: line breaks become LF, half surrogate pairs U+FFFD.</summary>
    public static string Normalise(string data) => RandomText.AsUtf8(data).Replace("\r\n", "\n").Replace('\r', '\n');

    /// <summary>Parses the bytes, which hold exactly one event, with both parsers.</summary>
    public static SseEvent Parse(byte[] bytes)
    {
        byte[] stream = [.. Encoding.UTF8.GetBytes(":\nretry: 1000\n\n"), .. bytes];
        var one = Assert.Single(WhatwgSseParser.Parse(stream));
        using var memory = new MemoryStream(stream);
        var other = Assert.Single(SseParser.Create(memory).Enumerate());
        Assert.Equal((one.Type, one.Data, one.Id), (other.EventType, other.Data, other.EventId));
        return one;
    }
}
