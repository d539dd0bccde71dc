using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Client;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Tests.TestKit;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Tests.Conformance;

/// <summary>
/// <c>Conformance/golden.json</c>: messages, and their bytes on the wires. The encoders write exactly these, and clients in JavaScript
/// and .NET read exactly these, so that neither side can change without the other.
/// </summary>
public sealed class GoldenFileTests
{
    private static readonly string Golden = Repository.File("Tornadose.SignalR.Tests/Conformance/golden.json");

    public static TheoryData<string> Names => [.. Cases().Select(static golden => golden.Name)];

    [Theory, MemberData(nameof(Names)), Case("CONF-03", "SSE-01", "SSE-02", "WS-03")]
    public void Encode_EachWire_WritesTheGoldenBytes(string name)
    {
        var golden = Cases().Single(golden => golden.Name == name);
        Assert.True(MessagePosition.TryParse(golden.Id, out var position));
        var content = new MessageContent(
            Encoding.UTF8.GetBytes(golden.Data), golden.Format == "json" ? MessageFormat.Json : MessageFormat.Text, golden.Event);
        var frame = new FrameContent("golden", golden.Id, new StoreMessage(position, content));
        Assert.Equal(golden.Sse, Text(ServerSentEventEncoder.Instance.Encode(frame).Bytes));
        Assert.Equal(golden.Json + "\n", Text(JsonLinesEncoder.Instance.Encode(frame).Bytes));
        Assert.Equal(golden.Json, Text(((WebSocketFrame)WebSocketJsonEncoder.Instance.Encode(frame)).Payload));
        Assert.Equal(golden.Data, Text(((WebSocketFrame)WebSocketRawEncoder.Instance.Encode(frame)).Payload));
    }

    [Fact, Case("CONF-03")]
    public async Task JavaScriptClients_GoldenBytes_AreRead()
    {
        await using var node = NodeClient.Start("golden.mjs", null, new { file = Golden });
        var line = await node.NextAsync();
        Assert.Equal(
            ("done", Cases().Length),
            (line.GetProperty("type").GetString(), line.TryGetProperty("cases", out var cases) ? cases.GetInt32() : 0));
    }

    /// <summary>Checks the line ends as published, which readers that follow only the standard do not see.</summary>
    [Theory, MemberData(nameof(Names)), Case("CONF-03")]
    public async Task DotNetClient_GoldenBytes_AreRead(string name)
    {
        var golden = Cases().Single(golden => golden.Name == name);
        var messages = new MessageReader(StoreList.Of("golden"), JsonSerializerOptions.Web);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(golden.Sse));
        var events = new EventStreamReader(stream, static () => { }, static _ => { });
        AssertIs(golden, messages.Event((await events.ReadAsync(CancellationToken.None))!.Value));
        Assert.Null(await events.ReadAsync(CancellationToken.None));
        AssertIs(golden, messages.Envelope(Encoding.UTF8.GetBytes(golden.Json)));
        AssertIs(golden, messages.Envelope(Encoding.UTF8.GetBytes(golden.Json + "\n")));
    }

    private static void AssertIs(GoldenCase golden, ReceivedMessage? read) => Assert.Equal(
        ("golden", golden.Id, golden.Event, golden.Data, golden.Format == "json", null),
        (read?.Store, read?.Id, read?.EventType, read?.GetText(), read?.Format == MessageFormat.Json, read?.Reset));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static GoldenCase[] Cases() => JsonSerializer.Deserialize<GoldenCase[]>(File.ReadAllText(Golden), JsonSerializerOptions.Web)!;

    private sealed record GoldenCase(string Name, string Format, string Id, string? Event, string Data, string Sse, string Json);
}
