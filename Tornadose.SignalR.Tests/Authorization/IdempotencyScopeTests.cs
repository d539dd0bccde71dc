using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>An idempotency key belongs to its publisher: nobody can suppress the message of another.</summary>
public sealed class IdempotencyScopeTests(RedisFixture redis)
{
    [Theory, Case("ST-15"), InlineData(false), InlineData(true)]
    public async Task Post_KeyThatAnotherHasUsed_StoresTheMessage(bool isRedis)
    {
        var connection = isRedis ? (await redis.GetAsync()).ConnectionString : null;
        await using var host = await RolesApp.StartAsync(add: stores =>
        {
            if (connection is not null)
                stores.AddStackExchangeRedis(connection, options => options.KeyPrefix = redis.NewPrefix());
        });
        var junk = await PostAsync(host, "eve", "junk");
        var payment = await PostAsync(host, "ann", "payment");
        var anonymous = await PostAsync(host, null, "somebody");
        var store = host.Get<IStoreProvider>().GetStore("plain");
        var own = (await store.PublishAsync("own", new PublishOptions { IdempotencyKey = "order-17" })).ToString();
        Assert.Equal(4, new[] { junk, payment, anonymous, own }.Distinct().Count());
        Assert.Equal(junk, await PostAsync(host, "eve", "again"));
        Assert.Equal(payment, await PostAsync(host, "ann", "again"));
        Assert.Equal(anonymous, await PostAsync(host, null, "again"));
    }

    private static async Task<string> PostAsync(TestHost host, string? user, string text)
    {
        (string, string)[] headers = user is null ? [] : [("X-User", user)];
        await using var answer = await RawHttp.SendAsync(
            host.Url("/stores/plain"), "POST", [("Idempotency-Key", "order-17"), .. headers], Encoding.UTF8.GetBytes(text));
        Assert.Equal(200, answer.Status);
        return JsonElement.Parse(await answer.ReadTextAsync()).GetProperty("id").GetString()!;
    }
}
