using System.Net;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class StreamResponseTests
{
    [Theory]
    [Case("HTTP-01", "HTTP-02")]
    [InlineData("text/event-stream")]
    [InlineData("*/*")]
    [InlineData("text/*")]
    [InlineData(null)]
    public async Task Get_EventStream_HasTheHeadersAndItsFirstBytesAtOnce(string? accept)
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.GetAsync(host.Orders(), accept is null ? [] : [("Accept", accept)]);
        Assert.Equal((200, "text/event-stream"), (http.Status, http.Header("Content-Type")));
        Assert.Equal("no-cache, no-store, no-transform", http.Header("Cache-Control"));
        Assert.Equal("no", http.Header("X-Accel-Buffering"));
        Assert.Contains(http.Header("Content-Encoding"), new[] { null, "identity" });
        Assert.Equal("live", http.Header("Tornadose-Resume"));
        Assert.NotEmpty(await http.ReadAsync());
    }

    [Theory]
    [Case("HTTP-04")]
    [InlineData("text/event-stream", "text/event-stream")]
    [InlineData("application/x-ndjson", "application/x-ndjson")]
    [InlineData("application/json", "application/json; charset=utf-8")]
    public async Task Head_AnyFormat_HasHeadersNoBodyAndNoSubscriber(string accept, string contentType)
    {
        await using var host = await StoresApp.StartAsync();
        await using var head = await RawHttp.SendAsync(host.Orders(), "HEAD", [("Accept", accept), ("Connection", "close")]);
        Assert.Equal((200, contentType), (head.Status, head.Header("Content-Type")));
        Assert.Equal(
            accept == "application/json" ? "no-cache, no-store" : "no-cache, no-store, no-transform", head.Header("Cache-Control"));
        Assert.Empty(await head.ReadToEndAsync());
        Assert.Equal(0, host.Subscribers());
    }

    [Fact]
    [Case("HTTP-22")]
    public async Task Get_Http10_StreamsUnchunkedUpToTheClose()
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.SendAsync(host.Orders("?from=earliest"), "GET", version: "1.0");
        Assert.Null(http.Header("Transfer-Encoding"));
        await host.OrdersStore().PublishAsync("x");
        var parser = new SseReader();
        while (parser.Events.Count == 0)
            parser.Push(await http.ReadAsync());
        Assert.Equal("x", parser.Events[0].Data);
    }

    [Fact]
    [Case("HTTP-23")]
    public async Task Get_Http2_ServesAHundredStreamsOnOneConnection()
    {
        await using var host = await StoresApp.StartAsync();
        using var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false };
        using var client = new HttpClient(handler)
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ =>
            client.GetAsync(host.Http2Url("/stores/orders"), HttpCompletionOption.ResponseHeadersRead))).WithTimeout();
        Assert.Equal(100, host.Subscribers());
        Assert.All(answers, answer => Assert.Empty(answer.Headers.Connection));
        Assert.All(answers, answer => Assert.False(answer.Headers.Contains("Keep-Alive")));
        await host.OrdersStore().PublishNumberedAsync(100);
        var bodies = await Task.WhenAll(answers.Select(ReadToM100Async)).WithTimeout();
        Assert.All(bodies, events => Assert.Equal(Enumerable.Range(1, 100).Select(number => $"m{number}"), events));
    }

    private static async Task<IEnumerable<string>> ReadToM100Async(HttpResponseMessage answer)
    {
        using var response = answer;
        await using var body = await response.Content.ReadAsStreamAsync();
        var parser = new SseReader();
        var buffer = new byte[4096];
        while (parser.Events.Count < 100)
            parser.Push(buffer.AsSpan(0, await body.ReadAsync(buffer)));
        return parser.Events.Select(message => message.Data);
    }
}
