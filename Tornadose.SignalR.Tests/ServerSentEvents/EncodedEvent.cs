using System.Text;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.ServerSentEvents;

/// <summary>A message's bytes on the wire.</summary>
internal static class EncodedEvent
{
    public static byte[] Of(string data, string? id = null, string? eventType = null)
    {
        var content = new MessageContent(StoreSerializer.Encode(data), MessageFormat.Text, eventType);
        return Of(new FrameContent("orders", id, new StoreMessage(null, content)));
    }

    public static byte[] Of(in FrameContent content) => ServerSentEventEncoder.Instance.Encode(content).Bytes.ToArray();

    public static string TextOf(string data, string? id = null, string? eventType = null) =>
        Encoding.UTF8.GetString(Of(data, id, eventType));

    /// <summary>What a client receives for any text: line breaks become LF, lone surrogates U+FFFD.</summary>
    public static string Normalise(string data) => RandomText.AsUtf8(data).Replace("\r\n", "\n").Replace('\r', '\n');

    /// <summary>The bytes parsed as one event by the framework's parser; <see cref="SseJudges"/> use a second parser as well.</summary>
    public static SseEvent Parse(byte[] bytes)
    {
        var reader = new SseReader();
        reader.Push(bytes);
        return Assert.Single(reader.Events);
    }
}
