using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Keyed stores in Redis: on several nodes, over losses and rollbacks, and changed by other programs.</summary>
public sealed class RedisKeyedTests(RedisFixture redis)
{
    private static readonly MessageLogLimits Limits = new(1, 1 << 24) { MaxKeys = 10_000, MaxTombstones = 100 };

    /// <summary>A node that starts reads each key once, however often it has changed, in as many replies as needed.</summary>
    [Fact]
    public async Task Follow_NodeThatComesLater_ReadsLiveKeysInOrderOfLastChange()
    {
        await using var nodes = await StartAsync();
        var value = new string('x', 2000);
        foreach (var keys in Enumerable.Range(0, 1500).Chunk(50))
            await Task.WhenAll(keys.Select(key => SetAsync(nodes.A, $"k{key}", $"\"{value}\"")));
        for (var round = 0; round < 3; round++)
            await Task.WhenAll(Enumerable.Range(0, 100).Select(key => SetAsync(nodes.A, $"k{key}", $"{round}")));
        await nodes.A.ChangeAsync(KeyedChange.Remove("k7"), null, default).WithTimeout();
        var last = await SetAsync(nodes.A, "k8", "8");
        using var following = await nodes.B.FollowAsync(default).WithTimeout();

        Assert.Equal(last, nodes.B.Log.Position);
        var messages = nodes.B.Log.GetSnapshot().Messages;
        Assert.Equal((1499, "k8"), (messages.Count, messages[^1].Key));
        var offsets = messages.Select(static message => message.Position!.Value.Offset).ToList();
        Assert.Equal(offsets.Order(), offsets);
        using var cursor = nodes.B.Log.OpenCursor(StartAt.After(last));
        Assert.Equal("end", cursor.ReadChanges());
    }

    /// <summary>A producer whose lease expired while it slept cannot set or remove a key, clear the store or complete it.</summary>
    [Fact]
    public async Task Change_WithALeaseThatIsLost_IsRefused()
    {
        await using var nodes = await StartAsync();
        var first = await nodes.A.LeaseAsync(0, TimeSpan.FromMinutes(1), default);
        Assert.NotNull(await nodes.A.ChangeAsync(KeyedChange.Set("k", "1"u8.ToArray()), null, first, default).AsTask().WithTimeout());
        await nodes.A.ReleaseAsync(first, default);
        var second = await nodes.B.LeaseAsync(0, TimeSpan.FromMinutes(1), default);
        foreach (var late in new[] { KeyedChange.Set("k", "2"u8.ToArray()), KeyedChange.Remove("k"), KeyedChange.Clear })
            await Assert.ThrowsAsync<StoreRefusedException>(() => nodes.A.ChangeAsync(late, null, first, default).AsTask().WithTimeout());
        await Assert.ThrowsAsync<StoreRefusedException>(
            () => nodes.A.AppendAsync([MessageContent.End], null, first, default).AsTask().WithTimeout());
        var top = await nodes.B.ChangeAsync(KeyedChange.Set("k", "3"u8.ToArray()), null, second, default).AsTask().WithTimeout();
        Assert.Equal(2, top!.Value.Offset);
    }

    [Fact]
    public async Task Node_ThatWasAway_GetsEachKeyOnceAndNoReset()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var nodes = await StartAsync(server, RedisProcess.ConnectionStringFor(proxy.Port));
        using var following = await nodes.B.FollowAsync(default).WithTimeout();
        var first = await SetAsync(nodes.A, "quiet", "0");
        await Eventually.TrueAsync(() => nodes.B.Log.Position == first);
        using var cursor = nodes.B.Log.OpenCursor(StartAt.Latest);
        Assert.Equal("start +quiet=0 end", cursor.ReadChanges());
        proxy.Stop();
        for (var step = 1; step <= 300; step++)
            await SetAsync(nodes.A, $"k{step % 3}", $"{step}");
        var last = await nodes.A.ChangeAsync(KeyedChange.Remove("k0"), null, default).WithTimeout();
        proxy.Listen();
        await Eventually.TrueAsync(() => nodes.B.Log.Position == last);
        Assert.Equal("k1=298 k2=299 -k0", cursor.ReadChanges());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(50)]
    public async Task Redis_BackFromAStaleSnapshot_TellsReadersOnceAndOfAllKeys(int changes)
    {
        await using var server = await RedisProcess.StartAsync("--save", "3600 1");
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var nodes = await StartAsync(server, RedisProcess.ConnectionStringFor(proxy.Port));
        using var following = await nodes.B.FollowAsync(default).WithTimeout();
        await SetAsync(nodes.A, "a", "1");
        await SetAsync(nodes.A, "b", "1");
        await server.CommandAsync("SAVE");
        await SetAsync(nodes.A, "a", "2");
        await SetAsync(nodes.A, "c", "2");
        var lost = await nodes.A.ChangeAsync(KeyedChange.Remove("b"), null, default).WithTimeout();
        await Eventually.TrueAsync(() => nodes.B.Log.Position == lost);
        using var cursor = nodes.B.Log.OpenCursor(StartAt.Latest);
        Assert.Equal("start a=2 +c=2 end", cursor.ReadChanges());
        proxy.Stop();
        await server.KillAsync();
        await server.RestartAsync("--save", "3600 1");
        for (var step = 0; step < changes; step++)
            await ChangeByScriptAsync(server, "tornadose", "set", "d", $"{step}");
        proxy.Listen();
        await Eventually.TrueAsync(() => nodes.B.Log.FindKey("c") is null);
        var state = changes == 0 ? "+a=1 +b=1" : $"+a=1 +b=1 {(changes == 1 ? "+" : "")}d={changes - 1}";
        Assert.Equal($"reset:rollback clear start {state} end", cursor.ReadChanges());
    }

    /// <summary>Redis has lost or evicted one of the store's Redis keys, and the remaining ones show it.</summary>
    [Theory]
    [InlineData("meta")]
    [InlineData("entries")]
    [InlineData("live")]
    [InlineData("gone")]
    public async Task Redis_LosesAPartOfAStore_BeginsItAnew(string part)
    {
        await using var nodes = await StartAsync();
        using var following = await nodes.B.FollowAsync(default).WithTimeout();
        await SetAsync(nodes.A, "a", "1");
        await SetAsync(nodes.A, "b", "1");
        var before = await nodes.A.ChangeAsync(KeyedChange.Remove("b"), null, default).WithTimeout();
        await Eventually.TrueAsync(() => nodes.B.Log.Position == before);
        using var cursor = nodes.B.Log.OpenCursor(StartAt.Latest);
        Assert.Equal("start +a=1 end", cursor.ReadChanges());
        await nodes.Server.CommandAsync("DEL", $"{{{nodes.Prefix}:orders}}:{part}");
        var after = await SetAsync(nodes.A, "c", "1");
        await Eventually.TrueAsync(() => nodes.B.Log.Position == after);
        Assert.NotEqual(before!.Value.Epoch, after.Epoch);
        Assert.Equal((1, "reset:epoch clear start +c=1 end"), (after.Offset, cursor.ReadChanges()));
    }

    /// <summary>All keys are gone, but the store's meta still counts some, or counts removals that no other key records.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Redis_LosesAllKeysOfAStore_BeginsItAnew(bool hasKeys)
    {
        await using var nodes = await StartAsync(limits: Limits with { MaxBytes = 100 });
        using var following = await nodes.B.FollowAsync(default).WithTimeout();
        var before = await SetAsync(nodes.A, "a", new string('1', 90));
        if (!hasKeys)
            before = (await nodes.A.ChangeAsync(KeyedChange.Remove("a"), null, default).WithTimeout())!.Value;
        await Eventually.TrueAsync(() => nodes.B.Log.Position == before);
        var keys = $"{{{nodes.Prefix}:orders}}";
        await nodes.Server.CommandAsync("DEL", $"{keys}:entries", $"{keys}:live", $"{keys}:gone");
        var after = await SetAsync(nodes.A, "b", new string('1', 90));
        await Eventually.TrueAsync(() => nodes.B.Log.Position == after);
        Assert.NotEqual(before.Epoch, after.Epoch);
        Assert.Equal("b", Assert.Single(nodes.B.Log.GetSnapshot().Messages).Key);
    }

    /// <summary>More keys have expired than one call removes, and the requested one is the youngest of them.</summary>
    [Fact]
    public async Task KeyMaxAge_ManyKeys_TheChangesOwnIsGone()
    {
        await using var nodes = await StartAsync();
        foreach (var keys in Enumerable.Range(0, 1200).Chunk(100))
            await Task.WhenAll(keys.Select(key => SetAsync(nodes.A, $"k{key}", "1")));
        const string OneMillisecond = "1";
        await nodes.Server.CommandAsync("BLPOP", "nothing", "0.01"); // until the youngest has expired by the clock of Redis
        Assert.NotNull(await ChangeByScriptAsync(
            nodes.Server, nodes.Prefix, "set", "k1199", "2", "new", "", "", "", "", OneMillisecond));
    }

    /// <summary>A program with an older copy of the script does not maintain the number of entries.</summary>
    [Theory]
    [InlineData("HDEL")]
    [InlineData("HSET")]
    public async Task Redis_WithoutTheNumberOfEntries_KeepsTheStore(string command)
    {
        await using var nodes = await StartAsync();
        await SetAsync(nodes.A, "a", "1");
        var meta = $"{{{nodes.Prefix}:orders}}:meta";
        await nodes.Server.CommandAsync(command == "HDEL" ? [command, meta, "kept"] : [command, meta, "kept", "0:7"]);
        await SetAsync(nodes.A, "b", "1");
        using var following = await nodes.B.FollowAsync(default).WithTimeout();
        Assert.Equal(["a", "b"], nodes.B.Log.GetSnapshot().Messages.Select(static message => message.Key));
    }

    /// <summary>The first of many nodes to look removes an expired key: one removal each, without any read or publish.</summary>
    [Fact]
    public async Task KeyMaxAge_SeveralNodes_EachKeyIsRemovedOnce()
    {
        await using var nodes = await StartAsync(limits: Limits with { KeyMaxAge = TimeSpan.FromMilliseconds(300) });
        using var one = await nodes.A.FollowAsync(default).WithTimeout();
        using var other = await nodes.B.FollowAsync(default).WithTimeout();
        using var cursor = nodes.B.Log.OpenCursor(StartAt.Latest);
        for (var key = 0; key < 20; key++)
            await SetAsync(nodes.A, $"k{key}", "1");
        await Eventually.TrueAsync(() => nodes.A.Log.Position.Offset >= 40 && nodes.B.Log.Position.Offset >= 40);
        Assert.Empty(nodes.B.Log.GetSnapshot().Messages);
        Assert.Equal("40", await nodes.Server.CommandAsync("HGET", $"{{{nodes.Prefix}:orders}}:meta", "offset"));
        Assert.Equal((0L, "0"), (
            await nodes.Server.CommandAsync("ZCARD", $"{{{nodes.Prefix}:orders}}:live"),
            await nodes.Server.CommandAsync("HGET", $"{{{nodes.Prefix}:orders}}:meta", "bytes")));
        Assert.Equal(20, cursor.ReadChanges().Split(' ').Count(static word => word.StartsWith('-')));
    }

    /// <summary>An expired key does not count, even if no node has tended the store.</summary>
    [Fact]
    public async Task KeyMaxAge_StoreThatNobodyFollows_FreesTheKeyAndItsPlace()
    {
        await using var nodes = await StartAsync(limits: Limits with { MaxKeys = 1, KeyMaxAge = TimeSpan.FromMilliseconds(50) });
        await SetAsync(nodes.A, "a", "1");
        await Eventually.TrueAsync(async () =>
            await nodes.B.ChangeAsync(KeyedChange.Set("a", "2"u8.ToArray(), KeyCondition.IfNew), null, default) is not null);
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return await nodes.B.ChangeAsync(KeyedChange.Set("b", "1"u8.ToArray()), null, default) is not null;
            }
            catch (StoreFullException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task Complete_KeyedStoreOfAFamily_GoesAsAWholeAfterItsTime()
    {
        await using var nodes = await StartAsync(limits: Limits with { KeepCompleted = TimeSpan.FromMilliseconds(400) });
        await SetAsync(nodes.A, "a", "1");
        await nodes.A.ChangeAsync(KeyedChange.Remove("a"), null, default).WithTimeout();
        await SetAsync(nodes.A, "b", "1");
        await nodes.A.AppendAsync(MessageContent.End, null, default).WithTimeout();
        await Eventually.TrueAsync(async () =>
            (await nodes.Server.CommandAsync("KEYS", $"{{{nodes.Prefix}:orders}}*")) is object?[] { Length: 0 });
    }

    /// <summary>Another program may pass an invalid key or value; all nodes convert it in the same way.</summary>
    [Fact]
    public async Task Script_CalledByAnotherProgram_ChangesKeysForAll()
    {
        await using var nodes = await StartAsync();
        using var following = await nodes.B.FollowAsync(default).WithTimeout();
        using var cursor = nodes.B.Log.OpenCursor(StartAt.Latest);
        var id = await ChangeByScriptAsync(nodes.Server, nodes.Prefix, "set", "lathe", "{\"load\":0.4}");
        Assert.Equal(id, await ChangeByScriptAsync(nodes.Server, nodes.Prefix, "set", "lathe", "2", id!) is null ? "" : id);
        Assert.Null(await ChangeByScriptAsync(nodes.Server, nodes.Prefix, "set", "lathe", "3", id!));
        await ChangeByScriptAsync(nodes.Server, nodes.Prefix, "set", "text", "no \"JSON\"");
        await ChangeByScriptAsync(nodes.Server, nodes.Prefix, "set", "\u0085", "1");
        var last = await ChangeByScriptAsync(nodes.Server, nodes.Prefix, "remove", "lathe");
        await Assert.ThrowsAnyAsync<Exception>(() => ChangeByScriptAsync(nodes.Server, nodes.Prefix, "set", "a\nb", "1"));
        await Assert.ThrowsAnyAsync<Exception>(() => ChangeByScriptAsync(nodes.Server, nodes.Prefix, "set", "", "1"));
        await Eventually.TrueAsync(() => nodes.B.Log.Position.ToString() == last);
        Assert.EndsWith("+text=\"no \\u0022JSON\\u0022\" +\ufffd=1 -lathe end", cursor.ReadChanges(), StringComparison.Ordinal);
        await using var another = TestBackplane.Create(nodes.Server.ConnectionString, nodes.Prefix);
        await using var channel = another.Open("orders", Limits);
        using var read = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(
            nodes.B.Log.GetSnapshot().Messages.Select(static message => message.GetText()),
            channel.Log.GetSnapshot().Messages.Select(static message => message.GetText()));
    }

    /// <summary>Of many writers that race for a key on two nodes, exactly one wins.</summary>
    [Fact]
    public async Task IfNew_OnTwoNodesAtOnce_OneWins()
    {
        await using var nodes = await StartAsync();
        for (var round = 0; round < 10; round++)
        {
            var change = KeyedChange.Set($"k{round}", "1"u8.ToArray(), KeyCondition.IfNew);
            var results = await Task.WhenAll(Enumerable.Range(0, 20)
                .Select(index => (index % 2 == 0 ? nodes.A : nodes.B).ChangeAsync(change, null, default).WithTimeout()));
            Assert.Single(results, static result => result is not null);
        }
    }

    private static async Task<string?> ChangeByScriptAsync(RedisProcess server, string prefix, params string[] arguments)
    {
        var store = $"{{{prefix}:orders}}";
        return (string?)await server.CommandAsync(
            ["EVAL", RedisScripts.Change, 4, $"{store}:meta", $"{store}:entries", $"{store}:live", $"{store}:gone", .. arguments]);
    }

    private static async Task<MessagePosition> SetAsync(IBackplaneChannel channel, string key, string value) =>
        (await channel.ChangeAsync(KeyedChange.Set(key, Encoding.UTF8.GetBytes(value)), null, default).WithTimeout())!.Value;

    private async Task<Pair> StartAsync(MessageLogLimits? limits = null) =>
        new(await redis.GetAsync(), (await redis.GetAsync()).ConnectionString, redis.NewPrefix(), limits ?? Limits);

    private static Task<Pair> StartAsync(RedisProcess server, string other) =>
        Task.FromResult(new Pair(server, other, "tornadose", Limits));

    /// <summary>The same store on two nodes.</summary>
    private sealed class Pair(RedisProcess server, string other, string prefix, MessageLogLimits limits) : IAsyncDisposable
    {
        private readonly RedisBackplane _a = TestBackplane.Create(server.ConnectionString, prefix);
        private readonly RedisBackplane _b = TestBackplane.Create(other, prefix);
        private IBackplaneChannel? _channelA;
        private IBackplaneChannel? _channelB;

        public RedisProcess Server => server;

        public string Prefix => prefix;

        public IBackplaneChannel A => _channelA ??= _a.Open("orders", limits);

        public IBackplaneChannel B => _channelB ??= _b.Open("orders", limits);

        public async ValueTask DisposeAsync()
        {
            await _a.DisposeAsync();
            await _b.DisposeAsync();
        }
    }
}
