namespace Tornadose.SignalR.Tests.TestKit;

public sealed class RealClientTests
{
    [Fact]
    public async Task EventSource_Stream_ReconnectsWithTheLastId()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var client = NodeClient.EventSource(host.Url("/sse"), new { events = new[] { "seen" } });
        Assert.Equal("", (await client.NextAsync("message")).GetProperty("data").GetString());
        Assert.Equal("a\nb", (await client.NextAsync("message")).GetProperty("data").GetString());
        Assert.Equal("2", (await client.NextAsync("message")).GetProperty("data").GetString());
    }

    [Fact]
    public async Task WebSocket_Echo_PrintsTextPongAndClose()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var client = NodeClient.WebSocket(host.WebSocketUrl("/echo"));
        await client.NextAsync("open");
        await client.SendAsync(new { send = "hi", ping = "p" });
        Assert.Equal("hi", (await client.NextAsync("message")).GetProperty("data").GetString());
        await client.SendAsync(new { close = new object[] { 1000, "x" } });
        Assert.Equal("bye", (await client.NextAsync("close")).GetProperty("reason").GetString());
        Assert.Equal(0, await client.EndAsync());
    }

    [Fact]
    public async Task WebSocket_Refused_PrintsTheStatus()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var client = NodeClient.WebSocket(host.WebSocketUrl("/nowhere"));
        Assert.Equal(404, (await client.NextAsync("refused")).GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("WebSockets")]
    [InlineData("ServerSentEvents")]
    [InlineData("LongPolling")]
    public async Task SignalR_EveryTransport_InvokesStreamsAndReceives(string transport)
    {
        await using var host = await ExampleApp.StartAsync();
        await using var client = NodeClient.SignalR(host.Url("/hub"), new { transport });
        await client.NextAsync("open");
        await client.SendAsync(new { id = 1, invoke = new[] { "Echo", "hi" } });
        Assert.Equal("hi", (await client.NextAsync("message")).GetProperty("args")[1].GetString());
        Assert.Equal("hi", (await client.NextAsync("result")).GetProperty("value").GetString());
        await client.SendAsync(new { id = 2, stream = new object[] { "Count", 2 } });
        Assert.Equal(2, (await client.TakeAsync("item", 2))[1].GetProperty("value").GetInt32());
        await client.SendAsync(new { id = 3, invoke = new[] { "Missing" } });
        Assert.Equal(3, (await client.NextAsync("failed")).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task Count_Reached_EndsTheScript()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var client = NodeClient.EventSource(host.Url("/sse"), new { count = 1 });
        Assert.Equal("2", (await client.NextAsync("message")).GetProperty("id").GetString());
        Assert.Null(await client.NextOrEndAsync());
    }

    [Fact]
    public async Task Curl_Stream_YieldsLines()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var curl = CurlClient.Start(host.Url("/sse"), "-H", "Last-Event-ID: 7");
        Assert.Equal(": ok", await curl.NextAsync());
        Assert.Equal("data: 7", await curl.NextAsync("data:"));
        Assert.Contains("data: b", await curl.ReadToEndAsync());
        Assert.Equal(0, await curl.ExitCodeAsync());
    }

    [Fact]
    public async Task Chromium_Page_IsDrivenAndItsErrorsCollected()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var page = await ChromiumPage.OpenAsync(host.Url("/page"));
        await page.ClickAsync("button");
        Assert.Equal("clicked", (await page.WaitForAsync("document.title")).GetString());
        await page.GotoAsync(host.Url("/page"), tab: "second");
        await page.EvalAsync("console.error('oops')", tab: "second");
        Assert.Contains("oops", await page.ErrorsAsync("second"));
        Assert.DoesNotContain("oops", await page.ErrorsAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => page.EvalAsync("nonsense("));
    }

    [Fact]
    public async Task Chromium_Screenshot_WritesAFile()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var page = await ChromiumPage.OpenAsync(host.Url("/page"));
        var file = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.png");
        await page.ColorSchemeAsync("dark");
        await page.ScreenshotAsync(file);
        Assert.NotEmpty(await File.ReadAllBytesAsync(file));
        File.Delete(file);
    }
}
