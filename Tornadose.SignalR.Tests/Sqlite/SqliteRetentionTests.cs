using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Sqlite;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Sqlite;

/// <summary>Messages that are no longer kept are removed from the disk.</summary>
public sealed class SqliteRetentionTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly StoresFile _file = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(10, 1 << 20, 10)]
    [InlineData(1, 1 << 20, 1)]
    [InlineData(0, 1 << 20, 0)]
    [InlineData(100_000, 30, 10)]
    public async Task Database_ManyMessages_HoldsWhatIsKeptWithinOneInterval(int capacity, long maxBytes, int kept)
    {
        await using var backplane = _file.Open(_time);
        await using var channel = backplane.Open("store", new(capacity, maxBytes));
        for (var round = 0; round < 4; round++)
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => StoresFile.AppendAsync(channel, "abc")));
        _time.Advance(Interval);
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM messages") == kept);
        Assert.Equal(kept, _file.Number("SELECT count FROM stores"));
        Assert.Equal(kept * 3, _file.Number("SELECT bytes FROM stores"));
    }

    /// <summary>A burst between two intervals does not fill the disk.</summary>
    [Fact]
    public async Task Database_BurstWithoutAnInterval_IsBounded()
    {
        await using var backplane = _file.Open(_time);
        await using var channel = backplane.Open("store", new(10, 1 << 20));
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => StoresFile.AppendAsync(channel, "abc")));
            await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM messages") < 3000);
        }
    }

    /// <summary>The writer always has more to delete, in steps of a thousand and of four thousand.</summary>
    [Theory]
    [InlineData(10, 1 << 20, false)]
    [InlineData(100_000, 3000, false)]
    [InlineData(1_000_000, 1 << 30, true)]
    public async Task Database_SteadyLoad_HoldsItsLimitsAllTheSame(int capacity, long maxBytes, bool byAge)
    {
        const int Waiting = 8000;
        await using var backplane = _file.Open(configure: static options =>
            (options.Synchronous, options.RetentionInterval) = (SqliteSynchronous.Off, TimeSpan.FromMilliseconds(50)));
        await using var channel = backplane.Open("store", new(capacity, maxBytes, byAge ? TimeSpan.FromMilliseconds(20) : null));
        var waiting = new Queue<Task>();
        for (var sent = 0; sent < 80_000; sent++)
        {
            waiting.Enqueue(channel.AppendAsync(StoresFile.Text("abc"), null, default).AsTask());
            if (waiting.Count == Waiting)
                await waiting.Dequeue().WithTimeout();
            if (sent % 8000 == 7999) // by age, a timer begins each removal, and it may be late
                Assert.InRange(_file.Number("SELECT count FROM stores"), 0, byAge ? 60_000 : 30_000);
        }

        await Task.WhenAll(waiting).WithTimeout();
    }

    [Fact]
    public async Task MaxAge_WhileAnotherProgramReads_LeavesTheFilesOnceItHasEnded()
    {
        await using var backplane = _file.Open(_time);
        await StoresFile.FillAsync(backplane, 20, new(100, 1 << 20, TimeSpan.FromMinutes(10)), prefix: "secret");
        using (var other = _file.Connect())
        {
            using var transaction = other.BeginTransaction(deferred: true);
            using var command = other.CreateCommand();
            (command.CommandText, command.Transaction) = ("SELECT count(*) FROM messages", transaction);
            command.ExecuteScalar();
            _time.Advance(TimeSpan.FromMinutes(10));
            await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM messages") == 0);
            await StoresFile.SettleAsync(backplane);
            Assert.True(HasSecret());
        }

        _time.Advance(Interval);
        await Eventually.TrueAsync(() => !HasSecret());
    }

    [Fact]
    public async Task Rules_ThatThrowForOneStore_HoldUpNoStoreAndAreToldOnce()
    {
        var limits = new MessageLogLimits(100, 1 << 20, TimeSpan.FromMinutes(10));
        var logs = new FakeLogCollector();
        await using var backplane = _file.Open(_time, new FakeLogger(logs));
        foreach (var name in new[] { "a", "b", "c" })
            await StoresFile.FillAsync(backplane, 5, limits, name);
        backplane.ApplyRules(new(
            name => name == "c" ? new(2, 1 << 20) : throw new InvalidOperationException("Capacity is -1"), static _ => true));
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM messages") == 12);
        _time.Advance(TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM messages") == 2);
        Assert.Equal(44, Assert.Single(logs.GetSnapshot()).Id.Id);
        Assert.Null(await backplane.FindFaultAsync(default));
    }

    [Fact]
    public async Task Store_WhoseMessagesCannotBeDeleted_HoldsUpNoOther()
    {
        var limits = new MessageLogLimits(100, 1 << 20, TimeSpan.FromMinutes(10));
        var logs = new FakeLogCollector();
        await using var backplane = _file.Open(_time, new FakeLogger(logs));
        for (var store = 1; store <= 50; store++)
            await StoresFile.FillAsync(backplane, 2, limits, $"s{store}");
        using (var connection = _file.Connect())
            StoresFile.Execute(
                connection, "CREATE TRIGGER refuse BEFORE DELETE ON messages WHEN OLD.store % 2 = 0 BEGIN SELECT RAISE(ABORT, 'no'); END");
        _time.Advance(TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM messages") == 50);
        await StoresFile.SettleAsync(backplane);
        Assert.Equal(25, logs.GetSnapshot().Count);
        Assert.Contains("cannot be deleted", await backplane.FindFaultAsync(default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_SameOptions_WritesNoRow()
    {
        var limits = new MessageLogLimits(10, 1 << 20, TimeSpan.FromMinutes(1.00001), newestSuffices: true) { MaxMessageBytes = 1000 };
        await _file.FillAsync(3, limits, _time);
        using (var connection = _file.Connect())
            StoresFile.Execute(
                connection,
                """
                CREATE TABLE writes(id);
                CREATE TRIGGER seen AFTER UPDATE ON stores BEGIN INSERT INTO writes VALUES(1); END
                """);
        foreach (var isOpen in new[] { false, true })
        {
            await using var backplane = _file.Open(_time);
            await using var channel = isOpen ? backplane.Open("store", limits) : null;
            backplane.ApplyRules(new(_ => limits, static _ => true));
            await StoresFile.SettleAsync(backplane);
            Assert.Equal(0, _file.Number("SELECT count(*) FROM writes"));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(0)]
    public async Task Restart_OtherCapacity_KeepsWhatThereIsAndGoesOn(int capacity)
    {
        var positions = await _file.FillAsync(50, new(20, 1 << 20), _time);
        await using var backplane = _file.Open(_time);
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM messages") == 20); // retention is due at start
        await using var channel = backplane.Open("store", new(capacity, 1 << 20));
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(positions.MaxBy(static position => position.Offset), channel.Log.Position);
        Assert.Equal(Math.Min(capacity, 20), channel.Log.GetSnapshot().Messages.Count);
        Assert.Equal(51, (await StoresFile.AppendAsync(channel, "51")).Offset);
    }

    [Fact]
    public async Task MaxAge_OverARestart_CountsFromWhenTheMessageCame()
    {
        var limits = new MessageLogLimits(100, 1 << 20, TimeSpan.FromMinutes(10));
        await _file.FillAsync(2, limits, _time);
        _time.Advance(TimeSpan.FromMinutes(6));
        await _file.FillAsync(1, limits, _time);
        _time.Advance(TimeSpan.FromMinutes(6));
        await using var backplane = _file.Open(_time);
        await using var channel = backplane.Open("store", limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(3, Assert.Single(channel.Log.GetSnapshot().Messages).Position!.Value.Offset);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("", channel.Log.OpenCursor(StartAt.Earliest).Read());
    }

    [Fact]
    public async Task MaxAge_StoreThatNobodyOpens_LeavesNothingOfItsMessagesOnTheDisk()
    {
        await _file.FillAsync(20, new(100, 1 << 20, TimeSpan.FromMinutes(10)), _time, store: "quiet");
        await using var backplane = _file.Open(_time);
        await StoresFile.FillAsync(backplane, 20, new(100, 1 << 20, TimeSpan.FromMinutes(10)), prefix: "secret");
        await StoresFile.FillAsync(backplane, 1, store: "keeps");
        _time.Advance(TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM messages") == 1);
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(Interval); // while the count above was read, the write-ahead log could not be truncated
            return !HasSecret();
        });
    }

    [Fact]
    public async Task FileOfManyMessages_AfterTheyAreGone_Shrinks()
    {
        var text = new string('x', 10_000);
        await using var backplane = _file.Open(_time);
        await using (var channel = backplane.Open("store", new(10_000, 1 << 30, TimeSpan.FromMinutes(10))))
            await Task.WhenAll(Enumerable.Range(0, 2000).Select(_ => StoresFile.AppendAsync(channel, text)));
        _time.Advance(Interval);
        await Eventually.TrueAsync(() => _file.Bytes > 15_000_000);
        _time.Advance(TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(() => _file.Bytes < 3_000_000);
        Assert.Null(await backplane.FindFaultAsync(default));
    }

    [Fact]
    public async Task IdempotencyKey_OverARestart_LastsFiveMinutesInAll()
    {
        var first = await AppendWithKeyAsync();
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(first, await AppendWithKeyAsync());
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.NotEqual(first, await AppendWithKeyAsync());

        await using var backplane = _file.Open(_time);
        _time.Advance(TimeSpan.FromMinutes(6));
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM keys") == 0);
    }

    [Fact]
    public async Task UsedTicket_AfterItsLifetime_IsForgotten()
    {
        await using (var backplane = _file.Open(_time))
        {
            Assert.True(await backplane.TryAddAsync("a", TimeSpan.FromSeconds(30), default));
            Assert.False(await backplane.TryAddAsync("a", TimeSpan.FromSeconds(30), default));
        }

        await using var again = _file.Open(_time);
        Assert.False(await again.TryAddAsync("a", TimeSpan.FromSeconds(30), default));
        _time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => _file.Number("SELECT count(*) FROM used") == 0);
        Assert.True(await again.TryAddAsync("a", TimeSpan.FromSeconds(30), default));
    }

    [Fact]
    public async Task Open_StoreNobodyPublishesTo_LeavesNothingInTheDatabase()
    {
        await using var backplane = _file.Open();
        await using var channel = backplane.Open("devices/1", new(10, 1 << 20));
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(0, _file.Number("SELECT count(*) FROM stores"));
    }

    /// <summary>Clients send ever new names.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Family_EverNewNames_LeaveNothingWhenTheirTimeIsUp(bool byAge)
    {
        const int Names = 20_000;
        var lifetime = TimeSpan.FromMinutes(10);
        await using var backplane = _file.Open(_time, configure: options => options.KeepUnusedStores = byAge ? null : lifetime);
        backplane.ApplyRules(new(static _ => null, static _ => false));
        var limits = new MessageLogLimits(10, 1 << 20, byAge ? lifetime : null);
        await Task.WhenAll(Enumerable.Range(0, Names).Select(name => StoresFile.FillAsync(backplane, 1, limits, $"devices/{name}")));
        await using var used = backplane.Open("used", limits);
        var first = await StoresFile.AppendAsync(used, "1");
        Assert.Equal(Names + 1, _file.Number("SELECT count(*) FROM stores"));
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            return _file.Number("SELECT count(*) FROM stores") == 1;
        });
        Assert.Equal(byAge ? 0 : 1, _file.Number("SELECT count(*) FROM messages"));
        Assert.Equal((first.Epoch, 2), Place(await StoresFile.AppendAsync(used, "2")));
        Assert.Equal(1, (await StoresFile.FillAsync(backplane, 1, limits, "devices/0"))[0].Offset);
    }

    private static (ulong Epoch, int Offset) Place(MessagePosition position) => (position.Epoch, (int)position.Offset);

    private bool HasSecret() =>
        Directory.GetFiles(_file.Folder).Any(static file => ReadShared(file).Contains("secret", StringComparison.Ordinal));

    private static string ReadShared(string path)
    {
        if (path.EndsWith("-lock", StringComparison.Ordinal))
            return "";
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private async Task<MessagePosition> AppendWithKeyAsync()
    {
        await using var backplane = _file.Open(_time);
        await using var channel = backplane.Open("store", new(10, 1 << 20));
        return await StoresFile.AppendAsync(channel, "x", "key");
    }
}
