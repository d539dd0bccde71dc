using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary><c>POST</c> of JSON lines: several messages, all or none.</summary>
public sealed class BatchTests
{
    [Fact]
    public async Task Post_Lines_AreMessagesInTheirOrder()
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await PostAsync(
            host, "{\"data\":\"text\"}\r\n\n {\"event\":\"own\",\"data\":{\"n\":9007199254740993, \"x\":[1]}}\n"
                + "{\"id\":\"i\",\"store\":\"s\",\"format\":\"json\",\"data\":\"\\u00e9\"}\n{\"data\":\"\\u00e9\",\"event\":null}",
                "?event=all");
        Assert.Equal(200, http.Status);
        var messages = host.OrdersStore().GetSnapshot().Messages;
        Assert.Equal(
            [("all", "text", MessageFormat.Text), ("own", "{\"n\":9007199254740993, \"x\":[1]}", MessageFormat.Json),
                ("all", "\"\\u00e9\"", MessageFormat.Json), (null, "é", MessageFormat.Text)],
            messages.Select(message => (message.EventType, message.GetText(), message.Format)));
        Assert.Equal(messages[^1].Id, JsonElement.Parse(await http.ReadTextAsync()).GetProperty("id").GetString());
    }

    /// <summary>A carriage return is white space in JSON but a line end in an event stream.</summary>
    [Fact]
    public async Task Post_CarriageReturnsWithinALine_StayOutOfTheMessages()
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await PostAsync(host, "{\"data\":{\"a\":\r1,\r\"b\":\"\\r\"}}\n{\"data\":\r[2\r]}");
        Assert.Equal(200, http.Status);
        Assert.Equal(
            ["{\"a\":1,\"b\":\"\\r\"}", "[2]"],
            host.OrdersStore().GetSnapshot().Messages.Select(static message => message.GetText()));
    }

    [Theory]
    [InlineData("{\"data\":1}\n\n{\"data\":}", "Line 3: ")]
    [InlineData("{\"data\":1}\n2", "Line 2: It is no message.")]
    [InlineData("{\"event\":\"a\"}", "Line 1: It is no message.")]
    [InlineData("{\"data\":1}\n{\"end\":{\"id\":\"x\"}}", "Line 2: It is no message.")]
    [InlineData("{\"data\":1,\"event\":\"tornadose.end\"}", "Line 1: Event types that begin with")]
    [InlineData("{\"data\":1,\"event\":5}", "Line 1: It is no message.")]
    [InlineData("{\"data\":\"\\ud800\"}", "Line 1: ")]
    [InlineData("{\"data\":1}{\"data\":2}", "Line 1: ")]
    [InlineData("", "A batch has at least one message.")]
    [InlineData("\n\n", "A batch has at least one message.")]
    public async Task Post_BadLine_Is400NamesItAndStoresNothing(string body, string words)
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await PostAsync(host, body);
        Assert.Equal(400, http.Status);
        Assert.StartsWith(words, await http.ReadTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, host.OrdersStore().Position.Offset);
    }

    [Fact]
    public async Task Post_NoUtf8_Is400AndNamesTheLine()
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await PostAsync(host, [.. "{\"data\":1}\n{\"data\":\""u8, 0xff, .. "\"}"u8]);
        Assert.Equal((400, true), (http.Status, (await http.ReadTextAsync()).StartsWith("Line 2: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Post_UpToTheLimits_IsTakenAndNothingBeyondIs()
    {
        await using var host = await StoresApp.StartAsync(orders: static store => store.MaxMessageBytes = 600 * 1024);
        const string line = "{\"data\":1}\n";
        await using (var full = await PostAsync(host, string.Concat(Enumerable.Repeat(line, 1000))))
            Assert.Equal(200, full.Status);
        await using (var more = await PostAsync(host, string.Concat(Enumerable.Repeat(line, 1001))))
            Assert.Equal((400, true), (more.Status, (await more.ReadTextAsync()).StartsWith("Line 1001: ", StringComparison.Ordinal)));
        var large = $"{{\"data\":\"{new string('x', 500 * 1024)}\"}}\n";
        await using (var two = await PostAsync(host, large + large))
            Assert.Equal(200, two.Status);
        await using (var three = await PostAsync(host, large + large + large))
            Assert.Equal(413, three.Status);
        await using (var one = await PostAsync(host, $"{{\"data\":\"{new string('x', 700 * 1024)}\"}}"))
            Assert.Equal(413, one.Status);
        Assert.Equal(1002, host.OrdersStore().Position.Offset);
    }

    [Fact]
    public async Task Post_SameKey_StoresTheLinesOnce()
    {
        await using var host = await StoresApp.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            await using var http = await PostAsync(host, "{\"data\":1}\n{\"data\":2}", headers: ("Idempotency-Key", "k"));
            ids.Add(await http.ReadTextAsync());
        }

        Assert.Single(ids.Distinct());
        Assert.Equal(2, host.OrdersStore().Position.Offset);
    }

    [Fact]
    public async Task Post_LinesOfAStream_CanBeSentOnAsTheyAre()
    {
        await using var host = await StoresApp.StartAsync();
        await host.OrdersStore().PublishAsync("a");
        await host.OrdersStore().PublishAsync(new { b = 1 }, new PublishOptions { EventType = "tick" });
        var cursor = host.OrdersStore().OpenCursor(StartAt.Earliest);
        await using var stream = await RawHttp.SendAsync(host.Orders("?from=earliest"), "GET", [("Accept", "application/x-ndjson")]);
        var lines = "";
        while (lines.Split('\n').Length < 4)
            lines += Encoding.UTF8.GetString(await stream.ReadAsync());
        await using var http = await PostAsync(host, lines);
        Assert.Equal(200, http.Status);
        Assert.Equal("a {\"b\":1} a {\"b\":1}", cursor.Read());
    }

    private static Task<RawHttp> PostAsync(TestHost host, string body, string query = "", params (string, string)[] headers) =>
        PostAsync(host, Encoding.UTF8.GetBytes(body), query, headers);

    private static Task<RawHttp> PostAsync(TestHost host, byte[] body, string query = "", params (string, string)[] headers) =>
        RawHttp.SendAsync(host.Orders(query), "POST", [("Content-Type", "application/x-ndjson"), .. headers], body);
}
