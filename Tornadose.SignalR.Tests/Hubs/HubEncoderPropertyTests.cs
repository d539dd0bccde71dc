using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Every message is exactly one message on every JSON wire, and survives the round trip.</summary>
public sealed class HubEncoderPropertyTests
{
    private const int Runs = 10_000;

    [Fact, Case("SSE-03", "WS-03", "SEC-06")]
    public void Encode_AnyMessage_IsOneMessageOnEveryWire()
    {
        var random = RandomText.Create();
        var (texts, documents) = (0, 0);
        for (var number = 0; number < Runs; number++)
        {
            var run = random.Run(number);
            try
            {
                var json = run.OneIn(2) ? Accepted(run.Json()) : null;
                var data = json ?? StoreSerializer.Encode(run.OneIn(20) ? run.Next() : run.Short());
                Check(new FrameContent("orders", "0123456789abcdef-1-00000000", new StoreMessage(
                    null, new MessageContent(data, json is null ? MessageFormat.Text : MessageFormat.Json, EventOf(run)))));
                if (json is null)
                    texts++;
                else
                    documents++;
            }
            catch (Exception failure)
            {
                Assert.Fail($"TORNADOSE_SEED={run.Seed}: {failure}");
            }
        }

        Assert.True(texts > Runs / 3 && documents > Runs / 10, $"{texts} texts, {documents} documents");
    }

    /// <summary>The JSON as the entrances accept it; null if they reject it.</summary>
    private static ReadOnlyMemory<byte>? Accepted(string json)
    {
        try
        {
            return JsonText.OneLine(Encoding.UTF8.GetBytes(json));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string? EventOf(RandomText run)
    {
        var text = run.Short();
        return MessageEventType.OrNull(text);
    }

    private static void Check(in FrameContent content)
    {
        var frame = WsFrame.TryRead(WebSocketJsonEncoder.Instance.Encode(content).Bytes.Span, out var consumed)!;
        Assert.Equal((WsOpcode.Text, true, 0, false), (frame.Opcode, frame.Fin, frame.Rsv, frame.Masked));
        Assert.Equal(WebSocketJsonEncoder.Instance.Encode(content).Bytes.Length, consumed);
        Assert.True(System.Text.Unicode.Utf8.IsValid(frame.Payload));
        AssertIs(content, JsonElement.Parse(frame.Payload));
        AssertIs(content, (JsonElement)Single(new JsonHubProtocol(), JsonHubEncoder.Instance.Encode(content).Bytes).Arguments[1]!);
        var plain = new MessagePackHubProtocol();
        var binary = Single(plain, new ProtocolHubEncoder(plain).Encode(content).Bytes).Arguments[1]!;
        Assert.Equal(content.Id, ((IDictionary<object, object?>)binary)["id"]);
        var item = ((HubStreamFrame)new HubStreamEncoder(HubDataForm.Element).Encode(content)).Item;
        AssertIs(content, JsonSerializer.SerializeToElement(item));
    }

    private static InvocationMessage Single(IHubProtocol protocol, ReadOnlyMemory<byte> bytes)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        Assert.True(protocol.TryParseMessage(ref input, ClientBinder.Instance, out var message));
        Assert.True(input.IsEmpty, "More than one message.");
        var invocation = Assert.IsType<InvocationMessage>(message);
        Assert.Equal("Message", invocation.Target);
        return invocation;
    }

    private static void AssertIs(in FrameContent content, JsonElement message)
    {
        Assert.Equal(content.Id, message.GetProperty("id").GetString());
        Assert.Equal(content.Message.EventType, message.TryGetProperty("event", out var type) ? type.GetString() : null);
        var (data, bytes) = (message.GetProperty("data"), content.Message.Content.Data);
        if (content.Message.Format == MessageFormat.Text)
            Assert.Equal(Encoding.UTF8.GetString(bytes.Span), data.GetString());
        else
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(bytes.Span), data));
    }
}
