using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class PublishEndpointTests
{
    [Theory]
    [InlineData("text/plain", "a\r\nb", MessageFormat.Text, "a\r\nb")]
    [InlineData("text/plain; charset=UTF-8", "é😀", MessageFormat.Text, "é😀")]
    [InlineData("text/plain", "", MessageFormat.Text, "")]
    [InlineData(null, "no type", MessageFormat.Text, "no type")]
    [InlineData("application/x-www-form-urlencoded", "a=1&b=%20", MessageFormat.Text, "a=1&b=%20")]
    [InlineData("application/json", "{\"a\":1.50}", MessageFormat.Json, "{\"a\":1.50}")]
    [InlineData("application/json; charset=utf-8", "\"text\"", MessageFormat.Json, "\"text\"")]
    [InlineData("application/cloudevents+json", "[1,2]", MessageFormat.Json, "[1,2]")]
    [InlineData(
        "application/json", "{\r\n  \"a b\" : [ 1,\n\t2 ],\n  \"s\": \" \\\" \\n\\u00e9 é<\"\n}\n", MessageFormat.Json,
        "{\"a b\":[1,2],\"s\":\" \\\" \\n\\u00e9 é<\"}")]
    public async Task Post_Body_BecomesTheMessage(string? type, string body, MessageFormat format, string expected)
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await PostAsync(host, body, type);
        Assert.Equal((200, "application/json; charset=utf-8"), (http.Status, http.Header("Content-Type")));
        Assert.True(host.OrdersStore().TryGetLatest(out var latest));
        Assert.Equal((format, expected), (latest.Format, latest.GetText()));
        Assert.Equal(latest.Id, JsonElement.Parse(await http.ReadTextAsync()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Post_PlainCurl_ReachesAnEventSource()
    {
        await using var host = await StoresApp.StartAsync();
        await using var client = NodeClient.EventSource(host.Orders("?from=earliest"), new { events = new[] { "placed" } });
        await using var curl = CurlClient.Start(host.Orders("?event=placed"), "-d", "hello");
        var id = JsonElement.Parse(await curl.NextAsync()).GetProperty("id").GetString();
        var message = await client.NextAsync("message");
        Assert.Equal(
            ("placed", "hello", id),
            (message.GetProperty("event").GetString(), message.GetProperty("data").GetString(), message.GetProperty("id").GetString()));
    }

    [Fact]
    [Case("ST-15")]
    public async Task Post_SameIdempotencyKey_PublishesOnce()
    {
        await using var host = await StoresApp.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            await using var http = await PostAsync(host, "x", "text/plain", "", ("Idempotency-Key", "k1"));
            return await http.ReadTextAsync();
        }));
        Assert.Single(answers.Distinct());
        Assert.Equal(1, host.OrdersStore().Position.Offset);
    }

    [Theory]
    [Case("SEC-06", "SEC-12", "SEC-21", "SSE-05", "SSE-17")]
    [InlineData("text/plain", "x", "?event=a%0Ab", 400)]
    [InlineData("text/plain", "x", "?event=a%0Ddata:%20x", 400)]
    [InlineData("text/plain", "x", "?event=a%00", 400)]
    [InlineData("text/plain", "x", "?event=tornadose.reset", 400)]
    [InlineData("application/json", "", "", 400)]
    [InlineData("application/json", "{", "", 400)]
    [InlineData("application/json", "{\"a\":1} x", "", 400)]
    [InlineData("application/json", "{\n\"a\":\"\\ud800\"}", "", 400)]
    [InlineData("application/json", "\"\\udc00\"", "", 400)]
    [InlineData("application/octet-stream", "x", "", 415)]
    [InlineData("multipart/form-data; boundary=x", "x", "", 415)]
    [InlineData("nonsense", "x", "", 415)]
    [InlineData("text/plain; charset=iso-8859-1", "x", "", 415)]
    [InlineData("text/html", "x", "", 415)]
    public async Task Post_Unacceptable_PublishesNothing(string type, string body, string query, int status)
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await PostAsync(host, body, type, query);
        AssertNothingPublished(host, http, status);
    }

    [Fact]
    [Case("SEC-12")]
    public async Task Post_InvalidUtf8OrTooDeep_Is400()
    {
        await using var host = await StoresApp.StartAsync();
        byte[] invalid = [(byte)'"', 0xff, (byte)'"'];
        foreach (var type in new[] { "text/plain", "application/json" })
        {
            await using var http = await RawHttp.SendAsync(host.Orders(), "POST", [("Content-Type", type)], invalid);
            AssertNothingPublished(host, http, 400);
        }

        await using var deep = await PostAsync(host, new string('[', 1000) + new string(']', 1000), "application/json");
        AssertNothingPublished(host, deep, 400);
    }

    [Fact]
    public async Task Post_IdempotencyKeyTooLong_Is400()
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await PostAsync(host, "x", "text/plain", "", ("Idempotency-Key", new string('k', 257)));
        AssertNothingPublished(host, http, 400);
    }

    [Theory]
    [Case("SEC-12", "SSE-20")]
    [InlineData(1000, 200)]
    [InlineData(1001, 413)]
    public async Task Post_AroundTheLimit_Is200Or413(int length, int status)
    {
        await using var host = await StoresApp.StartAsync(orders => orders.MaxMessageBytes = 1000);
        await using var http = await PostAsync(host, new string('x', length), "text/plain");
        Assert.Equal((status, status == 200 ? 1 : 0), (http.Status, host.OrdersStore().Position.Offset));
    }

    [Fact]
    [Case("SEC-12")]
    public async Task Post_ChunkedBeyondTheLimit_Is413()
    {
        await using var host = await StoresApp.StartAsync(orders => orders.MaxMessageBytes = 1000);
        await using var curl = CurlClient.Start(
            host.Orders(), "-H", "Transfer-Encoding: chunked", "-H", "Content-Type: text/plain", "-d", new string(
                'x', 100_000), "-o", "/dev/null", "-w", "%{http_code}\n");
        Assert.Equal("413", await curl.NextAsync());
        Assert.Equal(0, host.OrdersStore().Position.Offset);
    }

    [Fact]
    [Case("HTTP-30", "SEC-05")]
    public async Task Post_UnknownStore_Is404()
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.SendAsync(
            host.Url("/stores/unknown"), "POST", [("Content-Type", "text/plain")], "x"u8.ToArray());
        Assert.Equal(404, http.Status);
        host.Logs.AssertNothingFrom(Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    private static Task<RawHttp> PostAsync(
        TestHost host, string body, string? type, string query = "", params (string, string)[] headers) =>
        RawHttp.SendAsync(
            host.Orders(query), "POST", type is null ? headers : [("Content-Type", type), .. headers], Encoding.UTF8.GetBytes(body));

    private static void AssertNothingPublished(TestHost host, RawHttp http, int status)
    {
        Assert.Equal((status, 0), (http.Status, host.OrdersStore().Position.Offset));
        host.Logs.AssertNothingFrom(Microsoft.Extensions.Logging.LogLevel.Warning);
    }
}
