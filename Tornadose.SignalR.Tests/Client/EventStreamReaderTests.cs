using System.Net.ServerSentEvents;
using System.Text;
using Tornadose.SignalR.Client;
using Tornadose.SignalR.Tests.ServerSentEvents;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>The client's own parser compared with two others: the framework's, and npm's <c>eventsource-parser</c>.</summary>
public sealed class EventStreamReaderTests(SseJudges judges) : IClassFixture<SseJudges>
{
    // No empty event types and no blocks without data: the other two parse those differently.
    private static readonly string[] Pieces =
    [
        "data: x\n", "data:  y\r\n", "data\n", "id: 9\n", "id\n", "event: e\n", ": comment\n", "retry: 12\n", "retry: 1x\n",
        "unknown: u\n", "data:é漢😀\n", "DATA: no\n", " data: no\n",
    ];

    [Fact]
    public async Task Read_RandomStreamsInRandomPieces_AgreesWithOtherParsers()
    {
        var random = RandomText.Create();
        var streams = Enumerable.Range(0, 400).Select(_ => Stream(random, hasReturns: false)).ToList();
        foreach (var (pieces, expected) in streams.Zip(await judges.ParseStreamsAsync([.. streams])))
            await AssertReadAsync(pieces, expected);
    }

    /// <summary>A single CR also ends a line; npm's parser differs where a piece ends with it.</summary>
    [Fact]
    public async Task Read_LinesThatEndWithReturns_AgreesWithTheFrameworksParser()
    {
        var random = RandomText.Create();
        for (var run = 0; run < 400; run++)
        {
            var pieces = Stream(random, hasReturns: true);
            using var stream = new MemoryStream([.. pieces.SelectMany(static piece => piece)]);
            await AssertReadAsync(pieces, SseParser.Create(stream).Enumerate());
        }
    }

    private static async Task AssertReadAsync(byte[][] pieces, IEnumerable<SseItem<string>> expected)
    {
        var events = await ReadAsync(pieces);
        Assert.Equal(
            expected.Select(static one => (one.EventType, one.Data, one.EventId)),
            events.Select(static one => (one.EventType ?? "message", Encoding.UTF8.GetString(one.Data), one.Id)));
    }

    private static byte[][] Stream(RandomText random, bool hasReturns)
    {
        var text = new StringBuilder();
        for (var blocks = random.Next(6); blocks >= 0; blocks--)
        {
            for (var count = random.Next(8); count > 0; count--)
                text.Append(random.Of<string>(Pieces));
            text.Append("data: last")
                .Append(hasReturns ? random.Of("\r\r", "\rdata:\r\r", "\r\n\r\n") : random.Of("\n\n", "\r\n\r\n", "\n\n\n"));
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return [.. bytes.Chunk(1 + random.Next(7))];
    }

    private static async Task<List<ServerSentEvent>> ReadAsync(byte[][] pieces)
    {
        var events = new List<ServerSentEvent>();
        var reader = new EventStreamReader(new PiecesStream(pieces), static () => { }, static _ => { });
        while (await reader.ReadAsync(CancellationToken.None) is { } received)
            events.Add(received);
        return events;
    }

    private sealed class PiecesStream(byte[][] pieces) : MemoryStream
    {
        private int _next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_next == pieces.Length)
                return new(0);
            pieces[_next].CopyTo(buffer);
            return new(pieces[_next++].Length);
        }
    }
}
