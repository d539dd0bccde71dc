using System.Text;
using Tornadose.SignalR.Client;
using Tornadose.SignalR.Tests.ServerSentEvents;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>The client's own parser against two that others wrote: the framework's, and npm's <c>eventsource-parser</c>.</summary>
public sealed class EventStreamReaderTests(SseJudges judges) : IClassFixture<SseJudges>
{
    private static readonly string[] Pieces =
    [
        "data: x\n", "data:  y\r\n", "data\n", "data:\r", "id: 9\n", "id\n", "event: e\n", "event:\n", ": comment\n", "retry: 12\n", "retry: 1x\n",
        "unknown: u\n", "data:é漢😀\n", "DATA: no\n", " data: no\n", "\n", "\n\n", "\r\n", "\r\n\r\n",
    ];

    [Fact]
    public async Task Read_RandomStreamsInRandomPieces_AgreesWithOtherParsers()
    {
        var random = RandomText.Create();
        var streams = Enumerable.Range(0, 400).Select(_ => Stream(random)).ToList();
        foreach (var (pieces, expected) in streams.Zip(await judges.ParseStreamsAsync([.. streams])))
        {
            var events = await ReadAsync(pieces);
            Assert.Equal(
                expected.Select(static one => (one.EventType, one.Data, one.EventId)),
                events.Select(static one => (one.EventType ?? "message", Encoding.UTF8.GetString(one.Data), one.Id)));
        }
    }

    private static byte[][] Stream(RandomText random)
    {
        var text = new StringBuilder("data: first\n\n");
        for (var count = random.Next(30); count > 0; count--)
            text.Append(random.Of<string>(Pieces));
        byte[] bytes = Encoding.UTF8.GetBytes(text.Append("\n\n").ToString());
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
