using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class PublishOriginTests
{
    [Theory, Case("SEC-10")]
    [InlineData("https://evil.example", 403, 0)]
    [InlineData("null", 403, 0)]
    [InlineData("https://friend.example", 200, 1)]
    [InlineData(null, 200, 1)]
    public async Task Post_FromAPage_OnlyOfTheSameHostOrAListedOne(string? origin, int status, long published)
    {
        await using var host = await StoresApp.StartAsync(options: all => all.AllowedOrigins.Add("https://friend.example"));
        (string, string)[] headers = [("Content-Type", "text/plain")];
        await using var answer = await RawHttp.SendAsync(
            host.Orders(), "POST", origin is null ? headers : [.. headers, ("Origin", origin)], "hi"u8.ToArray());
        Assert.Equal((status, published), (answer.Status, host.OrdersStore().Position.Offset));
    }

    [Fact, Case("SEC-10")]
    public async Task Post_FromAPageOfTheSameHost_IsPublished()
    {
        await using var host = await StoresApp.StartAsync();
        await using var answer = await RawHttp.SendAsync(
            host.Orders(), "POST", [("Content-Type", "text/plain"), ("Origin", $"http://127.0.0.1:{host.Http1.Port}")], "hi"u8.ToArray());
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Post_TwoIdempotencyKeys_IsRefused()
    {
        await using var host = await StoresApp.StartAsync();
        await using var answer = await RawHttp.SendAsync(
            host.Orders(), "POST", [("Content-Type", "text/plain"), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")], "hi"u8.ToArray());
        Assert.Equal((400, 0L), (answer.Status, host.OrdersStore().Position.Offset));
    }

    [Fact]
    public async Task Post_RefusedMessage_SaysWhyInWordsForClients()
    {
        await using var host = await StoresApp.StartAsync();
        await using var answer = await RawHttp.SendAsync(
            host.Orders("?event=a%0Ab"), "POST", [("Content-Type", "text/plain")], "hi"u8.ToArray());
        Assert.Equal(400, answer.Status);
        var text = await answer.ReadTextAsync();
        Assert.Contains("event type", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", text, StringComparison.Ordinal);
    }
}
