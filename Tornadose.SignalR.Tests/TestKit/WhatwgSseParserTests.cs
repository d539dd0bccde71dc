using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

public sealed class WhatwgSseParserTests
{
    public static TheoryData<string, string[]> Streams => new()
    {
        // From the examples of the standard and the format tests of web-platform-tests.
        { "data: YHOO\ndata: +2\ndata: 10\n\n", ["message|YHOO\n+2\n10|"] },
        { ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event", ["message|first event|1", "message|second event|"] },
        { "data\n\ndata\ndata\n\ndata:", ["message||", "message|\n|"] },
        { "data:test\n\ndata: test\n\n", ["message|test|", "message|test|"] },
        { "data:a\r\ndata:b\rdata:c\n\r\n", ["message|a\nb\nc|"] },
        { "\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n", ["message|1|", "message|3|"] },
        { "\uFEFF\uFEFFdata:1\n\ndata:2\n\n", ["message|2|"] },
        { "id: 1\ndata:a\n\nid: 2\0\ndata:b\n\ndata:c\n\n", ["message|a|1", "message|b|1", "message|c|1"] },
        { "event: x\ndata:a\n\ndata:b\n\nevent\ndata:c\n\n", ["x|a|", "message|b|", "message|c|"] },
        { "event: x\n\ndata:b\n\n", ["message|b|"] },
        { "id: 7\n\ndata:b\n\n", ["message|b|7"] },
        { "DATA:a\n data:b\ndata :c\ndata:d\n\n", ["message|d|"] },
        { "data: a\u2028b\u2029c\u0085d\ve\f\n\n", ["message|a\u2028b\u2029c\u0085d\ve\f|"] },
        { "data: \0\n\n", ["message|\0|"] },
        { "data: 😀é\n\n", ["message|😀é|"] },
        { "data: cut", [] },
        { "data: cut\n", [] },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public void Push_Stream_DispatchesAsTheStandardSays(string stream, string[] expected)
    {
        Assert.Equal(expected, WhatwgSseParser.Parse(Encoding.UTF8.GetBytes(stream)).Select(Show));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public void Push_BytesOneByOne_DispatchesTheSame(string stream, string[] expected)
    {
        var parser = new WhatwgSseParser();
        foreach (var value in Encoding.UTF8.GetBytes(stream))
            parser.Push([value]);
        Assert.Equal(expected, parser.Events.Select(Show));
    }

    [Theory]
    [InlineData("retry: 1500\n", 1500L)]
    [InlineData("retry: 1500\nretry: -1\nretry: 1.5\nretry: 1e3\nretry:\nretry: 7x\nretry: ٣\n", 1500L)]
    [InlineData("retry:99999999999999999999\n", long.MaxValue)]
    [InlineData("retry: x\n", null)]
    public void ReconnectionTime_RetryFields_TakesDigitsOnly(string stream, long? expected)
    {
        var parser = new WhatwgSseParser();
        parser.Push(Encoding.UTF8.GetBytes(stream));
        Assert.Equal(expected, parser.ReconnectionTime);
    }

    [Fact]
    public void Push_InvalidUtf8_BecomesReplacementCharacters()
    {
        byte[] stream = [.. "data: "u8, 0xC3, 0x28, 0xF0, 0x9F, 0x98, .. "\n\n"u8];
        Assert.Equal("\uFFFD(\uFFFD", Assert.Single(WhatwgSseParser.Parse(stream)).Data);
    }

    [Fact]
    public void LastEventId_EventCutBeforeItsBlankLine_DoesNotMove()
    {
        var parser = new WhatwgSseParser();
        parser.Push("id: 1\ndata: a\n\nid: 2\ndata: b\n"u8);
        Assert.Equal("1", parser.LastEventId);
    }

    [Fact]
    public void Id_BlockWithoutId_IsNullWhileLastEventIdStays()
    {
        var second = WhatwgSseParser.Parse("id: 1\ndata: a\n\ndata: b\n\n"u8)[1];
        Assert.Equal(("1", (string?)null), (second.LastEventId, second.Id));
    }

    [Fact]
    public void Comments_CommentLines_AreKeptInOrder()
    {
        var parser = new WhatwgSseParser();
        parser.Push(":\n: ok\n:data: x\n\n"u8);
        Assert.Equal(["", " ok", "data: x"], parser.Comments);
        Assert.Empty(parser.Events);
    }

    private static string Show(SseEvent message) => $"{message.Type}|{message.Data}|{message.LastEventId}";
}
