using System.Net;
using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

/// <summary>What browsers use behind TLS: HTTP/2, with one connection for all streams.</summary>
[Collection(ConformanceSuite.Name)]
public sealed class Http2Conformance(Deployment deployment) : IDisposable
{
    private readonly HttpClient _http = Deployment.CreateClient();

    public static TheoryData<string> Servers => Deployment.SecureServers;

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Servers)), Case("CONF-01", "HTTP-26")]
    public async Task Messages_OneByOne_AreNotCollectedOnTheWay(string server)
    {
        using var events = await OpenAsync(server, "text/event-stream");
        using var lines = await OpenAsync(server, "application/x-ndjson");
        Assert.Equal("live", events.Answer.Headers.GetValues("Tornadose-Resume").Single());
        Assert.StartsWith(":", await events.NextAsync(":"), StringComparison.Ordinal);
        for (var message = 0; message < 10; message++)
        {
            var id = await deployment.PublishAsync(server, $"m{message}");
            Assert.Equal($"id: {id}", await events.NextAsync("id: "));
            Assert.Equal(id, JsonElement.Parse(await lines.NextAsync("{")).GetProperty("id").GetString());
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Servers)), Case("CONF-01", "HTTP-08", "HTTP-14")]
    public async Task Resume_AfterAnId_GivesWhatFollowedOrOneReset(string server)
    {
        var first = await deployment.PublishAsync(server, "one");
        var second = await deployment.PublishAsync(server, "two");
        using var resumed = await OpenAsync(server, "text/event-stream", ("Last-Event-ID", first));
        Assert.Equal($"id: {second}", await resumed.NextAsync("id: "));
        using var reset = await OpenAsync(server, "text/event-stream", ("Last-Event-ID", "garbage"));
        Assert.Equal("event: tornadose.reset", await reset.NextAsync("event: "));
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Servers)), Case("CONF-01", "WS-05", "SEC-10")]
    public async Task Publish_FromAPage_IsTakenFromOwnPagesAndNoOthers(string server)
    {
        foreach (var (origin, expected) in new[]
        {
            (deployment.Server(server).GetLeftPart(UriPartial.Authority), HttpStatusCode.OK),
            ("https://evil.example", HttpStatusCode.Forbidden),
        })
        {
            using var request = Request(HttpMethod.Post, server, ("Origin", origin));
            request.Content = new StringContent("by a page", Encoding.UTF8, "text/plain");
            using var answer = await _http.SendAsync(request).WithTimeout();
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<LineStream> OpenAsync(string server, string accept, params (string Name, string Value)[] headers)
    {
        using var request = Request(HttpMethod.Get, server, [("Accept", accept), .. headers]);
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithTimeout();
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (answer.StatusCode, answer.Version));
        return new LineStream(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    private HttpRequestMessage Request(HttpMethod method, string server, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, deployment.Url(server))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return request;
    }

    private sealed record LineStream(HttpResponseMessage Answer, StreamReader Reader) : IDisposable
    {
        /// <summary>The next line with this beginning.</summary>
        public async Task<string> NextAsync(string beginning)
        {
            string? line;
            do
                line = await Reader.ReadLineAsync().WithTimeout() ?? throw new EndOfStreamException();
            while (!line.StartsWith(beginning, StringComparison.Ordinal));
            return line;
        }

        public void Dispose()
        {
            Reader.Dispose();
            Answer.Dispose();
        }
    }
}
