using System.Globalization;
using Tornadose.SignalR.Tests.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>The ancestor's demos as separate processes, with the clients that users try them with.</summary>
public sealed class DemoTests(DemoFixture demos, RedisFixture redis)
{
    [Fact]
    public async Task Basic_RootUrl_GivesANumberASecond()
    {
        await using var demo = await demos.StartAsync("basic");
        await using var curl = CurlClient.Start(demo.Url);
        await using var browser = NodeClient.EventSource(demo.Url);
        var numbers = new[] { await curl.NextAsync("data: "), await curl.NextAsync("data: "), await curl.NextAsync("data: ") };
        Assert.All(numbers, static line => Assert.InRange(double.Parse(line["data: ".Length..], CultureInfo.InvariantCulture), 0, 1));
        Assert.Equal(3, numbers.Distinct().Count());
        Assert.InRange(
            double.Parse((await browser.NextAsync("message")).GetProperty("data").GetString()!, CultureInfo.InvariantCulture), 0, 1);
    }

    [Fact]
    public async Task Fibonacci_PageAndStream_ShowTheNumbers()
    {
        await using var demo = await demos.StartAsync("fibonacci");
        await using var page = await ChromiumPage.OpenAsync(demo.Url);
        await using var curl = CurlClient.Start(new Uri(demo.Url, "fibonacci"));
        var first = long.Parse((await curl.NextAsync("data: "))["data: ".Length..], CultureInfo.InvariantCulture);
        var next = long.Parse((await curl.NextAsync("data: "))["data: ".Length..], CultureInfo.InvariantCulture);
        Assert.True(IsFibonacci(first) && IsFibonacci(next) && next >= first, $"{first}, {next}");
        var shown = (
            await page.WaitForAsync("document.querySelectorAll('li').length > 1 && document.querySelector('li').textContent")).GetString();
        Assert.True(IsFibonacci(long.Parse(shown!, CultureInfo.InvariantCulture)), shown);
        await AssertPlainEventSourceAsync(page, "/fibonacci");
        Assert.Empty(await page.ErrorsAsync());
    }

    [Fact]
    public async Task RedisPubSub_UuidsAndAnOutsider_ReachPageAndCurl()
    {
        var server = await redis.GetAsync();
        await using var demo = await demos.StartAsync("redis_pubsub", ["--redis", server.ConnectionString, "--after", "15"]);
        await using var curl = CurlClient.Start(new Uri(demo.Url, "stream"));
        await using var page = await ChromiumPage.OpenAsync(demo.Url);
        Assert.True(Guid.TryParse((await curl.NextAsync("data: "))["data: ".Length..], out _));
        Assert.Equal("data: called later!", await curl.NextAsync("data: called"));
        await page.WaitForAsync("/^[0-9a-f-]{36}$/.test(document.querySelector('#message').textContent)");
        await AssertPlainEventSourceAsync(page, "/stream");
    }

    [Fact]
    public async Task RedisPubSub_WithoutRedis_SaysSoAndEnds()
    {
        var nowhere = $"localhost:{RedisProcess.FreePort()}";
        await using var demo = LineProcess.Start("dotnet", [
            await demos.BuildAsync("redis_pubsub"), "--urls", "http://127.0.0.1:0", "--redis", $"{nowhere},connectTimeout=500",
            "--Tornadose:Redis:CommandTimeout=00:00:01"]);
        Assert.Equal(1, await demo.ExitCodeAsync());
        Assert.Contains($"there is none at {nowhere}", demo.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", demo.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_BrowserAndCurl_AreInOneRoom()
    {
        await using var demo = await demos.StartAsync("chat");
        await using var page = await ChromiumPage.OpenAsync(demo.Url);
        await using var curl = CurlClient.Start(demo.Store("room"));
        Assert.StartsWith("retry: ", await curl.NextAsync("retry: "), StringComparison.Ordinal);
        await page.WaitForAsync("hub.state === 'Connected'");
        using var http = new HttpClient();
        Assert.True((await http.PostAsync(demo.Store("room"), new StringContent("hello from curl"))).IsSuccessStatusCode);
        Assert.Equal("data: hello from curl", await curl.NextAsync("data: "));
        await page.WaitForAsync("document.querySelector('#eventsource li')?.textContent === 'hello from curl'");
        await page.EvalAsync("document.getElementById('text').value = 'hello from a page'");
        await page.ClickAsync("button");
        Assert.Equal("data: hello from a page", await curl.NextAsync("data: "));
        await page.WaitForAsync("['signalr', 'eventsource'].every(list => [...document.querySelectorAll(`#${list} li`)].some(line => " +
            "line.textContent === 'hello from a page'))");
        Assert.Empty(await page.ErrorsAsync());
    }

    [Fact]
    public async Task Answer_ReloadedOnAnotherWireAndStopped_IsTheSame()
    {
        await using var demo = await demos.StartAsync("answer");
        await using var page = await ChromiumPage.OpenAsync(demo.Url);
        await page.EvalAsync("document.getElementById('about').value += ' again'.repeat(900)"); // 90 s of words, a full request line
        await page.ClickAsync("#form button");
        await page.WaitForAsync("document.getElementById('answer').textContent.startsWith('You have asked about stores again again ')");
        await page.ClickAsync("#wire");
        await page.WaitForAsync("document.getElementById('state').textContent === 'live, by websocket'");
        using var http = new HttpClient();
        var id = (await page.EvalAsync("location.hash.slice(1)")).GetString();
        Assert.True((await http.PostAsync(new Uri(demo.Url, $"stop/{id}"), null)).IsSuccessStatusCode);
        await page.WaitForAsync("document.getElementById('state').textContent === 'completed, by websocket'");
        var text = (await page.EvalAsync("document.getElementById('answer').textContent")).GetString()!;
        Assert.StartsWith("You have asked about stores again again", text, StringComparison.Ordinal);
        Assert.EndsWith(" (stopped)", text, StringComparison.Ordinal);
        await page.EvalAsync("void location.reload()");
        await page.WaitForAsync("document.getElementById('state')?.textContent === 'completed, by sse'");
        Assert.Equal(text, (await page.EvalAsync("document.getElementById('answer').textContent")).GetString());
        Assert.Empty(await page.ErrorsAsync());
    }

    /// <summary>Does what the ancestor's pages do: only a plain EventSource and its <c>onmessage</c>.</summary>
    private static async Task AssertPlainEventSourceAsync(ChromiumPage page, string path)
    {
        await page.EvalAsync($"window.seen = []; window.plain = new EventSource('{path}'); plain.onmessage = function (msg) " +
            "{ seen.push(msg.data); }; true");
        await page.WaitForAsync("seen.length > 1");
    }

    private static bool IsFibonacci(long number)
    {
        var (a, b) = (0L, 1L);
        while (a < number)
            (a, b) = (b, a + b);
        return a == number;
    }
}
