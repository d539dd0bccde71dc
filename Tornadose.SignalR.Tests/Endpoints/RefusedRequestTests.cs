using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A refused request is refused before anything is registered.</summary>
public sealed class RefusedRequestTests
{
    [Theory]
    [Case("HTTP-03", "HTTP-05", "HTTP-30", "SEC-05")]
    [InlineData("GET", "/stores/unknown", 404)]
    [InlineData("GET", "/stores/Orders", 404)]
    [InlineData("GET", "/stores/_inspect", 404)]
    [InlineData("GET", "/stores/a%20b", 404)]
    [InlineData("GET", "/stores/*", 404)]
    [InlineData("GET", "/stores/orders/more", 404)]
    [InlineData("HEAD", "/stores/unknown", 404)]
    [InlineData("PUT", "/stores/orders", 405)]
    [InlineData("DELETE", "/stores/orders", 405)]
    [InlineData("PATCH", "/stores/orders", 405)]
    [InlineData("OPTIONS", "/stores/orders", 405)]
    [InlineData("GET", "/stores/orders?from=yesterday", 400)]
    [InlineData("GET", "/stores/orders?from=", 400)]
    [InlineData("GET", "/stores/orders?last=-1", 400)]
    [InlineData("GET", "/stores/orders?last=many", 400)]
    [InlineData("GET", "/stores/orders?last=99999999999", 400)]
    public async Task Request_Refused_RegistersNoSubscriber(string method, string path, int status)
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.SendAsync(host.Url(path), method);
        Assert.Equal(status, http.Status);
        if (status == 405)
            Assert.Equal("CONNECT, GET, HEAD, POST", string.Join(", ", http.Header("Allow")!.Split(", ").Order()));
        Assert.Equal(0, host.Subscribers());
        host.Logs.AssertNothingFrom(Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Theory]
    [Case("HTTP-03")]
    [InlineData("image/png")]
    [InlineData("text/html")]
    [InlineData("text/event-stream;q=0")]
    public async Task Get_NothingAcceptable_Is406AndNamesWhatThereIs(string accept)
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.GetAsync(host.Orders(), ("Accept", accept), ("Connection", "close"));
        Assert.Equal(406, http.Status);
        var text = await http.ReadTextAsync();
        foreach (var type in (string[])["text/event-stream", "application/x-ndjson", "application/json"])
            Assert.Contains(type, text, StringComparison.Ordinal);
        Assert.Equal(0, host.Subscribers());
    }

    [Fact]
    [Case("SEC-05", "SEC-16")]
    public async Task Get_UnknownAndInvalidNames_AnswerAlike()
    {
        await using var host = await StoresApp.StartAsync();
        var answers = new List<string>();
        foreach (var name in new[] { "unknown", "%7B%7D", "..%2Forders", "a%00b" })
        {
            await using var http = await RawHttp.GetAsync(host.Url($"/stores/{name}"), ("Connection", "close"));
            if (http.Status != 400)
                answers.Add($"{http.Status} {await http.ReadTextAsync()}");
        }

        Assert.Equal("404 There is no such store.\n", Assert.Single(answers.Distinct()));
    }
}
