using System.Text.Json;

namespace Tornadose.SignalR.Tests.JavaScript;

/// <summary><c>tornadose.js</c> in Node and in Chromium, on every transport, while its server is cut off, killed and replaced.</summary>
public sealed class ScriptTests
{
    public static TheoryData<string, string> Everywhere => new()
    {
        { "node", "sse" }, { "node", "websocket" }, { "node", "signalr" },
        { "chromium", "sse" }, { "chromium", "websocket" }, { "chromium", "signalr" },
    };

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Subscription_ServerCutKilledAndReplaced_MissesAndDoublesNothing(string where, string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        await site.PublishAsync(3);
        await using var client = await OpenAsync(site, where, transport);
        await client.IdsAsync(3);
        site.Cut();
        await site.PublishAsync(4);
        await client.IdsAsync(7);
        for (var round = 0; round < 2; round++)
        {
            await site.PublishAsync(2);
            await site.KillAsync();
            await client.UntilAsync("subscription.state === 'reconnecting'");
            await site.ReviveAsync();
            await site.PublishAsync(3);
            await client.IdsAsync(site.Published.Count);
            await client.UntilAsync("subscription.state === 'live'");
        }

        Assert.Equal(site.Published, await client.IdsAsync(site.Published.Count));
        Assert.Equal(transport, (await client.UntilAsync("subscription.transport")).GetString());
        Assert.Equal(site.Published[^1], (await client.UntilAsync("subscription.id")).GetString());
        Assert.Equal(0, (await client.UntilAsync("[log.resets.length]"))[0].GetInt32());
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Subscription_ServerReplacedByOneThatForgot_IsResetAndGetsWhatIsKept(string where, string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        await site.PublishAsync(3);
        await using var client = await OpenAsync(site, where, transport);
        await client.IdsAsync(3);
        await site.KillAsync();
        await site.ReviveAsync(forgets: true);
        await site.PublishAsync(2);
        await client.IdsAsync(5);
        await site.PublishAsync(1);
        Assert.Equal(site.Published, await client.IdsAsync(6));
        var resets = await client.UntilAsync("log.resets");
        Assert.Equal(("epoch", "orders"), (resets[0].GetProperty("reason").GetString(), resets[0].GetProperty("store").GetString()));
        Assert.Equal(1, resets.GetArrayLength());
    }

    [Theory]
    [InlineData("sse")]
    [InlineData("websocket")]
    [InlineData("signalr")]
    public async Task Subscription_OfSeveralStores_ResumesAllOnAnyTransport(string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        await site.PublishAsync(2);
        string vector;
        await using (var first = await ScriptClient.OpenInNodeAsync(site.Url, new() { ["transport"] = "signalr", ["stores"] = new[] { "orders", "notes" }, ["last"] = 2 }))
        {
            await first.IdsAsync(2);
            vector = (await first.UntilAsync("subscription.state === 'live' && subscription.id")).GetString()!;
        }

        await site.PublishAsync(3);
        await using var next = await ScriptClient.OpenInNodeAsync(site.Url, new() { ["transport"] = transport, ["stores"] = new[] { "orders", "notes" }, ["after"] = vector });
        var numbers = await next.UntilAsync("log.messages.length >= 3 && log.messages.map(message => [message.store, message.data.number])");
        Assert.Equal("""[["orders",3],["orders",4],["orders",5]]""", JsonSerializer.Serialize(numbers));
        Assert.Equal(0, (await next.UntilAsync("[log.resets.length]"))[0].GetInt32());
    }

    [Fact]
    public async Task SignalR_ConnectionThatTheApplicationStopsAndStarts_IsSubscribedToAgain()
    {
        await using var site = await ScriptSite.StartAsync();
        await using var client = await OpenAsync(site, "node", "signalr");
        await client.UntilAsync("subscription.state === 'live'");
        await client.UntilAsync("connection.stop()");
        await client.UntilAsync("subscription.state === 'reconnecting'");
        await site.PublishAsync(2);
        await client.UntilAsync("connection.start()");
        Assert.Equal(site.Published, await client.IdsAsync(2));
    }

    private static Task<ScriptClient> OpenAsync(ScriptSite site, string where, string transport)
    {
        var options = new Dictionary<string, object> { ["transport"] = transport, ["store"] = "orders", ["from"] = "earliest" };
        return where == "node" ? ScriptClient.OpenInNodeAsync(site.Url, options) : ScriptClient.OpenInChromiumAsync(site.Url, options);
    }
}
