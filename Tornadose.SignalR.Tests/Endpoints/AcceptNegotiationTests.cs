using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Endpoints;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class AcceptNegotiationTests
{
    [Theory]
    [Case("HTTP-01", "HTTP-02", "HTTP-03")]
    [InlineData(null, "ServerSentEvents")]
    [InlineData("", "ServerSentEvents")]
    [InlineData("text/event-stream", "ServerSentEvents")]
    [InlineData("TEXT/Event-Stream; charset=utf-8", "ServerSentEvents")]
    [InlineData("*/*", "ServerSentEvents")]
    [InlineData("text/*", "ServerSentEvents")]
    [InlineData("not a media type", "ServerSentEvents")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "ServerSentEvents")]
    [InlineData("application/json", "Snapshot")]
    [InlineData("application/json, */*", "Snapshot")]
    [InlineData("application/json, text/plain, */*", "Snapshot")]
    [InlineData("application/json;q=0.5, */*;q=0.1", "Snapshot")]
    [InlineData("application/json;q=0.5, text/event-stream", "ServerSentEvents")]
    [InlineData("application/json, text/event-stream", "ServerSentEvents")]
    [InlineData("application/x-ndjson", "JsonLines")]
    [InlineData("application/x-ndjson, application/json;q=0.9", "JsonLines")]
    [InlineData("text/event-stream;q=0, */*", "JsonLines")]
    [InlineData("image/png", "None")]
    [InlineData("text/html", "None")]
    [InlineData("text/event-stream;q=0", "None")]
    public void Choose_AcceptHeader_GivesTheFormat(string? accept, string expected)
    {
        var request = new DefaultHttpContext().Request;
        if (accept is not null)
            request.Headers.Accept = accept;
        Assert.Equal(expected, AcceptNegotiation.Choose(request).ToString());
    }
}
