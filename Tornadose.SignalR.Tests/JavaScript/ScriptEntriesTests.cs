using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JavaScript;

/// <summary><c>followEntries</c> of <c>tornadose.js</c> in Node and in Chromium, on every transport.</summary>
public sealed class ScriptEntriesTests
{
    private const string Marker = "marker";

    [Theory]
    [MemberData(nameof(ScriptTests.Everywhere), MemberType = typeof(ScriptTests))]
    public async Task Entries_RandomChangesCutsPausesAndAnotherServer_AreTheStore(string where, string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        await KeyedChanges.ApplyAsync(site.Devices, new Random(0), 100);
        var options = new Dictionary<string, object> { ["transport"] = transport, ["store"] = "devices", ["entries"] = true };
        await using var client = where == "node"
            ? await ScriptClient.OpenInNodeAsync(site.Url, options)
            : await ScriptClient.OpenInChromiumAsync(site.Url, options);
        await AssertSameAsync(site, client, 0);
        var random = new Random(7);
        for (var round = 1; round <= 10; round++)
        {
            await KeyedChanges.ApplyAsync(site.Devices, random, 60);
            await BreakAsync(site, client, random, round);
            await AssertSameAsync(site, client, round);
        }

        Assert.True((await client.UntilAsync("[log.resets.length]"))[0].GetInt32() > 0);
        Assert.Equal(transport, (await client.UntilAsync("subscription.transport")).GetString());
    }

    [Theory]
    [InlineData("sse")]
    [InlineData("websocket")]
    [InlineData("signalr")]
    public async Task Collection_OfOneOfSeveralStores_IsTheStoreAndTheOthersMissNothing(string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        await site.PublishAsync(3);
        await KeyedChanges.ApplyAsync(site.Devices, new Random(0), 100);
        await using var client = await ScriptClient.OpenInNodeAsync(site.Url, new()
        {
            ["transport"] = transport,
            ["stores"] = new[] { "devices", "orders" },
            ["collect"] = "devices",
            ["from"] = "earliest",
        });
        var random = new Random(5);
        for (var round = 0; round < 6; round++)
        {
            await AssertSameAsync(site, client, round, "log.collection");
            await AssertOrdersAsync(site, client);
            if (round % 2 == 0)
                site.Cut();
            else
                await client.UntilAsync("(subscription.pause(), 1)");
            await KeyedChanges.ApplyAsync(site.Devices, random, 40);
            await site.PublishAsync(2);
            await client.UntilAsync("(subscription.resume(), 1)");
        }

        await AssertSameAsync(site, client, 6, "log.collection");
        await AssertOrdersAsync(site, client);
    }

    private static async Task AssertOrdersAsync(ScriptSite site, ScriptClient client)
    {
        var numbers = await client.UntilAsync(
            $"log.messages.length >= {site.Published.Count} && log.messages.map(message => message.data.number)");
        Assert.Equal(Enumerable.Range(1, site.Published.Count), numbers.EnumerateArray().Select(static number => number.GetInt32()));
    }

    private static async Task BreakAsync(ScriptSite site, ScriptClient client, Random random, int round)
    {
        if (round == 9)
        {
            await site.KillAsync();
            await site.ReviveAsync(forgets: true);
        }
        else if (round % 3 == 0)
        {
            site.Cut();
        }
        else if (round % 3 == 1)
        {
            await client.UntilAsync("(subscription.pause(), 1)");
        }

        await KeyedChanges.ApplyAsync(site.Devices, random, 40);
        await client.UntilAsync("(subscription.resume(), 1)");
    }

    private static async Task AssertSameAsync(ScriptSite site, ScriptClient client, int round, string of = "subscription")
    {
        await site.Devices.SetAsync(Marker, round);
        var state = await client.UntilAsync(
            $"{of}.isReady && {of}.entries.get('{Marker}') === {round} && [[...{of}.entries], [...log.mirror]]");
        var messages = (await site.Devices.GetSnapshotAsync()).Messages;
        var expected = JsonSerializer.Serialize(messages.Select(static message => new object[]
        {
            message.Key!, JsonElement.Parse(message.Value.Span),
        }));
        Assert.Equal(expected, state[0].GetRawText());
        Assert.Equal(expected, state[1].GetRawText());
    }
}
