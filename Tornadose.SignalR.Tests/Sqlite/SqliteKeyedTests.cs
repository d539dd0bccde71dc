using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Sqlite;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Sqlite;

/// <summary>Keyed stores over a restart, on disk, and while they are not open.</summary>
public sealed class SqliteKeyedTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly MessageLogLimits Limits = new(1, 1 << 20) { MaxKeys = 100, MaxTombstones = 4 };

    private readonly StoresFile _file = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _file.Dispose();

    /// <summary>After a restart, the log tells a reader with any earlier id what the log before the restart would have told it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Restart_AnyHistory_EveryReaderIsToldWhatItWouldHaveBeenTold(int seed)
    {
        var random = new Random(seed);
        var ids = new List<MessagePosition>();
        for (var life = 0; life < 8; life++)
        {
            await using var backplane = _file.Open(_time);
            await using var channel = backplane.Open("store", Limits);
            using var following = await channel.FollowAsync(default).WithTimeout();
            for (var step = random.Next(12); step >= 0; step--)
                if (await ChangeAsync(channel, random) is { } position)
                    ids.Add(position);
            Assert.Equal(TellAll(channel.Log, ids), await ReopenedAsync(log => TellAll(log, ids), channel, backplane));
        }

        Assert.True(ids.Count > 20);
    }

    [Fact]
    public async Task Restart_End_IsThereAgainAndKeysAreFrozen()
    {
        var limits = Limits with { KeyMaxAge = TimeSpan.FromMinutes(1) };
        await using (var backplane = _file.Open(_time))
        {
            await using var channel = backplane.Open("store", limits);
            await SetAsync(channel, "a");
            await channel.AppendAsync(MessageContent.End, null, default).WithTimeout();
        }

        await using var next = _file.Open(_time);
        await using var again = next.Open("store", limits);
        using var following = await again.FollowAsync(default).WithTimeout();
        using (var cursor = again.Log.OpenCursor(StartAt.Latest))
        {
            Assert.Equal("start +a=1 end", cursor.ReadChanges());
            Assert.True(cursor.IsAtEnd);
        }

        await Assert.ThrowsAsync<StoreCompletedException>(() => SetAsync(again, "b"));
        _time.Advance(TimeSpan.FromMinutes(2));
        await StoresFile.SettleAsync(next);
        Assert.Equal(1, _file.Number("SELECT count(*) FROM messages"));
    }

    /// <summary>The newest change of a key that is never set again is the oldest row of the table.</summary>
    [Fact]
    public async Task Database_ManyChanges_HoldsLiveKeysAndTombstonesAlone()
    {
        await using var backplane = _file.Open(_time);
        await using var channel = backplane.Open("store", Limits with { MaxBytes = 1000 });
        await SetAsync(channel, "quiet");
        for (var round = 0; round < 2000; round++)
            await Task.WhenAll(SetAsync(channel, $"k{round % 50}"), RemoveAsync(channel, $"k{(round + 25) % 50}"));
        _time.Advance(Interval);
        await StoresFile.SettleAsync(backplane);
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(channel.Log.Count, _file.Number("SELECT count(*) FROM messages"));
        Assert.Equal(channel.Log.GetSnapshot().Messages.Count, _file.Number("SELECT count FROM stores"));
        Assert.Equal(channel.Log.GetSnapshot().Messages.Sum(Size), _file.Number("SELECT bytes FROM stores"));
        Assert.NotNull(channel.Log.FindKey("quiet"));
    }

    [Fact]
    public async Task KeyMaxAge_StoreThatNobodyReadsOrOpens_KeysAreRemovedAndThatIsTold()
    {
        var limits = Limits with { KeyMaxAge = TimeSpan.FromMinutes(10) };
        MessagePosition b;
        await using (var backplane = _file.Open(_time))
        {
            await using var channel = backplane.Open("store", limits);
            await SetAsync(channel, "a");
            b = await SetAsync(channel, "b");
            _time.Advance(TimeSpan.FromMinutes(6));
            await SetAsync(channel, "c");
            _time.Advance(TimeSpan.FromMinutes(6));
            await Eventually.TrueAsync(() => _file.Number("SELECT count FROM stores") == 1);
            // the key is free, although nothing has been read yet
            var ifNew = KeyedChange.Set("a", "2"u8.ToArray(), KeyCondition.IfNew);
            Assert.NotNull(await channel.ChangeAsync(ifNew, null, default).WithTimeout());
        }

        await using (var closed = _file.Open(_time))
        {
            _time.Advance(TimeSpan.FromMinutes(6));
            await Eventually.TrueAsync(() => _file.Number("SELECT removals FROM stores") == 2);
        }

        await using var next = _file.Open(_time);
        await using var again = next.Open("store", limits);
        using var following = await again.FollowAsync(default).WithTimeout();
        using var cursor = again.Log.OpenCursor(StartAt.After(b));
        Assert.Equal("-b +a=2 -c end", cursor.ReadChanges());
    }

    /// <summary>Retention runs every five seconds; conditions and limits see the expiry of a key before that.</summary>
    [Fact]
    public async Task KeyMaxAge_BeforeTheRetentionHasLooked_KeyIsGoneForConditionsAndLimitsToo()
    {
        await using var backplane = _file.Open(_time);
        await using var channel = backplane.Open("store", Limits with { MaxKeys = 1, KeyMaxAge = TimeSpan.FromSeconds(1) });
        var a = await SetAsync(channel, "a");
        _time.Advance(TimeSpan.FromSeconds(1.5));
        var change = KeyedChange.Set("a", "2"u8.ToArray(), KeyCondition.IfAt(a));
        Assert.Null(await channel.ChangeAsync(change, "once", default).WithTimeout());
        Assert.NotNull(await channel.ChangeAsync(KeyedChange.Set("a", "2"u8.ToArray(), KeyCondition.IfNew), null, default).WithTimeout());
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.NotNull(await channel.ChangeAsync(KeyedChange.Set("b", "3"u8.ToArray()), null, default).WithTimeout());
        Assert.Equal((1, 1), (_file.Number("SELECT count FROM stores"), _file.Number("SELECT removals FROM stores")));
        using var following = await channel.FollowAsync(default).WithTimeout();
        using var cursor = channel.Log.OpenCursor(StartAt.After(a));
        Assert.Equal("-a +b=3 end", cursor.ReadChanges());
    }

    /// <summary>Removals by retention reach the readers of an open store.</summary>
    [Fact]
    public async Task KeyMaxAge_StoreThatIsRead_TellsReaders()
    {
        await using var backplane = _file.Open(_time);
        await using var channel = backplane.Open("store", Limits with { KeyMaxAge = TimeSpan.FromMinutes(10) });
        using var following = await channel.FollowAsync(default).WithTimeout();
        await SetAsync(channel, "a");
        using var cursor = channel.Log.OpenCursor(StartAt.Latest);
        Assert.Equal("start +a=1 end", cursor.ReadChanges());
        _time.Advance(TimeSpan.FromMinutes(11));
        await Eventually.TrueAsync(() => channel.Log.Position.Offset == 2);
        Assert.Equal("-a", cursor.ReadChanges());
    }

    /// <summary>Otherwise messages without keys would be read as keys, and vice versa.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Store_ThatBecomesOfAnotherKind_BeginsAnew(bool wasKeyed, bool isOpened)
    {
        MessageLogLimits plain = new(10, 1 << 20);
        var (before, after) = wasKeyed ? (Limits, plain) : (plain, Limits);
        MessagePosition last;
        await using (var backplane = _file.Open(_time))
        {
            await using var channel = backplane.Open("store", before);
            last = wasKeyed ? await SetAsync(channel, "a") : await StoresFile.AppendAsync(channel, "a");
        }

        await using var next = _file.Open(_time);
        if (!isOpened)
        {
            next.ApplyRules(new(_ => after, static _ => true));
            await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM stores") == 0);
        }

        await using var again = next.Open("store", after);
        using var following = await again.FollowAsync(default).WithTimeout();
        Assert.Equal((0, true), (again.Log.Position.Offset, again.Log.Position.Epoch != last.Epoch));
        var first = wasKeyed ? await StoresFile.AppendAsync(again, "b") : await SetAsync(again, "b");
        Assert.Equal((again.Log.Position, 1), (first, first.Offset));
        Assert.Equal(1, _file.Number("SELECT count(*) FROM messages"));
    }

    /// <summary>Deleting only some of the keys would leave a state that never existed.</summary>
    [Fact]
    public async Task KeepUnusedStores_KeyedStore_GoesAsAWhole()
    {
        await using (var backplane = _file.Open(_time))
        {
            await using var channel = backplane.Open("store", Limits);
            await SetAsync(channel, "a");
            await SetAsync(channel, "b");
        }

        await using var next = _file.Open(_time, configure: options => options.KeepUnusedStores = TimeSpan.FromDays(1));
        next.ApplyRules(new(static _ => null, static _ => false));
        await StoresFile.SettleAsync(next);
        Assert.Equal(2, _file.Number("SELECT count(*) FROM messages"));
        _time.Advance(TimeSpan.FromDays(2));
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM stores") + _file.Number("SELECT count(*) FROM messages") == 0);
    }

    /// <summary>Changes that are committed while the window is read wait for it, and replace what was read.</summary>
    [Fact]
    public async Task Follow_WhileKeysChange_EndsWithTheState()
    {
        await using (var backplane = _file.Open())
        {
            await using var channel = backplane.Open("store", Limits);
            await Task.WhenAll(Enumerable.Range(0, 50).Select(key => SetAsync(channel, $"k{key}")));
        }

        await using var next = _file.Open();
        await using var again = next.Open("store", Limits);
        var changing = Enumerable.Range(0, 400)
            .Select(Task (step) => step % 3 == 0 ? RemoveAsync(again, $"k{step % 50}") : SetAsync(again, $"k{step % 50}")).ToList();
        using var following = await again.FollowAsync(default).WithTimeout();
        await Task.WhenAll(changing).WithTimeout();
        await Eventually.TrueAsync(() => again.Log.Position.Offset == _file.Number("SELECT offset FROM stores"));
        Assert.Equal(Ids(again.Log), await ReopenedAsync(Ids, again, next));
    }

    private static List<string?> Ids(MessageLog log) => [.. log.GetSnapshot().Messages.Select(static message => message.Id)];

    private static long Size(StoreMessage message) => message.Key!.Length + message.Value.Length;

    private static string Tell(MessageLog log, StartAt start)
    {
        using var cursor = log.OpenCursor(start);
        return $"{cursor.ReadChanges()} at {cursor.Position}";
    }

    private static List<string> TellAll(MessageLog log, List<MessagePosition> ids) =>
        [Tell(log, StartAt.Latest), .. ids.Select(id => Tell(log, StartAt.After(id)))];

    private static async Task<MessagePosition?> ChangeAsync(IBackplaneChannel channel, Random random)
    {
        var key = $"k{random.Next(12)}";
        var change = random.Next(30) switch
        {
            0 => KeyedChange.Clear,
            < 12 => KeyedChange.Remove(key),
            var value => KeyedChange.Set(key, Encoding.UTF8.GetBytes($"{value}")),
        };
        return await channel.ChangeAsync(change, null, default).WithTimeout();
    }

    private static async Task<MessagePosition> SetAsync(IBackplaneChannel channel, string key) =>
        (await channel.ChangeAsync(KeyedChange.Set(key, "1"u8.ToArray()), null, default).WithTimeout())!.Value;

    private static Task<MessagePosition?> RemoveAsync(IBackplaneChannel channel, string key) =>
        channel.ChangeAsync(KeyedChange.Remove(key), null, default).WithTimeout();

    /// <summary>Evaluates the log after a restart.</summary>
    private async Task<T> ReopenedAsync<T>(Func<MessageLog, T> look, IBackplaneChannel channel, SqliteBackplane backplane)
    {
        await channel.DisposeAsync();
        await backplane.DisposeAsync();
        await using var next = _file.Open(_time);
        await using var again = next.Open("store", Limits);
        using var following = await again.FollowAsync(default).WithTimeout();
        return look(again.Log);
    }
}
