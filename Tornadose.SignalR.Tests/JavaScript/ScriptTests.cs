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
        await using (var first = await ScriptClient.OpenInNodeAsync(
            site.Url, new() { ["transport"] = "signalr", ["stores"] = new[] { "orders", "notes" }, ["last"] = 2 }))
        {
            await first.IdsAsync(2);
            vector = (await first.UntilAsync("subscription.state === 'live' && subscription.id")).GetString()!;
        }

        await site.PublishAsync(3);
        await using var next = await ScriptClient.OpenInNodeAsync(
            site.Url, new() { ["transport"] = transport, ["stores"] = new[] { "orders", "notes" }, ["after"] = vector });
        var numbers = await next.UntilAsync(
            "log.messages.length >= 3 && log.messages.map(message => [message.store, message.data.number])");
        Assert.Equal("""[["orders",3],["orders",4],["orders",5]]""", JsonSerializer.Serialize(numbers));
        Assert.Equal(0, (await next.UntilAsync("[log.resets.length]"))[0].GetInt32());
    }

    /// <summary>The first subscription could have received whatever a second one without a pace has received.</summary>
    [Theory]
    [InlineData("sse")]
    [InlineData("websocket")]
    [InlineData("signalr")]
    public async Task Subscription_AtAPace_GetsTheFirstAtOnceAndNothingUntilTheTimeIsOver(string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        await site.PublishAsync(1);
        var options = new Dictionary<string, object> { ["transport"] = transport, ["store"] = "orders", ["after"] = site.Published[0] };
        await using var paced = await ScriptClient.OpenInNodeAsync(site.Url, new(options) { ["every"] = 60_000 });
        await site.UntilSubscribersAsync(1);
        await site.PublishAsync(1);
        await paced.IdsAsync(1);
        await site.PublishAsync(2);
        await using var other = await ScriptClient.OpenInNodeAsync(site.Url, options);
        await other.IdsAsync(3);
        Assert.Equal(1, (await paced.UntilAsync("[log.messages.length]"))[0].GetInt32());
    }

    private static readonly (string Data, bool IsJson)[] Anything =
    [
        ("plain", false), ("42", false), ("", false), (" lead", false), ("\"quoted\"", false), ("{\"a\":[1]}", false), ("null", false),
        ("\ufeff1", false), ("a\r\nb\rc\nd\r\n", false), ("[no json", false),
        ("\"830010923977419046\"", true), ("\"null\"", true), ("\"true\"", true), ("\"1e999\"", true), ("\"\\\"x\\\"\"", true),
        ("\"\"", true), ("{\"id\":9007199254740993,\"a\":1.0}", true),
        ("{\"data\":\"},\\\"data\\\":1\"}", true),
        ("[1.50,\"]\",\"\\uD83D\\uDC08\"]", true), ("null", true), ("1.50", true), ("\"a\\nb\"", true),
    ];

    /// <summary>
    /// R9 and R10 of the reports: on every wire, from the past and live, as values and as text; over SignalR also with a second
    /// subscription to the store.
    /// </summary>
    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Message_WhateverWasPublished_ArrivesAsThatOnEveryWire(string where, string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        foreach (var (data, isJson) in Anything)
            await site.PublishAsync("notes", data, isJson);
        var options = new Dictionary<string, object> { ["transport"] = transport, ["store"] = "notes", ["from"] = "earliest" };
        await using var values = await FollowAsync(site, where, options);
        await using var texts = await FollowAsync(site, where, new(options) { ["json"] = false });
        foreach (var client in (ScriptClient[])[values, texts])
            await client.UntilAsync("subscription.state === 'live' && subscription.id");
        foreach (var (data, isJson) in Anything)
            await site.PublishAsync("notes", data, isJson);

        var read = $"log.messages.length >= {2 * Anything.Length} && log.messages.map(message => JSON.stringify(message.data))";
        var expected = Anything
            .Select(static each => each.IsJson
                ? JsonSerializer.Serialize(JsonElement.Parse(each.Data))
                : JsonSerializer.Serialize(each.Data))
            .ToArray();
        AssertSame([.. expected, .. expected], await values.UntilAsync(read));
        var published = Anything.Select(static each => JsonSerializer.Serialize(each.Data)).ToArray();
        AssertSame([.. published, .. published], await texts.UntilAsync(read), exact: true);
    }

    /// <summary>R11 of the reports: the connection is open, but nothing arrives.</summary>
    [Theory]
    [InlineData("node", "sse"), InlineData("node", "websocket"), InlineData("chromium", "websocket")]
    public async Task Subscription_OnALineThatIsDead_NoticesAndConnectsAnew(string where, string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        await site.PublishAsync(1);
        var options = new Dictionary<string, object>
        {
            ["transport"] = transport,
            ["store"] = "orders",
            ["from"] = "earliest",
            ["silence"] = 5000,
            ["connectTimeout"] = 500,
        };
        await using var client = await FollowAsync(site, where, options);
        await client.IdsAsync(1);
        site.Freeze();
        await site.PublishAsync(2);
        await client.UntilAsync("log.errors.length > 1"); // the silence, and an unanswered attempt
        site.Thaw();
        Assert.Equal(site.Published, await client.IdsAsync(3));
    }

    /// <summary>R11 of the reports: a store may be quiet for any time.</summary>
    [Fact]
    public async Task Subscription_OverAWebSocketThatIsOnlyQuiet_Stays()
    {
        await using var site = await ScriptSite.StartAsync();
        await using var client = await FollowAsync(
            site, "node", new() { ["transport"] = "websocket", ["store"] = "orders", ["silence"] = 20_000 });
        await client.UntilAsync("log.frames >= 5"); // one in five seconds
        Assert.Equal(0, (await client.UntilAsync("[log.errors.length]"))[0].GetInt32());
    }

    /// <summary>R12 of the reports: an intermediary accepts the connection but never answers the upgrade.</summary>
    [Fact]
    public async Task Subscription_UpgradeThatIsNeverAnswered_MakesWayForEvents()
    {
        await using var site = await ScriptSite.StartAsync();
        await site.PublishAsync(1);
        await using var client = await FollowAsync(
            site, "node",
            new() { ["transport"] = "auto", ["store"] = "orders", ["from"] = "earliest", ["connectTimeout"] = 300, ["deaf"] = true });
        Assert.Equal(site.Published, await client.IdsAsync(1));
        Assert.Equal("sse", (await client.UntilAsync("subscription.transport")).GetString());
    }

    /// <summary>R13 of the reports: no message of the other stores is delivered twice.</summary>
    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Subscription_OfSeveralStores_ResetOfOneReplaysThatOneOnly(string where, string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        for (var number = 1; number <= 3; number++)
            await site.PublishAsync("notes", $"n{number}", isJson: false);
        await site.PublishAsync("short", "s1", isJson: false);
        await using var client = await FollowAsync(
            site, where, new() { ["transport"] = transport, ["stores"] = new[] { "short", "notes" }, ["from"] = "earliest" });
        await client.UntilAsync("log.messages.length === 4 && subscription.state === 'live'");
        await client.UntilAsync("(subscription.pause(), 1)");
        foreach (var text in (string[])["s2", "s3", "s4"])
            await site.PublishAsync("short", text, isJson: false);
        await site.PublishAsync("notes", "n4", isJson: false);
        await client.UntilAsync("(subscription.resume(), 1)");
        await client.UntilAsync("log.messages.length >= 7 && subscription.state === 'live'");
        await site.PublishAsync("short", "s5", isJson: false);
        await site.PublishAsync("notes", "n5", isJson: false);
        var texts = await client.UntilAsync("log.messages.length >= 9 && log.messages.map(message => message.data)");
        Assert.Equal(["n1", "n2", "n3", "n4", "n5"], Of(texts, 'n'));
        Assert.Equal(["s1", "s3", "s4", "s5"], Of(texts, 's'));
        Assert.Equal("short", (await client.UntilAsync("log.resets.length === 1 && log.resets[0].store")).GetString());
    }

    /// <summary>R14 of the reports: the application's own query is preserved.</summary>
    [Theory]
    [InlineData("sse"), InlineData("websocket")]
    public async Task Subscription_UrlWithAQuery_FollowsAllItsStores(string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        await using var client = await FollowAsync(
            site, "node",
            new()
            {
                ["transport"] = transport,
                ["stores"] = new[] { "orders", "notes" },
                ["at"] = "/stores/?tenant=acme&store=other#top",
                ["connectTimeout"] = 60_000,
            });
        await client.UntilAsync("subscription.state === 'live'");
        await site.PublishAsync(1);
        await site.PublishAsync("notes", "n1", isJson: false);
        await client.UntilAsync("log.messages.length === 2");
        Assert.Equal(0, (await client.UntilAsync("[log.errors.length]"))[0].GetInt32());
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

    private static Task<ScriptClient> OpenAsync(ScriptSite site, string where, string transport) =>
        FollowAsync(site, where, new() { ["transport"] = transport, ["store"] = "orders", ["from"] = "earliest" });

    private static Task<ScriptClient> FollowAsync(ScriptSite site, string where, Dictionary<string, object> options) =>
        where == "node" ? ScriptClient.OpenInNodeAsync(site.Url, options) : ScriptClient.OpenInChromiumAsync(site.Url, options);

    private static IEnumerable<string> Of(JsonElement texts, char first) =>
        texts.EnumerateArray().Select(static text => text.GetString()!).Where(text => text[0] == first);

    /// <param name="expected">JSON.</param>
    /// <param name="actual">A list of JSON, as JavaScript writes it.</param>
    /// <param name="exact">Whether numbers must keep all their digits; JavaScript rounds those of values.</param>
    private static void AssertSame(string[] expected, JsonElement actual, bool exact = false) => Assert.Equal(
        expected.Select(json => exact ? JsonSerializer.Deserialize<string>(json) : Rounded(json)),
        actual.EnumerateArray()
            .Select(json => exact ? JsonSerializer.Deserialize<string>(json.GetString()!) : Rounded(json.GetString()!)));

    private static string Rounded(string json) => JsonSerializer.Serialize(JsonElement.Parse(json))
        .Replace("1.50", "1.5", StringComparison.Ordinal).Replace("1.0", "1", StringComparison.Ordinal)
        .Replace("9007199254740993", "9007199254740992", StringComparison.Ordinal);
}
