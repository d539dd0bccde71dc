using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

[Collection(ConformanceSuite.Name)]
public sealed class HttpConformance(Deployment deployment)
{
    public static TheoryData<string> Servers => Deployment.Servers;

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "HTTP-01", "HTTP-02", "HTTP-11")]
    public async Task Get_StreamWanted_AnswersAtOnceAndNothingMayKeepIt(string server)
    {
        foreach (var accept in new[] { "text/event-stream", "*/*", "text/*", null })
        {
            await using var http = await RawHttp.SendAsync(deployment.Url(server), "GET", accept is null ? [] : [("Accept", accept)]);
            Assert.Equal((200, "live"), (http.Status, http.Header("Tornadose-Resume")));
            Assert.StartsWith("text/event-stream", http.Header("Content-Type"));
            Assert.Contains("no-store", http.Header("Cache-Control"));
            Assert.NotEmpty(await http.ReadAsync());
        }
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "HTTP-03", "HTTP-04", "HTTP-05", "HTTP-30")]
    public async Task Requests_ForOtherThings_GetTheirOwnAnswers(string server)
    {
        await using var picture = await RawHttp.GetAsync(deployment.Url(server), ("Accept", "image/png"));
        Assert.Equal(406, picture.Status);
        await using var head = await RawHttp.SendAsync(deployment.Url(server), "HEAD");
        Assert.Equal(200, head.Status);
        await using var put = await RawHttp.SendAsync(deployment.Url(server), "PUT", body: "x"u8.ToArray());
        Assert.Equal(405, put.Status);
        Assert.Contains("GET", put.Header("Allow"));
        await using var unknown = await RawHttp.GetAsync(new Uri(deployment.Server(server), "stores/there-is-no-such-store"));
        Assert.Equal(404, unknown.Status);
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "HTTP-08", "HTTP-09", "HTTP-10", "HTTP-12", "HTTP-20")]
    public async Task Resume_AfterAnId_GivesWhatFollowedByHeaderAndQuery(string server)
    {
        var first = await deployment.PublishAsync(server, "one");
        var second = await deployment.PublishAsync(server, "two");
        var third = await deployment.PublishAsync(server, "three");
        (string Query, string? Header, string[] Expected)[] requests =
        [
            ("", first, ["two", "three"]), ($"?after={first}", null, ["two", "three"]),
            ($"?last_event_id={second}", null, ["three"]), ($"?lastEventId={second}", "", ["three"]),
            ($"?after={first}", second, ["three"]), ("", third, []),
        ];
        foreach (var (query, header, expected) in requests)
        {
            await using var sse = await RawSse.OpenAsync(deployment.Url(server, query), header is null ? [] : [("Last-Event-ID", header)]);
            Assert.Equal("resumed", sse.Http.Header("Tornadose-Resume"));
            var live = await deployment.PublishAsync(server, "live");
            Assert.Equal(expected, (await sse.TakeAsync(expected.Length)).Select(got => got.Data).Take(expected.Length));
            SseEvent next;
            do
                next = await sse.NextAsync(); // messages of earlier requests of this test
            while (next.Id != live);
            Assert.Equal("live", next.Data);
        }
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "HTTP-14", "HTTP-15", "HTTP-16", "HTTP-17", "HTTP-18")]
    public async Task Resume_AfterWhatIsNoId_IsOneResetAndThenLive(string server)
    {
        var top = await deployment.PublishAsync(server, "top");
        var parts = top.Split('-');
        var offset = long.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        (string Id, string Reason)[] ids =
        [
            ($"0123456789abcdef-1-{parts[2]}", "epoch"), ($"{parts[0]}-{offset + 1000}-{parts[2]}", "unknown"),
            ($"{parts[0]}-{offset}-{(parts[2] == "00000001" ? "00000002" : "00000001")}", "rollback"),
            ("-1", "unknown"), ("0x10", "unknown"), ("18446744073709551616", "unknown"), ("null", "unknown"), ("😀", "unknown"),
            (new string('9', 3000), "unknown"),
        ];
        foreach (var (id, reason) in ids)
        {
            await using var sse = await RawSse.OpenAsync(deployment.Url(server, $"?after={Uri.EscapeDataString(id)}"));
            Assert.Equal((200, "reset"), (sse.Http.Status, sse.Http.Header("Tornadose-Resume")));
            var reset = await sse.NextAsync();
            var said = JsonElement.Parse(reset.Data);
            Assert.Equal(
                ("tornadose.reset", reason, top),
                (reset.Type, said.GetProperty("reason").GetString(), said.GetProperty("id").GetString()));
            top = await deployment.PublishAsync(server, "live");
            Assert.Equal(top, (await sse.NextAsync()).Id);
        }
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "HTTP-26")]
    public async Task Messages_OneByOne_AreNotCollectedOnTheWay(string server)
    {
        await using var sse = await RawSse.OpenAsync(deployment.Url(server));
        await using var lines = await RawLines.OpenAsync(deployment.Url(server));
        await sse.UntilAsync(opened => opened.Comments.Count > 0);
        var before = sse.Comments.Count;
        for (var message = 0; message < 20; message++)
        {
            var id = await deployment.PublishAsync(server, $"m{message}");
            Assert.Equal(id, (await sse.NextAsync()).Id);
            Assert.Equal(id, (await lines.NextObjectAsync()).GetProperty("id").GetString());
        }

        // A proxy that holds a message until the next write needs a keep-alive for each.
        Assert.InRange(sse.Comments.Count - before, 0, 10);
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "HTTP-22")]
    public async Task Get_Http10_Streams(string server)
    {
        await using var http = await RawHttp.SendAsync(deployment.Url(server), "GET", version: "1.0");
        Assert.Equal((200, null), (http.Status, http.Header("Transfer-Encoding")));
        Assert.NotEmpty(await http.ReadAsync());
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "HTTP-08")]
    public async Task Snapshot_ThenStreamAfterItsId_HasNeitherGapNorDuplicate(string server)
    {
        var id = await deployment.PublishAsync(server, "kept");
        await using var http = await RawHttp.GetAsync(deployment.Url(server), ("Accept", "application/json"));
        var snapshot = JsonElement.Parse(await http.ReadTextAsync());
        Assert.Equal((id, "kept"), (
            snapshot.GetProperty("id").GetString(),
            snapshot.GetProperty("messages").EnumerateArray().Last().GetProperty("data").GetString()));
        var next = await deployment.PublishAsync(server, "next");
        await using var sse = await RawSse.OpenAsync(deployment.Url(server, $"?after={id}"));
        Assert.Equal(next, (await sse.NextAsync()).Id);
    }
}
