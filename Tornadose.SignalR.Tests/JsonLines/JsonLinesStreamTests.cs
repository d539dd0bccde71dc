using System.Text;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JsonLines;

public sealed class JsonLinesStreamTests
{
    [Fact]
    public async Task Stream_ThroughCurlAndJq_GivesTheData()
    {
        await using var host = await StoresApp.StartAsync();
        var command = $"curl -sN -H 'Accept: application/x-ndjson' '{host.Orders("?from=earliest")}' | jq --unbuffered -c '[.event, " +
            ".data]'";
        await using var shell = LineProcess.Start("bash", ["-c", command]);
        await host.OrdersStore().PublishAsync("a\nb \u2028 \"q\"", new PublishOptions { EventType = "placed" });
        await host.OrdersStore().PublishAsync(new { number = 1, lines = new[] { "x\r\ny" } });
        Assert.Equal("[\"placed\",\"a\\nb \u2028 \\\"q\\\"\"]", await shell.NextAsync());
        Assert.Equal("""[null,{"number":1,"lines":["x\r\ny"]}]""", await shell.NextAsync());
    }

    [Fact]
    [Case("HTTP-27")]
    public async Task Stream_Silence_IsBrokenByAnEmptyLine()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock);
        await using var lines = await RawLines.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal("", await lines.NextAsync());
        await host.OrdersStore().PublishAsync("x");
        Assert.Equal("x", (await lines.NextObjectAsync()).GetProperty("data").GetString());
    }

    [Fact]
    public async Task Stream_Opened_SendsItsHeadersBeforeTheFirstMessage()
    {
        await using var host = await StoresApp.StartAsync();
        await using var lines = await RawLines.OpenAsync(host.Orders());
        Assert.Equal(
            ("application/x-ndjson", "no-cache, no-store, no-transform", "no", "live"),
            (
                lines.Http.Header("Content-Type"), lines.Http.Header("Cache-Control"), lines.Http.Header("X-Accel-Buffering"),
                lines.Http.Header("Tornadose-Resume")));
    }

    [Fact]
    public async Task Stream_IndentingJsonOptions_StillWritesOneLine()
    {
        await using var host = await StoresApp.StartAsync(build: builder =>
            Microsoft.Extensions.DependencyInjection.HttpJsonServiceExtensions.ConfigureHttpJsonOptions(
                builder.Services, json => json.SerializerOptions.WriteIndented = true));
        await using var lines = await RawLines.OpenAsync(host.Orders());
        await host.OrdersStore().PublishAsync(new[] { 1, 2 });
        Assert.EndsWith("\"data\":[1,2]}", await lines.NextAsync());
        Assert.Equal("[1,2]", Encoding.UTF8.GetString(host.OrdersStore().TryGetLatest(out var latest) ? latest.Data.Span : default));
    }
}
