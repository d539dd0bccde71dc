using System.Text.Json;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Tests.WebSockets;

public sealed class WebSocketFrameTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65_535, 4)]
    [InlineData(65_536, 10)]
    public void Text_AnyLength_HasTheHeaderOfTheRfc(int length, int header)
    {
        var payload = Enumerable.Range(0, length).Select(index => (byte)(index % 128)).ToArray();
        var encoded = WebSocketFrame.Text(payload);
        Assert.Equal(header + length, encoded.Bytes.Length);
        var frame = WsFrame.TryRead(encoded.Bytes.Span, out var consumed)!;
        Assert.Equal((true, 0, WsOpcode.Text, false), (frame.Fin, frame.Rsv, frame.Opcode, frame.Masked));
        Assert.Equal(encoded.Bytes.Length, consumed);
        Assert.Equal(payload, frame.Payload);
        Assert.Equal(payload, encoded.Payload.ToArray());
    }

    [Fact]
    [Case("WS-03", "SSE-03")]
    public void Encode_AnyString_IsOneFrameOfValidJson()
    {
        var random = RandomText.Create();
        for (var run = 0; run < 10_000; run++)
        {
            var (data, type) = (random.Next(), random.Next());
            var json = JsonElement.Parse(Encode(WebSocketJsonEncoder.Instance, data, type).Payload);
            Assert.Equal(RandomText.AsUtf8(data), json.GetProperty("data").GetString());
            Assert.Equal(RandomText.AsUtf8(type), json.GetProperty("event").GetString());
        }
    }

    [Fact]
    public void Encode_Raw_IsTheBarePayload()
    {
        Assert.Equal("a\r\nb\0", Encode(WebSocketRawEncoder.Instance, "a\r\nb\0", "ignored").Text);
        Assert.False(WebSocketRawEncoder.Instance.AnnouncesResets);
    }

    private static WsFrame Encode(FrameEncoder encoder, string data, string type)
    {
        var message = new StoreMessage(null, new MessageContent(StoreSerializer.Encode(data), MessageFormat.Text, type));
        var bytes = encoder.Encode(new FrameContent("orders", "1", message)).Bytes;
        var frame = WsFrame.TryRead(bytes.Span, out var consumed)!;
        Assert.Equal(bytes.Length, consumed);
        Assert.True(frame.Fin);
        return frame;
    }
}
