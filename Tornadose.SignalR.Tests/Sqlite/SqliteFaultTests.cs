using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Sqlite;

/// <summary>
/// Faults of the file while it is in use. Publishers and operators are told, no acknowledged message is lost, and the stores recover.
/// </summary>
public sealed class SqliteFaultTests : IDisposable
{
    private static readonly MessageLogLimits Limits = new(10_000, 1 << 30);

    private readonly StoresFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Disk_ThatIsFull_RefusesMessagesUntilThereIsRoom()
    {
        using var disk = await SmallDisk.MountAsync("6m");
        var text = new string('x', 50_000);
        var acknowledged = new List<MessagePosition>();
        await using (var backplane = StoresFile.Open($"Data Source={disk.Path}/stores.db"))
        {
            await using var channel = backplane.Open("store", Limits);
            using var following = await channel.FollowAsync(default).WithTimeout();
            var refused = await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            {
                for (var sent = 0; sent < 1000; sent++) // 50 MB
                    acknowledged.Add(await StoresFile.AppendAsync(channel, text));
            });
            Assert.Contains("Nothing was stored", refused.Message, StringComparison.Ordinal);
            Assert.False(refused.MayBeStored);
            Assert.Contains("the disk is full", refused.Message, StringComparison.Ordinal);
            await Eventually.TrueAsync(async () => await FillAsync(channel, acknowledged) is not null);
            Assert.Contains("the disk is full", await backplane.FindFaultAsync(default), StringComparison.Ordinal);
            AssertKept(acknowledged, channel); // readers continue

            await disk.ResizeAsync("60m");
            Assert.Null(await backplane.FindFaultAsync(default));
            acknowledged.Add(await StoresFile.AppendAsync(channel, text));
        }

        await AssertAcknowledgedAsync($"Data Source={disk.Path}/stores.db", acknowledged);
    }

    [Fact]
    public async Task Disk_ThatIsFullWhenTheProcessIsKilled_HasAllThatWasAcknowledged()
    {
        using var disk = await SmallDisk.MountAsync("6m");
        var text = new string('x', 50_000);
        var acknowledged = new List<MessagePosition>();
        await using var backplane = StoresFile.Open($"Data Source={disk.Path}/stores.db");
        await using var channel = backplane.Open("store", Limits);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
        {
            for (var sent = 0; sent < 1000; sent++) // 50 MB
                acknowledged.Add(await StoresFile.AppendAsync(channel, text));
        });
        foreach (var file in (string[])["stores.db", "stores.db-wal"])
            File.Copy(Path.Combine(disk.Path, file), Path.Combine(_file.Folder, file));
        await AssertAcknowledgedAsync(_file.ConnectionString, acknowledged);
    }

    [Fact]
    public async Task File_ThatIsReadOnly_FailsTheStart()
    {
        await _file.FillAsync(1);
        await RunAsync("chattr", "+i", _file.Path);
        try
        {
            var failure = Assert.Throws<StoreUnavailableException>(() => _file.Open());
            Assert.Contains("is read-only. Make the file and its folder writable.", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync("chattr", "-i", _file.Path);
        }

        Assert.Equal(2, (await _file.FillAsync(1))[0].Offset);
    }

    [Fact]
    public async Task File_ThatBecomesReadOnly_RefusesMessagesUntilItCanBeWritten()
    {
        await using var backplane = _file.Open();
        await using var channel = backplane.Open("store", Limits);
        await StoresFile.AppendAsync(channel, "1");
        await RunAsync("chattr", "+i", $"{_file.Path}-wal");
        try
        {
            var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => StoresFile.AppendAsync(channel, "2", "key"));
            Assert.Contains("has become read-only", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Nothing was stored", refused.Message, StringComparison.Ordinal);
            Assert.False(refused.MayBeStored);
            Assert.Contains("has become read-only", await backplane.FindFaultAsync(default), StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync("chattr", "-i", $"{_file.Path}-wal");
        }

        Assert.Null(await backplane.FindFaultAsync(default));
        Assert.Equal(2, (await StoresFile.AppendAsync(channel, "2", "key")).Offset);
        Assert.Equal(2, _file.Number("SELECT count(*) FROM messages"));
    }

    [Fact]
    public async Task Rules_WhileTheFileIsReadOnly_AreAppliedOnceItCanBeWritten()
    {
        var time = new FakeTimeProvider();
        var logs = new FakeLogCollector();
        await using var backplane = _file.Open(time, new FakeLogger(logs));
        await StoresFile.FillAsync(backplane, 5);
        await StoresFile.SettleAsync(backplane);
        await RunAsync("chattr", "+i", $"{_file.Path}-wal");
        try
        {
            backplane.ApplyRules(new(static _ => new(2, 1 << 20), static _ => true));
            await Eventually.TrueAsync(() => logs.GetSnapshot().Any(static entry => entry.Id.Id == 42));
        }
        finally
        {
            await RunAsync("chattr", "-i", $"{_file.Path}-wal");
        }

        Assert.Equal(5, _file.Number("SELECT count(*) FROM messages"));
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return _file.Number("SELECT count(*) FROM messages") == 2;
        });
    }

    [Fact]
    public async Task Database_LockedByAnotherProgram_RefusesMessagesUntilItIsFree()
    {
        // The clock stands still: retention that meets the lock is a fault until it is due again.
        await using var backplane = StoresFile.Open($"{_file.ConnectionString};Default Timeout=1", new FakeTimeProvider());
        await using var channel = backplane.Open("store", Limits);
        await StoresFile.AppendAsync(channel, "1");
        await StoresFile.SettleAsync(backplane);
        using (var other = _file.Connect())
        {
            using var transaction = other.BeginTransaction();
            var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => StoresFile.AppendAsync(channel, "2"));
            Assert.Contains("is locked by another program", refused.Message, StringComparison.Ordinal);
            Assert.False(refused.MayBeStored);
            Assert.Contains("is locked by another program", await backplane.FindFaultAsync(default), StringComparison.Ordinal);
        }

        Assert.Null(await backplane.FindFaultAsync(default));
        Assert.Equal(2, (await StoresFile.AppendAsync(channel, "2")).Offset);
    }

    [Fact]
    public async Task Commit_ThatHangs_IsAFault()
    {
        var time = new FakeTimeProvider();
        await using var backplane = StoresFile.Open($"{_file.ConnectionString};Default Timeout=60", time);
        await using var channel = backplane.Open("store", Limits);
        await StoresFile.AppendAsync(channel, "1");
        Task<MessagePosition> waiting;
        using (var other = _file.Connect())
        {
            using var transaction = other.BeginTransaction();
            Assert.Null(await backplane.FindFaultAsync(default));
            waiting = StoresFile.AppendAsync(channel, "2");
            await Eventually.TrueAsync(async () =>
            {
                time.Advance(TimeSpan.FromSeconds(11));
                return (await backplane.FindFaultAsync(default))?.Contains("has not answered for", StringComparison.Ordinal) == true;
            });
        }

        Assert.Equal(2, (await waiting).Offset);
        await Eventually.TrueAsync(async () => await backplane.FindFaultAsync(default) is null);
    }

    [Theory]
    [InlineData(50, false)]
    [InlineData(100, true)]
    public async Task Page_Damaged_HoldsUpItsStoreAloneAndSaysSo(int number, bool isWhereTheNextGoes)
    {
        await _file.FillAsync(200, Limits, store: "damaged");
        await _file.FillAsync(400, Limits, store: "whole");
        await using (var backplane = _file.Open())
            await StoresFile.FillAsync(backplane, 100, Limits, "damaged", prefix: "look for this ");
        var whole = await File.ReadAllBytesAsync(_file.Path);
        var page = whole.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"look for this {number}")) / 4096;
        var broken = whole.ToArray();
        broken.AsSpan(page * 4096, 64).Fill(0xA5);
        await File.WriteAllBytesAsync(_file.Path, broken);

        var logs = new FakeLogCollector();
        await using (var backplane = _file.Open(new FakeTimeProvider(), new FakeLogger(logs)))
        {
            await using var damaged = backplane.Open("damaged", Limits);
            // Its oldest messages share a page with the newest of the damaged store.
            await using var other = backplane.Open("whole", Limits with { Capacity = 100 });
            if (isWhereTheNextGoes)
            {
                var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => StoresFile.AppendAsync(damaged, "301"));
                Assert.Contains("is damaged", refused.Message, StringComparison.Ordinal);
                Assert.Equal(401, (await StoresFile.AppendAsync(other, "401")).Offset);
                Assert.Contains("is damaged", await backplane.FindFaultAsync(default), StringComparison.Ordinal);
                Assert.Contains(logs.GetSnapshot(), static entry => entry.Id.Id == 43);
            }
            else
            {
                using var following = await damaged.FollowAsync(default).WithTimeout();
                Assert.False(damaged.Log.IsOpen);
                Assert.Equal(401, (await StoresFile.AppendAsync(other, "401")).Offset);
                var fault = await backplane.FindFaultAsync(default);
                Assert.Contains("The window of store 'damaged' cannot be read", fault, StringComparison.Ordinal);
                Assert.Contains("is damaged", fault, StringComparison.Ordinal);
                Assert.Contains(logs.GetSnapshot(), static entry => entry.Id.Id == 41);
            }

            using var reading = await other.FollowAsync(default).WithTimeout();
            Assert.Equal(100, other.Log.GetSnapshot().Messages.Count);
        }

        await File.WriteAllBytesAsync(_file.Path, whole);
        await using var repaired = _file.Open();
        await using var channel = repaired.Open("damaged", Limits);
        using var again = await channel.FollowAsync(default).WithTimeout();
        Assert.Equal(300, channel.Log.GetSnapshot().Messages.Count);
    }

    [Fact]
    public async Task Window_ThatCouldNotBeRead_IsReadAgain()
    {
        var time = new FakeTimeProvider();
        await using var backplane = _file.Open(time);
        await using var channel = backplane.Open("store", Limits);
        await StoresFile.AppendAsync(channel, "1");
        using (var other = _file.Connect())
            StoresFile.Execute(other, "ALTER TABLE messages RENAME TO elsewhere");
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.False(channel.Log.IsOpen);
        using (var other = _file.Connect())
            StoresFile.Execute(other, "ALTER TABLE elsewhere RENAME TO messages");
        await StoresFile.AppendAsync(channel, "2");
        time.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => channel.Log.IsOpen);
        Assert.Equal("1 2", channel.Log.OpenCursor(StartAt.Earliest).Read());
        await Eventually.TrueAsync(async () => await backplane.FindFaultAsync(default) is null);
    }

    [Fact]
    public async Task OneStore_ThatCannotBeWritten_FailsItsOwnMessagesAlone()
    {
        await _file.FillAsync(1, Limits, store: "bad");
        using (var other = _file.Connect())
            StoresFile.Execute(
                other, "CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN NEW.store = 1 BEGIN SELECT RAISE(ABORT, 'no'); END");
        await using var backplane = _file.Open();
        await using var bad = backplane.Open("bad", Limits);
        await using var good = backplane.Open("good", Limits);
        var failed = Enumerable.Range(0, 50).Select(number => StoresFile.AppendAsync(bad, $"{number}")).ToArray();
        var stored = Enumerable.Range(0, 50).Select(number => StoresFile.AppendAsync(good, $"{number}")).ToArray();
        Assert.Equal(Enumerable.Range(1, 50), (await Task.WhenAll(stored)).Select(static position => (int)position.Offset));
        foreach (var append in failed)
            await Assert.ThrowsAsync<StoreUnavailableException>(() => append);
        await StoresFile.AppendAsync(good, "51"); // does not prove that the other can be written
        for (var round = 0; round < 2; round++)
            Assert.Contains("Store 'bad' cannot be written", await backplane.FindFaultAsync(default), StringComparison.Ordinal);
        using (var other = _file.Connect())
            StoresFile.Execute(other, "DROP TRIGGER refuse");
        Assert.Null(await backplane.FindFaultAsync(default));
        Assert.Equal(2, (await StoresFile.AppendAsync(bad, "2")).Offset);
    }

    /// <summary>A database page may hold rows of several stores, so several can fail at once.</summary>
    [Fact]
    public async Task ManyStores_ThatCannotBeWritten_CostAFewTransactions()
    {
        const int Stores = 300;
        var time = new CountingTime();
        await using var backplane = StoresFile.Open($"{_file.ConnectionString};Default Timeout=60", time);
        await StoresFile.FillAsync(backplane, 1);
        await StoresFile.SettleAsync(backplane);
        using (var connection = _file.Connect())
            StoresFile.Execute(
                connection,
                """
                CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN CAST(NEW.data AS TEXT) % 2 = 0
                BEGIN SELECT RAISE(ABORT, 'no'); END
                """);
        Task<MessagePosition>[] publishing;
        int before;
        using (var other = _file.Connect())
        {
            using var transaction = other.BeginTransaction(); // makes the writer wait until all are queued
            before = time.Calls;
            publishing = [.. Enumerable.Range(0, Stores).Select(number =>
                StoresFile.AppendAsync(backplane.Open($"s{number}", Limits), $"{number}"))];
        }

        await Task.WhenAll(publishing).ContinueWith(static _ => { }, TaskScheduler.Default).WithTimeout();
        Assert.Equal(Stores / 2, publishing.Count(static task => task.IsCompletedSuccessfully));
        Assert.InRange(time.Calls - before, 1, 30);
    }

    [Fact]
    public async Task Row_DeletedByAnotherProgram_BeginsANewEpochAndReadersAreTold()
    {
        await using var backplane = _file.Open();
        await using var channel = backplane.Open("store", Limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        var first = await StoresFile.AppendAsync(channel, "1");
        var cursor = channel.Log.OpenCursor(StartAt.After(first));
        using (var other = _file.Connect())
            StoresFile.Execute(other, "DELETE FROM messages; DELETE FROM stores");
        var second = await StoresFile.AppendAsync(channel, "2");
        Assert.NotEqual(first.Epoch, second.Epoch);
        Assert.Equal("reset:epoch@0 2", cursor.Read());
    }

    [Fact]
    public async Task Loop_WhenClockAndLogThrow_GoesOn()
    {
        var time = new BrokenTime();
        await using var backplane = _file.Open(time, new BrokenLogger(time));
        await using var channel = backplane.Open("store", Limits);
        Assert.Equal(1, (await StoresFile.AppendAsync(channel, "1")).Offset);
        await StoresFile.SettleAsync(backplane);
        for (var round = 0; round < 3; round++)
        {
            time.IsBroken = true;
            await Assert.ThrowsAsync<StoreUnavailableException>(() => StoresFile.AppendAsync(channel, "2"));
            time.IsBroken = false;
        }

        Assert.Equal(2, (await StoresFile.AppendAsync(channel, "2")).Offset);
        Assert.Null(await backplane.FindFaultAsync(default));
    }

    [Fact]
    public async Task Publish_AThousandAtOnce_ShareAFewTransactions()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var commits = new MetricCollector<double>(meters, "Tornadose.SignalR", "tornadose.sqlite.commit.duration");
        await using var backplane = StoresFile.Open($"{_file.ConnectionString};Default Timeout=60", meters: meters);
        await using var channel = backplane.Open("store", Limits);
        using (var other = _file.Connect())
        {
            using var transaction = other.BeginTransaction(); // makes the writer wait until all are queued
            var publishing = Enumerable.Range(0, 1000)
                .Select(number => channel.AppendAsync(StoresFile.Text($"{number}"), null, default).AsTask()).ToArray();
            transaction.Rollback();
            var positions = await Task.WhenAll(publishing).WithTimeout();
            Assert.Equal(1000, positions.Select(static position => position.Offset).Distinct().Count());
        }

        await Eventually.TrueAsync(() => commits.GetMeasurementSnapshot().Count > 0);
        Assert.InRange(commits.GetMeasurementSnapshot().Count, 1, 5);
    }

    [Fact]
    public async Task File_ThatIsNoneOfOurs_FailsTheStartAndSaysWhy()
    {
        await File.WriteAllTextAsync(_file.Path, string.Concat(Enumerable.Repeat("this is no database\n", 1000)));
        AssertRefused("is not a SQLite database");
        File.Delete(_file.Path);
        using (var other = _file.Connect())
            StoresFile.Execute(other, "CREATE TABLE theirs(a)");
        AssertRefused("belongs to another application");
        File.Delete(_file.Path);
        await _file.FillAsync(1);
        using (var later = _file.Connect())
            StoresFile.Execute(later, "PRAGMA user_version=99");
        AssertRefused("was written by a later version");
        AssertRefused("Its folder must exist", $"Data Source={_file.Folder}/nowhere/stores.db");

        void AssertRefused(string words, string? connectionString = null)
        {
            var failure = Assert.Throws<StoreUnavailableException>(() => StoresFile.Open(connectionString ?? _file.ConnectionString));
            Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task File_DeletedWhileInUse_IsAFault()
    {
        await using var backplane = _file.Open();
        Assert.Null(await backplane.FindFaultAsync(default));
        File.Delete(_file.Path);
        Assert.Contains("was deleted or moved", await backplane.FindFaultAsync(default), StringComparison.Ordinal);
    }

    /// <summary>Publishes until a publish fails.</summary>
    private static async Task<Exception?> FillAsync(IBackplaneChannel channel, List<MessagePosition> acknowledged)
    {
        try
        {
            acknowledged.Add(await StoresFile.AppendAsync(channel, "small"));
            return null;
        }
        catch (StoreUnavailableException failure)
        {
            return failure;
        }
    }

    private static async Task AssertAcknowledgedAsync(string connectionString, List<MessagePosition> acknowledged)
    {
        await using var backplane = StoresFile.Open(connectionString);
        await using var channel = backplane.Open("store", Limits);
        using var following = await channel.FollowAsync(default).WithTimeout();
        AssertKept(acknowledged, channel);
        Assert.Equal(acknowledged.Count + 1, (await StoresFile.AppendAsync(channel, "next")).Offset);
    }

    private static void AssertKept(List<MessagePosition> acknowledged, IBackplaneChannel channel) =>
        Assert.Equal(acknowledged, channel.Log.GetSnapshot().Messages.Select(static message => message.Position!.Value));

    /// <summary>Runs a command that requires root.</summary>
    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        await process.WaitForExitAsync().WithTimeout();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} failed: it needs root, or sudo without a password.");
    }

    private static Process Start(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess ? Process.Start(program, arguments) : Process.Start("sudo", ["-n", program, .. arguments]);

    /// <summary>An in-memory file system of limited size.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tornadose-disk");

        public string Path => _folder.FullName;

        public static async Task<SmallDisk> MountAsync(string size)
        {
            var disk = new SmallDisk();
            await RunAsync("mount", "-t", "tmpfs", "-o", $"mode=1777,size={size}", "tmpfs", disk.Path);
            return disk;
        }

        public Task ResizeAsync(string size) => RunAsync("mount", "-o", $"remount,size={size}", Path);

        public void Dispose()
        {
            using (var unmount = Start("umount", "-l", Path))
                unmount.WaitForExit();
            _folder.Delete(recursive: true);
        }
    }

    /// <summary>Counts transactions: each reads the time of day once.</summary>
    private sealed class CountingTime : FakeTimeProvider
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Increment(ref _calls);
            return base.GetUtcNow();
        }

        /// <summary>Not counted: the base asks for the time.</summary>
        public override long GetTimestamp() => 0;
    }

    private sealed class BrokenTime : FakeTimeProvider
    {
        public volatile bool IsBroken;

        public override DateTimeOffset GetUtcNow() => IsBroken ? throw new InvalidOperationException("no time") : base.GetUtcNow();

        public override long GetTimestamp() => 0;
    }

    private sealed class BrokenLogger(BrokenTime time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (time.IsBroken)
                throw new InvalidOperationException("no log");
        }
    }
}
