using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

[Collection(ConformanceSuite.Name)]
public sealed class ServerSentEventsConformance(Deployment deployment)
{
    public static TheoryData<string> Servers => Deployment.Servers;

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "SSE-01", "SSE-02", "SSE-10", "SSE-11", "SSE-13", "SSE-14", "SSE-18")]
    public async Task Texts_OfEveryKind_AreOneEventEachWithTheIdThatThePublisherGot(string server)
    {
        string[] texts =
        [
            "x", "", " leading", ": colon", "data: y", "id: 9\nevent: z", "a\nb", "a\rb", "a\r\nb", "a\n\rb", "\r\r\n", "end\n", "\n",
            "\u2028\u2029\u0085\v\f", "\ufeffbom", "é ж 漢 😀", new('w', 3000),
        ];
        await using var sse = await RawSse.OpenAsync(deployment.Url(server));
        await sse.UntilAsync(opened => opened.Comments.Count > 0); // a comment arrives before there is a message
        foreach (var text in texts)
        {
            var id = await deployment.PublishAsync(server, text);
            Assert.Matches("^[A-Za-z0-9-]{1,64}$", id);
            var got = await sse.NextAsync();
            Assert.Equal(("message", Normalized(text), id), (got.Type, got.Data, got.Id));
        }
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "SSE-03")]
    public async Task Texts_AtRandom_RoundTrip(string server)
    {
        var random = RandomText.Create();
        await using var sse = await RawSse.OpenAsync(deployment.Url(server));
        await sse.UntilAsync(opened => opened.Comments.Count > 0);
        for (var run = 0; run < 50; run++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => (char)(1 + random.Next(0xd7ff)))]);
            await deployment.PublishAsync(server, text);
            Assert.Equal(Normalized(text), (await sse.NextAsync()).Data);
        }
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "SSE-16")]
    public async Task EventTypes_Usual_RoundTrip(string server)
    {
        await using var sse = await RawSse.OpenAsync(deployment.Url(server));
        await sse.UntilAsync(opened => opened.Comments.Count > 0);
        foreach (var (type, expected) in new[]
            { ("placed", "placed"), ("two words: and é", "two words: and é"), ("message", "message"), ("", "message") })
        {
            await deployment.PublishAsync(server, "x", $"?event={Uri.EscapeDataString(type)}");
            var got = await sse.NextAsync();
            Assert.Equal((expected, "x"), (got.Type, got.Data));
        }
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "SSE-05", "SSE-06", "SSE-17")]
    public async Task EventTypes_ThatWouldBreakTheFormatOrAreReserved_AreRefused(string server)
    {
        foreach (var type in new[] { "a\nb", "a\rb", "a\0b", "tornadose.reset" })
        {
            await using var answer = await RawHttp.SendAsync(
                deployment.Url(server, $"?event={Uri.EscapeDataString(type)}"), "POST", [("Content-Type", "text/plain")], "x"u8.ToArray());
            Assert.Equal(400, answer.Status);
        }
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "SSE-08", "HTTP-34")]
    public async Task Stream_Retry_IsANumberOfMilliseconds(string server)
    {
        await using var sse = await RawSse.OpenAsync(deployment.Url(server));
        await sse.UntilAsync(opened => opened.ReconnectionTime is not null);
        Assert.InRange(sse.ReconnectionTime!.Value, 0, 3_600_000);
    }

    private static string Normalized(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
