using System.Text;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.ServerSentEvents;

public sealed class ServerSentEventEncoderPropertyTests(SseJudges judges) : IClassFixture<SseJudges>
{
    private const int Runs = 10_000;

    [Fact]
    [Case("SSE-03")]
    public async Task Encode_AnyString_ComesBackNormalised()
    {
        var random = RandomText.Create();
        var texts = Enumerable.Range(0, Runs).Select(_ => random.Next()).ToArray();
        var parsed = await judges.ParseAsync([.. texts.Select(static text => EncodedEvent.Of(text))]);
        Assert.Equal(texts.Select(EncodedEvent.Normalise), parsed.Select(static one => one.Data));
    }

    [Fact]
    [Case("SSE-04")]
    public async Task Encode_AnyTuple_RoundTripsOrThrows()
    {
        var random = RandomText.Create();
        var encoded = new List<(string Data, string Id, string Type, byte[] Bytes)>();
        for (var run = 0; run < Runs; run++)
        {
            var (data, id, type) = (random.Next(), random.Next(), random.Next());
            if (TryEncode(data, id, type) is { } bytes)
                encoded.Add((data, id, type, bytes));
            else
                Assert.True($"{id}{type}".AsSpan().ContainsAny("\r\n\0"));
        }

        Assert.True(encoded.Count is > 100 and < Runs - 100, $"seed {random.Seed}: {encoded.Count} encoded");
        foreach (var (sent, got) in encoded.Zip(await judges.ParseAsync([.. encoded.Select(static one => one.Bytes)])))
        {
            Assert.Equal(EncodedEvent.Normalise(sent.Data), got.Data);
            Assert.Equal(sent.Id.Length == 0 ? null : RandomText.AsUtf8(sent.Id), got.EventId);
            Assert.Equal(sent.Type.Length == 0 ? "message" : RandomText.AsUtf8(sent.Type), got.EventType);
        }
    }

    [Theory]
    [Case("SSE-13")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Parse_StreamCutEverywhere_GivesTheSameEvents(int step)
    {
        byte[] stream = [.. EncodedEvent.Of("é漢😀\r\n😀", "1", "größe"), .. EncodedEvent.Of("\uFEFF\n", "2")];
        var events = Assert.Single(await judges.ParseStreamsAsync([[.. stream.Chunk(step)]]));
        Assert.Equal(["é漢😀\n😀", "\uFEFF\n"], events.Select(static one => one.Data));
    }

    [Fact]
    [Case("SSE-21")]
    public async Task Encode_GrowingLengths_AreAllWhole()
    {
        var lengths = new List<int> { 4095, 4096, 4097, 8191, 8192, 8193, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537 };
        for (var length = 5.0; length < 10_000; length *= 1.01)
            lengths.Add((int)length);
        byte[][] encoded = [.. lengths.Select(static length => EncodedEvent.Of(new string('x', length)))];
        Assert.Equal(lengths.Select(static length => "data: ".Length + length + 2), encoded.Select(static bytes => bytes.Length));
        Assert.Equal(lengths, (await judges.ParseAsync(encoded)).Select(static one => one.Data.Length));
    }

    [Fact]
    [Case("SSE-01")]
    public void Encode_AnyText_HasNoByteOrderMarkAndOnlyLf()
    {
        var random = RandomText.Create();
        for (var run = 0; run < 1000; run++)
        {
            var bytes = EncodedEvent.Of(random.Next(), "1");
            Assert.False(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble));
            Assert.DoesNotContain((byte)'\r', bytes);
        }
    }

    private static byte[]? TryEncode(string data, string id, string type)
    {
        try
        {
            return EncodedEvent.Of(data, id, type.Length == 0 ? null : type);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
