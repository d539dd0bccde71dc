using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tornadose.Benchmarks.Load;
using Tornadose.SignalR;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Sqlite;

namespace Tornadose.Benchmarks;

/// <summary>
/// Measures what durable messages cost: publishes a second and their latency, by the number of concurrent publishers; the time to open a
/// full window; bytes on the disk. In one process, without HTTP: the disk is what is measured.
/// </summary>
internal static class DurableProgram
{
    private const int PayloadBytes = 256;
    private const int WindowMessages = 10_000;

    private static readonly MessageLogLimits Limits = new(WindowMessages, 64 * 1024 * 1024);

    public static async Task<int> RunAsync(Options command)
    {
        command.Allow("seconds", "folder");
        var seconds = command.Number("seconds", 3);
        var root = command.Value("folder") ?? Path.GetTempPath();
        Console.WriteLine($"| {PayloadBytes} B, {seconds:0.#} s each | publishers | publishes/s | p50 ms | p99 ms |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        foreach (var publishers in new[] { 1, 8, 64 })
            foreach (var synchronous in Enum.GetValues<SqliteSynchronous>())
                await PublishAsync(synchronous, root, publishers, seconds);
        Console.WriteLine();
        Console.WriteLine($"| {WindowMessages} messages of {PayloadBytes} B | bytes on the disk a message | ms to open the window |");
        Console.WriteLine("|---|---:|---:|");
        await OpenAsync(root);
        return 0;
    }

    private static SqliteBackplane Open(string folder, SqliteSynchronous synchronous) => new(
        new SqliteBackplaneOptions { ConnectionString = $"Data Source={Path.Combine(folder, "stores.db")}", Synchronous = synchronous },
        TimeProvider.System, new SqliteMetrics(Meters()), NullLogger.Instance);

    private static IMeterFactory Meters() =>
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private static async Task PublishAsync(SqliteSynchronous synchronous, string root, int publishers, double seconds)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, Path.GetRandomFileName()));
        try
        {
            await using var backplane = Open(folder.FullName, synchronous);
            await using var channel = backplane.Open("orders", Limits);
            using var following = await channel.FollowAsync(default);
            await LoadAsync(channel, publishers, 0.5);
            var (histogram, elapsed) = await LoadAsync(channel, publishers, seconds);
            var (rate, p50, p99) = (histogram.Count / elapsed, histogram.Percentile(0.5), histogram.Percentile(0.99));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| SQLite {synchronous} | {publishers} | {rate:0} | {p50:0.00} | {p99:0.00} |"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(LatencyHistogram Histogram, double Seconds)> LoadAsync(
        IBackplaneChannel channel, int publishers, double seconds)
    {
        var began = Stopwatch.GetTimestamp();
        var histogram = new LatencyHistogram();
        await Task.WhenAll(Enumerable.Range(0, publishers).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
            {
                var sent = Stopwatch.GetTimestamp();
                await channel.AppendAsync(Content(), null, default);
                var took = Stopwatch.GetElapsedTime(sent);
                lock (histogram)
                    histogram.Add((long)took.TotalNanoseconds);
            }
        })));
        return (histogram, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static async Task OpenAsync(string root)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, Path.GetRandomFileName()));
        try
        {
            await using (var backplane = Open(folder.FullName, SqliteSynchronous.Full))
            {
                await using var channel = backplane.Open("orders", Limits);
                for (var sent = 0; sent < WindowMessages; sent += 1000)
                    await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => channel.AppendAsync(Content(), null, default).AsTask()));
            }

            var bytes = folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);
            var best = double.MaxValue;
            for (var round = 0; round < 5; round++)
            {
                var began = Stopwatch.GetTimestamp();
                await using var backplane = Open(folder.FullName, SqliteSynchronous.Full);
                await using var channel = backplane.Open("orders", Limits);
                using var following = await channel.FollowAsync(default);
                best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                if (channel.Log.GetSnapshot().Messages.Count != WindowMessages)
                    throw new InvalidOperationException($"The window has {channel.Log.GetSnapshot().Messages.Count} messages.");
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| SQLite | {(double)bytes / WindowMessages:0} | {best:0} |"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static MessageContent Content() => new(Encoding.UTF8.GetBytes(new string('x', PayloadBytes)), MessageFormat.Text, null);
}
