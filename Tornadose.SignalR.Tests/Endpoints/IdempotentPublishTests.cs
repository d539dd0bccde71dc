using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary><c>Idempotency-Key</c>: a repeated publish is stored only once.</summary>
public sealed class IdempotentPublishTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact, Case("ST-15")]
    public async Task Post_SixteenRacingRequestsWithOneKey_StoreOneMessageAndGetItsId()
    {
        await using var host = await StartAsync();
        await using var reader = await RawSse.OpenAsync(host.Url("/stores/a"));

        for (var round = 0; round < 5; round++)
        {
            var ids = await Task.WhenAll(
                Enumerable.Range(0, 16).Select(_ => PostAsync(host, "a", $"{round}", $"key {round}"))).WithTimeout();

            var id = Assert.Single(ids.Distinct());
            Assert.Equal(new SseEvent("message", $"{round}", id, id), await reader.NextAsync());
        }

        Assert.Equal(5, host.Stores.GetStore("a").Position.Offset);
    }

    [Fact, Case("ST-15")]
    public async Task Post_SameKeyWithinFiveMinutesAndAfter_IsTheSameMessageAndThenANewOne()
    {
        await using var host = await StartAsync();
        var first = await PostAsync(host, "a", "x", "key");
        await PostAsync(host, "a", "between", null);

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal(first, await PostAsync(host, "a", "x again", "key"));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.NotEqual(first, await PostAsync(host, "a", "x later", "key"));

        Assert.Equal("x between x later", host.Stores.GetStore("a").OpenCursor(StartAt.Earliest).Read());
    }

    [Fact, Case("ST-15")]
    public async Task Post_KeyOfAPublishInTheProcess_IsAnotherKey()
    {
        await using var host = await StartAsync();
        var own = await host.PublishAsync("a", "x", new PublishOptions { IdempotencyKey = "key" });
        var id = await PostAsync(host, "a", "x", "key");

        Assert.NotEqual(own, id);
        Assert.Equal(own, await host.PublishAsync("a", "x", new PublishOptions { IdempotencyKey = "key" }));
        Assert.Equal(id, await PostAsync(host, "a", "x", "key"));
        Assert.NotEqual(id, await PostAsync(host, "b", "x", "key"));
        Assert.NotEqual(id, await PostAsync(host, "a", "x", "Key"));
    }

    [Fact, Case("ST-15")]
    public async Task Post_EmptyKey_IsNone()
    {
        await using var host = await StartAsync();

        Assert.NotEqual(await PostAsync(host, "a", "x", ""), await PostAsync(host, "a", "x", ""));
    }

    [Fact, Case("ST-15")]
    public async Task Post_KeyThatIsTooLong_Is400AndStoresNothing()
    {
        await using var host = await StartAsync();

        await using var response = await RawHttp.SendAsync(
            host.Url("/stores/a"), "POST", [("Idempotency-Key", new string('k', 257))], "x"u8.ToArray());

        Assert.Equal(400, response.Status);
        Assert.Equal(0, host.Stores.GetStore("a").Position.Offset);
    }

    private static async Task<string> PostAsync(StoresHost host, string store, string text, string? key)
    {
        (string, string)[] headers = key is null ? [] : [("Idempotency-Key", key)];
        await using var response = await RawHttp.SendAsync(
            host.Url($"/stores/{store}"), "POST", headers, System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(200, response.Status);
        return JsonElement.Parse(await response.ReadTextAsync()).GetProperty("id").GetString()!;
    }

    private Task<StoresHost> StartAsync() => StoresHost.StartAsync(stores => stores.AddQueueStore("a").AddQueueStore("b"), time: _time);
}
