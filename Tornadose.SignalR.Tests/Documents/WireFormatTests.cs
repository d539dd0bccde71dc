using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Endpoints;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.LongPolling;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Tests.TestKit;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>The encoders write exactly the bytes that <c>docs/transports.md</c> shows.</summary>
public sealed class WireFormatTests
{
    private const string Store = "orders";
    private const string Vector = "9f2c4e6a81b3d5f7-43-9c0d1e2f-00c0ffee00c0ffee-7-0a0b0c0d";

    private static readonly StoreMessage Tea = Message(41, 0x1a2b3c4d, "tea");
    private static readonly StoreMessage Milk = Message(42, 0x5e6f7a8b, "milk\nand sugar");
    private static readonly StoreMessage Placed = Message(43, 0x9c0d1e2f, """{"item":"tea","count":2}""", "placed");
    private static readonly StoreMessage TextNumber = Message(44, 0x2b3c4d5e, "42", MessageFormat.Text);
    private static readonly StoreMessage JsonNumber = Message(45, 0x3c4d5e6f, "42", MessageFormat.Json);
    private static readonly StoreMessage Windows = Message(46, 0x4d5e6f7a, "tea\r\nmilk\r\n", MessageFormat.Text);
    private static readonly StoreMessage JsonString = Message(47, 0x5e6f7a8b, "\"830010923977419046\"", MessageFormat.Json);
    private static readonly StoreMessage Expired = new(new StoreReset(StoreResetReason.Expired, Placed.Position!.Value));
    private static readonly StoreMessage End = new(new MessagePosition(0x9f2c4e6a81b3d5f7, 48, 0x6f7a8b9c), MessageContent.End);
    private static readonly StoreMessage Slow = new(new StoreReset(StoreResetReason.Slow, Placed.Position!.Value));

    [Fact]
    public async Task Document_EachExample_IsWhatIsWritten()
    {
        var shown = DocumentBlock.All.Where(
            static block => block.Test == nameof(WireFormatTests)).Select(static block => block.Text).ToArray();
        string[] written =
        [
            await HeadAsync(),
            Text(ServerSentEventEncoder.Instance, End) + Text(JsonLinesEncoder.Instance, End) + Named(JsonLinesEncoder.Instance, End),
            await OpeningAsync() + Text(ServerSentEventEncoder.Instance, Tea, Milk, Placed),
            Text(ServerSentEventEncoder.Instance, Expired) + Text(ServerSentEventEncoder.Instance.KeepAlive!)
                + await ClosingAsync(response => new ServerSentEventSink(response, default)),
            Text(ServerSentEventEncoder.Instance, TextNumber, JsonNumber, Windows),
            Named(ServerSentEventEncoder.Instance, Placed) + Named(ServerSentEventEncoder.Instance, Slow),
            Text(JsonLinesEncoder.Instance, Tea, Milk, Placed, JsonString, Expired) + Text(JsonLinesEncoder.Instance.KeepAlive!)
                + await ClosingAsync(static response => new JsonLinesSink(response)),
            Named(JsonLinesEncoder.Instance, Placed) + Named(JsonLinesEncoder.Instance, Slow),
            Hex(WebSocketJsonEncoder.Instance),
            Hex(WebSocketRawEncoder.Instance),
            await SnapshotAsync() + "\n",
            Text(JsonHubEncoder.Instance, Tea, Expired).Replace('\u001e', '\n'),
        ];
        Assert.Equal(written, shown);
    }

    private static StoreMessage Message(long offset, uint tag, string text, string? type = null) =>
        new(
            new MessagePosition(0x9f2c4e6a81b3d5f7, offset, tag),
            new MessageContent(Encoding.UTF8.GetBytes(text), type is null ? MessageFormat.Text : MessageFormat.Json, type));

    private static StoreMessage Message(long offset, uint tag, string data, MessageFormat format) =>
        new(new MessagePosition(0x9f2c4e6a81b3d5f7, offset, tag), new MessageContent(Encoding.UTF8.GetBytes(data), format, null));

    private static string Text(FrameEncoder encoder, params StoreMessage[] messages) =>
        string.Concat(messages.Select(message => Text(encoder.Encode(new FrameContent(Store, message.Reset?.Id ?? message.Id, message)))));

    private static string Text(Frame frame) => Encoding.UTF8.GetString(frame.Bytes.Span);

    private static string Named(FrameEncoder encoder, StoreMessage message) =>
        Text(encoder.Encode(new FrameContent(Store, Vector, message, namesStore: true)));

    private static string Hex(FrameEncoder encoder)
    {
        var frame = encoder.Encode(new FrameContent(Store, Tea.Id, Tea));
        return string.Concat(
            frame.Bytes.ToArray().Chunk(16).Select(static line => string.Join(' ', line.Select(static b => $"{b:x2}")) + "\n"));
    }

    private static Task<string> OpeningAsync() =>
        ResponseAsync(response => new ServerSentEventSink(response, TimeSpan.FromMilliseconds(2750)).StartAsync().AsTask());

    private static Task<string> ClosingAsync(Func<HttpResponse, IFrameSink> open) =>
        ResponseAsync(response => open(response).CloseAsync(SubscriberEnd.Dismissed).AsTask());

    private static Task<string> SnapshotAsync() => ResponseAsync(async response =>
    {
        var log = new MessageLog(new MessageLogLimits(10, 1000), Tea.Position!.Value with { Offset = 40, Tag = 1 }, TimeProvider.System);
        foreach (var message in new[] { Tea, Milk, Placed })
            log.Append(message.Position!.Value, message.Content);
        var feed = new SubscriberFeed(Store, log.OpenCursor(StartAt.Earliest), TimeSpan.FromSeconds(10), new(Store));
        var sink = StoreSnapshotResponse.SinkOf(response, SubscriberFeeds.Of(feed), [feed], 0);
        await sink.StartAsync();
        while (feed.Cursor.TryRead(out MessageEntry? entry))
            sink.Write(LongPollingEncoder.Instance.GetFrame(Store, entry));
        await sink.CloseAsync(SubscriberEnd.Answered);
    });

    private static async Task<string> ResponseAsync(Func<HttpResponse, Task> write)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await write(context.Response);
        await context.Response.BodyWriter.FlushAsync();
        return Encoding.UTF8.GetString(body.ToArray());
    }

    /// <summary>The head of a real response, without the headers that every response has.</summary>
    private static async Task<string> HeadAsync()
    {
        await using var host = await TestHost.StartAsync(
            static builder => builder.Services.AddTornadose(static options => options.DrainWindow = TimeSpan.Zero).AddQueueStore(Store),
            static app => app.MapStores("/stores"));
        await using var http = await RawHttp.GetAsync(host.Url($"/stores/{Store}"));
        string[] usual = ["Date", "Server"];
        var headers = http.Headers.Where(header => !usual.Contains(header.Key))
            .OrderBy(static header => header.Key, StringComparer.Ordinal)
            .Select(static header => $"{header.Key}: {header.Value}\n");
        return $"HTTP/1.1 {http.Status} OK\n" + string.Concat(headers);
    }
}
