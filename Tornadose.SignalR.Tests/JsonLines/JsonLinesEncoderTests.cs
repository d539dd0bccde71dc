using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JsonLines;

public sealed class JsonLinesEncoderTests
{
    [Fact]
    [Case("WS-03")]
    public void Encode_AnyString_IsOneLineOfValidJson()
    {
        var random = RandomText.Create();
        for (var run = 0; run < 10_000; run++)
        {
            var (data, type) = (random.Next(), random.Next());
            var line = Encode(data, "1", type);
            Assert.Equal((byte)'\n', line[^1]);
            Assert.False(line.AsSpan()[..^1].ContainsAny((byte)'\n', (byte)'\r'));
            var json = JsonElement.Parse(line);
            Assert.Equal(RandomText.AsUtf8(data), json.GetProperty("data").GetString());
            Assert.Equal(RandomText.AsUtf8(type), json.GetProperty("event").GetString());
        }
    }

    [Theory]
    [InlineData("x", null, null, """{"data":"x"}""")]
    [InlineData("x", "7", null, """{"id":"7","data":"x"}""")]
    [InlineData("é\"<", "7", "placed", """{"id":"7","event":"placed","data":"é\"<"}""")]
    public void Encode_Text_LeavesOutWhatThereIsNot(string data, string? id, string? type, string expected) =>
        Assert.Equal(expected + "\n", Encoding.UTF8.GetString(Encode(data, id, type)));

    [Fact]
    public void Encode_Json_IsEmbeddedAsItIs() =>
        Assert.Equal(
            """{"data":{"n":1.50,"s":"\u00e9"}}""" + "\n",
            Encoding.UTF8.GetString(Encode("""{"n":1.50,"s":"\u00e9"}""", null, null, MessageFormat.Json)));

    [Fact]
    public void Encode_Reset_HasReasonAndId()
    {
        var position = new MessagePosition(1, 2, 3);
        var message = new StoreMessage(new StoreReset(StoreResetReason.Slow, position));
        var line = JsonLinesEncoder.Instance.Encode(new FrameContent("orders", message.Id, message)).Bytes;
        Assert.Equal($"{{\"reset\":{{\"reason\":\"slow\",\"id\":\"{position}\"}}}}\n", Encoding.UTF8.GetString(line.Span));
    }

    private static byte[] Encode(string data, string? id, string? type, MessageFormat format = MessageFormat.Text)
    {
        var message = new StoreMessage(null, new MessageContent(StoreSerializer.Encode(data), format, type));
        return JsonLinesEncoder.Instance.Encode(new FrameContent("orders", id, message)).Bytes.ToArray();
    }
}
