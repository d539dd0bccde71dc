using System.Text;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.ServerSentEvents;

public sealed class ServerSentEventEncoderPropertyTests
{
    private const int Runs = 10_000;

    [Fact]
    [Case("SSE-03")]
    public void Encode_AnyString_ComesBackNormalised()
    {
        var random = RandomText.Create();
        for (var run = 0; run < Runs; run++)
        {
            var data = random.Next();
            Assert.Equal(EncodedEvent.Normalise(data), EncodedEvent.Parse(EncodedEvent.Of(data)).Data);
        }
    }

    [Fact]
    [Case("SSE-04")]
    public void Encode_AnyTuple_RoundTripsOrThrows()
    {
        var random = RandomText.Create();
        var (encoded, refused) = (0, 0);
        for (var run = 0; run < Runs; run++)
        {
            var (data, id, type) = (random.Next(), random.Next(), random.Next());
            if (TryEncode(data, id, type) is not { } bytes)
            {
                Assert.True($"{id}{type}".AsSpan().ContainsAny("\r\n\0"));
                refused++;
                continue;
            }

            encoded++;
            var parsed = EncodedEvent.Parse(bytes);
            Assert.Equal(EncodedEvent.Normalise(data), parsed.Data);
            Assert.Equal(id.Length == 0 ? null : RandomText.AsUtf8(id), parsed.Id);
            Assert.Equal(type.Length == 0 ? "message" : RandomText.AsUtf8(type), parsed.Type);
        }

        Assert.True(encoded > 100 && refused > 100, $"seed {random.Seed}: {encoded} encoded, {refused} refused");
    }

    [Theory]
    [Case("SSE-13")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Parse_StreamCutEverywhere_GivesTheSameEvents(int step)
    {
        byte[] stream = [.. EncodedEvent.Of("é漢😀\r\n😀", "1", "größe"), .. EncodedEvent.Of("\uFEFF\n", "2")];
        var parser = new WhatwgSseParser();
        foreach (var piece in stream.Chunk(step))
            parser.Push(piece);
        Assert.Equal(WhatwgSseParser.Parse(stream), parser.Events);
        Assert.Equal(["é漢😀\n😀", "\uFEFF\n"], parser.Events.Select(message => message.Data));
    }

    [Fact]
    [Case("SSE-21")]
    public void Encode_GrowingLengths_AreAllWhole()
    {
        var lengths = new List<int> { 4095, 4096, 4097, 8191, 8192, 8193, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537 };
        for (var length = 5.0; length < 10_000; length *= 1.01)
            lengths.Add((int)length);
        foreach (var length in lengths)
        {
            var bytes = EncodedEvent.Of(new string('x', length));
            Assert.Equal("data: ".Length + length + 2, bytes.Length);
            Assert.Equal(length, EncodedEvent.Parse(bytes).Data.Length);
        }
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
