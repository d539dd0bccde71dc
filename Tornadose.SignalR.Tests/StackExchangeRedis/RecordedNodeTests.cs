using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>
/// A node of this version beside one of the last, which is represented by its recorded scripts. They are never changed: a version that
/// cannot pass takes another number, and nodes that do not know it refuse the store instead of misreading it.
/// </summary>
public sealed class RecordedNodeTests(RedisFixture redis)
{
    private static readonly MessageLogLimits Limits = new(100, 1 << 20);

    private static readonly MessageLogLimits Keyed = Limits with { MaxKeys = 10 };

    [Fact]
    public async Task LastVersion_Appends_ThisNodeHearsItWithoutReadingTheLog()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var backplane = TestBackplane.Create(server.ConnectionString, "tornadose", TestBackplane.Slow);
        await using var channel = backplane.Open("orders", Limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        var own = await channel.AppendAsync(new MessageContent("own"u8.ToArray(), MessageFormat.Text, null), null, default);
        await Eventually.TrueAsync(() => channel.Log.Position == own);
        await server.CommandAsync("CONFIG", "RESETSTAT");
        var id = (string)(await server.CommandAsync(
            "EVAL", await RecordedAsync("append.1.lua"), 2, "{tornadose:orders}:meta", "{tornadose:orders}:log", "{\"n\":1}", "json",
            "created"))!;
        await Eventually.TrueAsync(() => channel.Log.Position.ToString() == id);
        Assert.Equal(0, await server.CallsAsync("xrange"));
        var message = channel.Log.GetSnapshot().Messages[^1];
        Assert.Equal(("{\"n\":1}", "created", (ulong?)own.Epoch), (message.GetText(), message.EventType, message.Position?.Epoch));
    }

    [Fact]
    public async Task ThisVersion_Appends_TheLastReadsIt()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("orders", Limits);
        var position = await channel.AppendAsync(new MessageContent("new"u8.ToArray(), MessageFormat.Text, "created"), null, default);
        var reply = (object?[])(await server.CommandAsync(
            "EVAL", await RecordedAsync("read.1.lua"), 2, Meta(prefix), $"{{{prefix}:orders}}:log", 1, "", "oldest", 10, 1000))!;
        Assert.Equal(position.ToString(), $"{reply[0]}-{reply[1]}-{reply[2]}");
        Assert.Equal(1L, reply[5]);
        var fields = (object?[])((object?[])Assert.Single((object?[])reply[6]!)!)[1]!;
        foreach (var (name, value) in new[] { ("f", "t"), ("e", "created"), ("p", "00000000"), ("d", "new") })
            Assert.Equal(value, fields[Array.IndexOf(fields, name) + 1]);
    }

    /// <summary>The announcement still shows that the log has something new.</summary>
    [Fact]
    public async Task LaterVersion_Announces_ThisNodeReadsTheLog()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(
            server.ConnectionString, prefix, options => options.SyncInterval = TimeSpan.FromMinutes(10));
        await using var channel = backplane.Open("orders", Limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        var id = await server.CommandAsync("EVAL", Script.Quiet, 2, Meta(prefix), $"{{{prefix}:orders}}:log", "first");
        await server.CommandAsync("PUBLISH", $"{{{prefix}:orders}}", "\u0001T2;whatever it is");
        await Eventually.TrueAsync(() => channel.Log.Position.ToString() == (string)id!);
    }

    [Fact]
    public async Task LaterVersion_HasWrittenTheLog_ThisNodeRefusesItInWords()
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("orders", Limits);
        var content = new MessageContent("mine"u8.ToArray(), MessageFormat.Text, null);
        await channel.AppendAsync(content, null, default);
        await server.CommandAsync("HSET", Meta(prefix), "version", 3);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => channel.AppendAsync(content, null, default).WithTimeout());
        Assert.Contains("later version", refused.Message, StringComparison.Ordinal);
        (await channel.FollowAsync(default).WithTimeout()).Dispose();
        Assert.False(channel.Log.IsOpen);
        Assert.Equal(1L, await server.CommandAsync("XLEN", $"{{{prefix}:orders}}:log"));
    }

    /// <summary>
    /// This node needs no read for a change by the last version's script, and that version's read script returns this node's change.
    /// </summary>
    [Fact]
    public async Task LastVersion_ChangesKeys_ThisNodeHearsThemAndIsHeard()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var backplane = TestBackplane.Create(server.ConnectionString, "tornadose", TestBackplane.Slow);
        await using var channel = backplane.Open("orders", Keyed);
        using var following = await channel.FollowAsync(default).WithTimeout();
        var own = await channel.ChangeAsync(KeyedChange.Set("a", "1"u8.ToArray()), null, default);
        await Eventually.TrueAsync(() => channel.Log.Position == own);
        await server.CommandAsync("CONFIG", "RESETSTAT");
        var id = (string)(await server.CommandAsync(
            ["EVAL", await RecordedAsync("change.2.lua"), 4, .. Names("tornadose"), "set", "b", "{\"n\":1}", "new"]))!;
        await Eventually.TrueAsync(() => channel.Log.Position.ToString() == id);
        Assert.Equal(0, await server.CallsAsync("zrangebyscore"));
        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString(channel.Log.FindKey("b")!.Value.Span));

        var reply = (object?[])(await server.CommandAsync(
            ["EVAL", await RecordedAsync("entries.2.lua"), 4, .. Names("tornadose"), 1, 10, 1000]))!;
        Assert.Equal(id, $"{reply[0]}-{reply[1]}-{reply[2]}");
        Assert.Equal((1L, "0"), (reply[5], reply[7]));
        var fields = (object?[])((object?[])((object?[])reply[6]!)[0]!)[1]!;
        foreach (var (name, value) in new[] { ("o", "i"), ("k", "a"), ("p", "00000000"), ("d", "1") })
            Assert.Equal(value, fields[Array.IndexOf(fields, name) + 1]);
    }

    /// <summary>A keyed store has a log of another format, which its version number shows.</summary>
    [Theory]
    [InlineData("append.1.lua")]
    [InlineData("read.1.lua")]
    [InlineData("append.lua")]
    [InlineData("read.lua")]
    [InlineData("tend.lua")]
    public async Task KeyedStore_ScriptsOfOtherStores_RefuseItInWordsAndTouchNothing(string script)
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using var channel = backplane.Open("orders", Keyed);
        await channel.ChangeAsync(KeyedChange.Set("a", "1"u8.ToArray()), null, default);
        var text = script.Contains(".1.", StringComparison.Ordinal)
            ? await RecordedAsync(script)
            : await File.ReadAllTextAsync(Repository.File($"Tornadose.SignalR.StackExchangeRedis/{script}"));
        var refused = await Assert.ThrowsAnyAsync<Exception>(
            () => server.CommandAsync("EVAL", text, 2, Meta(prefix), $"{{{prefix}:orders}}:log", "x", "", "", "1", "1", "1", ""));
        Assert.Matches("VERSION|KIND", refused.Message);
        Assert.Equal(0L, await server.CommandAsync("EXISTS", $"{{{prefix}:orders}}:log"));
    }

    /// <summary>A store that is keyed on one node and not on another is refused.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Store_OfAnotherKind_IsRefusedAndKept(bool wasKeyed)
    {
        var (server, prefix) = (await redis.GetAsync(), redis.NewPrefix());
        await using var backplane = TestBackplane.Create(server.ConnectionString, prefix);
        await using (var before = backplane.Open("orders", wasKeyed ? Keyed : Limits))
            await WriteAsync(before);
        await using var after = backplane.Open("orders", wasKeyed ? Limits : Keyed);
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => WriteAsync(after));
        Assert.Contains("KIND", refused.Message, StringComparison.Ordinal);
        (await after.FollowAsync(default).WithTimeout()).Dispose();
        Assert.False(after.Log.IsOpen);
        Assert.Equal("1", await server.CommandAsync("HGET", Meta(prefix), "offset"));
    }

    private static Task WriteAsync(IBackplaneChannel channel) => channel.Log.Limits.IsKeyed
        ? channel.ChangeAsync(KeyedChange.Set("a", "1"u8.ToArray()), null, default).WithTimeout()
        : channel.AppendAsync(new MessageContent("a"u8.ToArray(), MessageFormat.Text, null), null, default).WithTimeout();

    private static string[] Names(string prefix) =>
        [Meta(prefix), $"{{{prefix}:orders}}:entries", $"{{{prefix}:orders}}:live", $"{{{prefix}:orders}}:gone"];

    private static string Meta(string prefix) => $"{{{prefix}:orders}}:meta";

    private static Task<string> RecordedAsync(string name) =>
        File.ReadAllTextAsync(Repository.File($"Tornadose.SignalR.Tests/StackExchangeRedis/Recorded/{name}"), Encoding.UTF8);
}
