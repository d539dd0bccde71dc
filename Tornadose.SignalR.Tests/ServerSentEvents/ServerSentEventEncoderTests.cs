using System.Net.ServerSentEvents;
using System.Text;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;

namespace Tornadose.SignalR.Tests.ServerSentEvents;

public sealed class ServerSentEventEncoderTests(SseJudges judges) : IClassFixture<SseJudges>
{
    private const string Id = "9f2c4e6a81b3d5f7-42-1a2b3c4d";

    [Fact]
    [Case("SSE-01")]
    public void Encode_OneLine_IsIdAndData() => Assert.Equal($"id: {Id}\ndata: x\n\n", EncodedEvent.TextOf("x", Id));

    [Theory]
    [Case("SSE-02")]
    [InlineData("a\nb", "data: a\ndata: b\n\n")]
    [InlineData("a\rb", "ends: r\ndata: a\ndata: b\n\n")]
    [InlineData("a\r\nb", "ends: b\ndata: a\ndata: b\n\n")]
    [InlineData("a\n\rb", "ends: nr\ndata: a\ndata: \ndata: b\n\n")]
    [InlineData("a\r\r\nb", "ends: rb\ndata: a\ndata: \ndata: b\n\n")]
    [InlineData("a\n", "data: a\ndata: \n\n")]
    [InlineData("a\r\n\r\n", "ends: b\ndata: a\ndata: \ndata: \n\n")]
    [InlineData("\n", "data: \ndata: \n\n")]
    [InlineData("\r\n\r", "ends: br\ndata: \ndata: \ndata: \n\n")]
    public async Task Encode_LineBreaks_StartNewDataLines(string data, string expected)
    {
        Assert.Equal(expected, EncodedEvent.TextOf(data));
        Assert.Equal(EncodedEvent.Normalise(data), (await ParseAsync(data)).Data);
    }

    [Fact]
    public void Encode_LineBreaksThatRepeat_AreDescribedByOneLetter() =>
        Assert.Equal("ends: nb\ndata: a\ndata: b\ndata: c\ndata: d\n\n", EncodedEvent.TextOf("a\nb\r\nc\r\nd"));

    /// <summary>R9 of the reports: over this wire a client could not distinguish these texts from JSON.</summary>
    [Theory]
    [InlineData("42"), InlineData(" -1"), InlineData("\"x\""), InlineData("{}"), InlineData("[info] started"), InlineData("true\n"),
        InlineData("null")]
    public void Encode_TextThatCouldBeJson_IsMarked(string text) =>
        Assert.StartsWith("format: text\ndata: ", EncodedEvent.TextOf(text), StringComparison.Ordinal);

    [Theory]
    [InlineData(""), InlineData(" "), InlineData("tea"), InlineData("nullable"), InlineData("True"), InlineData("\ufeff1")]
    public void Encode_TextThatIsNoJson_IsNotMarked(string text) =>
        Assert.StartsWith("data: ", EncodedEvent.TextOf(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("42"), InlineData("\"42\""), InlineData("{}")]
    public void Encode_Json_IsNotMarked(string json) => Assert.Equal($"data: {json}\n\n", Text(new("orders", null, Json(json))));

    /// <summary>The event type <c>a/b</c> alone could belong to the store <c>a</c> or <c>a/b</c>.</summary>
    [Fact]
    public void Encode_EventTypeOfSeveralStores_ComesWithTheStore() =>
        Assert.Equal("event: a/b\nstore: a\ndata: 1\n\n", Text(new("a", null, Json("1", "b"), namesStore: true)));

    [Theory]
    [Case("SSE-03")]
    [InlineData("a\u2028b\u2029c\u0085d\ve\ff")]
    [InlineData("\uFEFFbom")]
    [InlineData("a\0b")]
    public async Task Encode_OtherSeparators_StayOnOneLine(string data)
    {
        Assert.Equal($"data: {data}\n\n", EncodedEvent.TextOf(data));
        Assert.Equal(data, (await ParseAsync(data)).Data);
    }

    [Theory]
    [Case("SSE-05", "SSE-06", "SEC-06")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\r\nb")]
    [InlineData("a\0b")]
    public void Encode_FieldThatCouldBreakOut_Throws(string value)
    {
        Assert.Throws<ArgumentException>(() => EncodedEvent.Of("x", id: value));
        Assert.Throws<ArgumentException>(() => EncodedEvent.Of("x", eventType: value));
    }

    [Theory]
    [Case("SSE-07")]
    [InlineData(null)]
    [InlineData("")]
    public void Encode_NoId_HasNoIdField(string? id) => Assert.Equal("data: x\n\n", EncodedEvent.TextOf("x", id));

    [Theory]
    [Case("SSE-10")]
    [InlineData(" x")]
    [InlineData("  x ")]
    [InlineData(":x")]
    [InlineData("data: x")]
    [InlineData("id: 9\nevent: y")]
    [InlineData("\n:c")]
    public async Task Encode_TextThatLooksLikeFields_KeepsIt(string data)
    {
        var parsed = await ParseAsync(data, Id);
        Assert.Equal((data, "message", Id), (parsed.Data, parsed.EventType, parsed.EventId));
    }

    [Fact]
    [Case("SSE-11")]
    public async Task Encode_EmptyText_IsOneEmptyEvent()
    {
        Assert.Equal("data: \n\n", EncodedEvent.TextOf(""));
        Assert.Equal("", (await ParseAsync("")).Data);
    }

    [Theory]
    [Case("SSE-16")]
    [InlineData("order placed")]
    [InlineData(" leading")]
    [InlineData("größe:漢")]
    public async Task Encode_EventType_RoundTrips(string type) => Assert.Equal(type, (await ParseAsync("x", Id, type)).EventType);

    [Fact]
    [Case("SSE-09")]
    public async Task KeepAlive_Bytes_AreACommentAndNothingElse()
    {
        var bytes = ServerSentEventEncoder.Instance.KeepAlive!.Bytes.ToArray();
        Assert.Equal(":\n\n", Encoding.UTF8.GetString(bytes));
        Assert.Empty(Assert.Single(await judges.ParseStreamsAsync([[bytes]])));
    }

    [Theory]
    [InlineData(StoreResetReason.Expired, "expired")]
    [InlineData(StoreResetReason.Epoch, "epoch")]
    [InlineData(StoreResetReason.Rollback, "rollback")]
    [InlineData(StoreResetReason.Unknown, "unknown")]
    [InlineData(StoreResetReason.Slow, "slow")]
    public void Encode_Reset_IsAnEventWithReasonAndId(StoreResetReason reason, string name)
    {
        Assert.True(MessagePosition.TryParse(Id, out var position));
        var message = new StoreMessage(new StoreReset(reason, position));
        var text = Encoding.UTF8.GetString(EncodedEvent.Of(new FrameContent("orders", message.Id, message)));
        Assert.Equal($"id: {Id}\nevent: tornadose.reset\ndata: {{\"reason\":\"{name}\",\"id\":\"{Id}\"}}\n\n", text);
    }

    private async Task<SseItem<string>> ParseAsync(string data, string? id = null, string? eventType = null) =>
        Assert.Single(await judges.ParseAsync(EncodedEvent.Of(data, id, eventType)));

    private static string Text(in FrameContent content) => Encoding.UTF8.GetString(EncodedEvent.Of(content));

    private static StoreMessage Json(string json, string? type = null) =>
        new(null, new MessageContent(Encoding.UTF8.GetBytes(json), MessageFormat.Json, type));
}
