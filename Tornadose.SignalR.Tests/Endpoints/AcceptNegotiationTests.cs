using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Endpoints;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.LongPolling;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class AcceptNegotiationTests
{
    [Theory]
    [Case("HTTP-01", "HTTP-02", "HTTP-03")]
    [InlineData(null, "sse")]
    [InlineData("", "sse")]
    [InlineData("text/event-stream", "sse")]
    [InlineData("TEXT/Event-Stream; charset=utf-8", "sse")]
    [InlineData("*/*", "sse")]
    [InlineData("text/*", "sse")]
    [InlineData("not a media type", "sse")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "sse")]
    [InlineData("application/json", "long-polling")]
    [InlineData("application/json, */*", "long-polling")]
    [InlineData("application/json, text/plain, */*", "long-polling")]
    [InlineData("application/json;q=0.5, */*;q=0.1", "long-polling")]
    [InlineData("application/json;q=0.5, text/event-stream", "sse")]
    [InlineData("application/json, text/event-stream", "sse")]
    [InlineData("application/x-ndjson", "ndjson")]
    [InlineData("application/x-ndjson, application/json;q=0.9", "ndjson")]
    [InlineData("text/event-stream;q=0, */*", "ndjson")]
    [InlineData("image/png", null)]
    [InlineData("text/html", null)]
    [InlineData("text/event-stream;q=0", null)]
    public void Choose_AcceptHeader_GivesTheFormat(string? accept, string? expected) =>
        Assert.Equal(expected, Choose(accept));

    [Theory]
    [InlineData(null, "long-polling")]
    [InlineData("*/*", "long-polling")]
    [InlineData("application/*", "long-polling")]
    [InlineData("application/json", "long-polling")]
    [InlineData("text/html, */*;q=0.1", "long-polling")]
    [InlineData("text/event-stream", null)]
    [InlineData("application/x-ndjson, application/json;q=0", null)]
    public void Choose_RequestThatWaits_IsAnsweredInJsonOrNotAtAll(string? accept, string? expected) =>
        Assert.Equal(expected, Choose(accept, "?wait=30s"));

    [Theory]
    [InlineData("application/x-own", "own")]
    [InlineData("APPLICATION/X-OWN;v=1, text/event-stream;q=0.5", "own")]
    [InlineData("application/x-own;q=0.1, application/*", "ndjson")]
    [InlineData("*/*", "sse")]
    public void Choose_FormatOfTheApplication_IsGivenToWhoeverAsksForIt(string accept, string expected) =>
        Assert.Equal(expected, Choose(accept, own: new OwnFormat("own", "application/x-own")));

    [Theory]
    [InlineData("own", "text/Event-Stream")]
    [InlineData("sse", "application/x-own")]
    public void Formats_TakenNameOrMediaType_IsRefused(string name, string mediaType) =>
        Assert.Throws<InvalidOperationException>(() => Choose(null, own: new OwnFormat(name, mediaType)));

    private static string? Choose(string? accept, string query = "", StreamFormat? own = null)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);
        if (accept is not null)
            request.Headers.Accept = accept;
        StreamFormat[] formats = [
            new ServerSentEventFormat(new TornadoseOptions()), new JsonLinesFormat(), new LongPollingFormat(TimeProvider.System)];
        return new AcceptNegotiation(own is null ? formats : [.. formats, own]).Choose(request)?.Name;
    }
}
