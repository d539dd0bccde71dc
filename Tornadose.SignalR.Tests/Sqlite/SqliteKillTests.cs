using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Sqlite;

/// <summary>
/// A hundred crashes of a process in the middle of publishes. Each process ends by <c>kill -9</c>. Before that it is suspended several
/// times and its files are copied: a copy holds what a kill at that moment would have left, without the cost of another process start.
/// </summary>
public sealed class SqliteKillTests : IDisposable
{
    private const int Lives = 20;
    private const int FreezesOfALife = 4;
    private const int Publishers = 8;

    private static readonly MessageLogLimits Limits = new(1_000_000, 1L << 32);
    private static readonly TimeSpan HeavyTimeout = TimeSpan.FromMinutes(2);

    private readonly StoresFile _file = new();
    private readonly Ledger _ledger = new();
    private readonly List<(string Id, string Text)> _acknowledged = [];
    private int _checked;

    public void Dispose() => _file.Dispose();

    [Fact, Case("PROC-06")]
    public async Task Kill_AHundredTimesWhilePublishing_EveryAcknowledgedMessageIsThereOnceInOrderAndIdsResume()
    {
        var subscriber = await BeginAsync();
        var next = Start(1);
        for (var life = 1; life <= Lives; life++)
        {
            await using var process = next;
            Assert.Equal("up", await process.NextAsync(HeavyTimeout));
            await process.WriteLineAsync("go");
            next = life < Lives ? Start(life + 1) : null!; // it starts while this one publishes
            await LiveAsync(process, life);
            await ResumeAsync(subscriber);
        }

        Assert.Equal(Lives * (FreezesOfALife + 1), _checked);
    }

    /// <summary>A change deletes a row and inserts another: never one without the other.</summary>
    [Fact, Case("PROC-06")]
    public async Task Kill_WhileKeysChange_EveryKeyHasTheNewestValueThatWasAcknowledged()
    {
        var set = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var life = 1; life <= 3; life++)
        {
            await using var process = Start(life, "keyed");
            Assert.Equal("up", await process.NextAsync(HeavyTimeout));
            await process.WriteLineAsync("go");
            for (var freeze = 0; freeze < FreezesOfALife; freeze++)
            {
                for (var count = 30 + (17 * freeze) + life; count > 0; count--)
                    Note(await process.NextAsync(HeavyTimeout), set);
                await process.StopAsync();
                await WithCopyAsync(path => CheckKeysAsync(path, set));
                await process.ContinueAsync();
            }

            await process.KillAsync();
            while (await process.NextOrEndAsync(HeavyTimeout) is { } line)
                Note(line, set);
            await CheckKeysAsync(_file.Path, set);
        }
    }

    private static void Note(string line, Dictionary<string, int> set)
    {
        if (line.Split(' ') is [_, var text] && text.Split('-') is [var life, var publisher, var number])
            set[$"{life}-{publisher}"] = int.Parse(number, CultureInfo.InvariantCulture);
    }

    /// <summary>Checks that the store's counters match its rows, and that the log after a restart matches them.</summary>
    private static async Task CheckKeysAsync(string path, Dictionary<string, int> set)
    {
        await using var backplane = StoresFile.Open($"Data Source={path}");
        await using var channel = backplane.Open("store", Limits with { MaxKeys = 1000, MaxTombstones = 5 });
        using var following = await channel.FollowAsync(default).WithTimeout();
        foreach (var (key, number) in set)
        {
            var value = Encoding.ASCII.GetString(channel.Log.FindKey(key)!.Value.Span);
            Assert.InRange(int.Parse(value, CultureInfo.InvariantCulture), number, number + 1000);
        }

        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT count = (SELECT count(*) FROM messages WHERE change < 3)
                AND bytes = (SELECT sum(length(key) + length(data)) FROM messages WHERE change < 3)
                AND removals = (SELECT count(*) FROM messages WHERE change = 3)
                AND offset = (SELECT max(offset) FROM messages) FROM stores
            """;
        Assert.Equal(1L, command.ExecuteScalar());
    }

    private LineProcess Start(int life, params string[] more) =>
        LineProcess.Start("dotnet", [Repository.Metadata("SqliteLifeProgram"), _file.Path, $"{Publishers}", $"{life}", .. more]);

    private async Task<LedgerSubscriber> BeginAsync()
    {
        await using var backplane = _file.Open();
        await using var channel = backplane.Open("store", Limits);
        var first = (await StoresFile.AppendAsync(channel, "first")).ToString();
        Acknowledge(first, "first");
        return _ledger.Subscriber("reader", "cursor", after: first);
    }

    /// <summary>Lets the process publish, checks copies of its files, and kills it.</summary>
    private async Task LiveAsync(LineProcess process, int life)
    {
        var last = Enumerable.Repeat(-1, Publishers).ToArray();
        for (var freeze = 0; freeze < FreezesOfALife; freeze++)
        {
            // Each time at a different moment of a transaction.
            for (var count = 5 + (17 * freeze) + life; count > 0; count--)
                Take(await process.NextAsync(HeavyTimeout), last);
            await process.StopAsync();
            await WithCopyAsync(CheckCopyAsync);
            await process.ContinueAsync();
        }

        await process.KillAsync();
        while (await process.NextOrEndAsync(HeavyTimeout) is { } line)
            if (line.Split(' ') is [_, var text] && text.Split('-').Length == 3)
                Take(line, last);
        await RetryAsync(life, last);
    }

    /// <summary>Reads a line, which is an acknowledgement: the id and the text of a message.</summary>
    private void Take(string line, int[] last)
    {
        var (id, text) = (line.Split(' ')[0], line.Split(' ')[1]);
        Acknowledge(id, text);
        var parts = text.Split('-');
        last[int.Parse(parts[1], CultureInfo.InvariantCulture)] = int.Parse(parts[2], CultureInfo.InvariantCulture);
    }

    private void Acknowledge(string id, string text)
    {
        _ledger.Published(id, text);
        _acknowledged.Add((id, text));
    }

    private async Task WithCopyAsync(Func<string, Task> check)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_file.Folder, "copy"));
        foreach (var file in (string[])[_file.Path, $"{_file.Path}-wal"])
            File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
        await check($"{folder.FullName}/stores.db");
        folder.Delete(recursive: true);
    }

    private async Task CheckCopyAsync(string path)
    {
        await using var backplane = StoresFile.Open($"Data Source={path}");
        await using var channel = backplane.Open("store", Limits);
        var log = await ReadAsync(channel);
        Assert.Equal(Enumerable.Range(1, log.Count), log.Select(static message => (int)message.Position!.Value.Offset));
        var stored = log.ToDictionary(static message => message.Id!, static message => message.GetText());
        Assert.DoesNotContain(_acknowledged, message => stored.GetValueOrDefault(message.Id) != message.Text);
        Assert.Equal(stored.Count, stored.Values.Distinct().Count());
        _checked++;
    }

    /// <summary>
    /// Does what a publisher without an answer does: it publishes again with the same key, and its message is stored once.
    /// </summary>
    private async Task RetryAsync(int life, int[] last)
    {
        await using var backplane = _file.Open();
        await using var channel = backplane.Open("store", Limits);
        for (var publisher = 0; publisher < Publishers; publisher++)
        {
            var text = $"{life}-{publisher}-{last[publisher] + 1}";
            Acknowledge((await StoresFile.AppendAsync(channel, text, key: text)).ToString(), text);
        }
    }

    /// <summary>Resumes after the last id that was seen, as a client does.</summary>
    private async Task ResumeAsync(LedgerSubscriber subscriber)
    {
        await using var backplane = _file.Open();
        await using var channel = backplane.Open("store", Limits);
        var log = await ReadAsync(channel);
        Assert.True(MessagePosition.TryParse(subscriber.LastId, out var position));
        subscriber.Connected("cursor", subscriber.LastId);
        var cursor = channel.Log.OpenCursor(StartAt.After(position));
        while (cursor.TryRead(out StoreMessage? message))
        {
            Assert.Null(message.Reset);
            subscriber.Message(message.Id, message.GetText());
        }

        _ledger.Check(channel.Log.Position.ToString(), [.. log.Select(static message => (message.Id!, message.GetText()))]);
        _checked++;
    }

    private static async Task<IReadOnlyList<StoreMessage>> ReadAsync(IBackplaneChannel channel)
    {
        using var following = await channel.FollowAsync(default).WithTimeout();
        Assert.True(channel.Log.IsOpen);
        return channel.Log.GetSnapshot().Messages;
    }
}
