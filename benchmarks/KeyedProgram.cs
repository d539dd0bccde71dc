using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tornadose.Benchmarks.Load;
using Tornadose.SignalR;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.ServerSentEvents;

namespace Tornadose.Benchmarks;

/// <summary>
/// A table of ten thousand rows, of which a thousand a second change, for a thousand subscribers, half of which read nothing for ten
/// seconds at a time: as a keyed store, and as the same messages in a queue store. In one process, with the loop, the log and the encoder
/// of Server-Sent Events, without a network: the store is what is measured.
/// </summary>
internal static class KeyedProgram
{
    private const int Keys = 10_000;
    private const int HotKeys = Keys / 10;
    private const int ValueBytes = 100;

    /// <summary>One in this many subscribers is timed, a fast one: histograms take memory.</summary>
    private const int TimedOf = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(Options command)
    {
        command.Allow("seconds", "rounds", "subscribers", "rate");
        var seconds = command.Number("seconds", 30);
        var (subscribers, rate) = (command.Count("subscribers", 1000), command.Count("rate", 1000));
        Console.WriteLine($"| {Keys} keys, {subscribers} subscribers, {rate} updates/s | CPU µs a delivery | CPU % | MB | "
            + "fast: p50, p99 ms | slow: KB/s each | slow: resets | load |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|");
        var ratios = new List<(double Cpu, double Memory, double Late, double Bytes)>();
        for (var round = 0; round < command.Count("rounds", 3); round++)
        {
            var queue = await MeasureAsync(isKeyed: false, subscribers, rate, seconds);
            var keyed = await MeasureAsync(isKeyed: true, subscribers, rate, seconds);
            ratios.Add((keyed.CpuOfAll / queue.CpuOfAll, keyed.Megabytes / queue.Megabytes, keyed.P99 / queue.P99,
                keyed.SlowBytes / queue.SlowBytes));
        }

        Console.WriteLine();
        Console.WriteLine("| keyed against queue | CPU | memory | p99 | a slow reader's bytes |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        Console.WriteLine($"| median [least–most] | {Spread(ratios, r => r.Cpu)} | {Spread(ratios, r => r.Memory)} | "
            + $"{Spread(ratios, r => r.Late)} | {Spread(ratios, r => r.Bytes)} |");
        return 0;
    }

    private static string Spread<T>(List<T> all, Func<T, double> value)
    {
        var sorted = all.ConvertAll(one => value(one));
        sorted.Sort();
        return string.Create(
            CultureInfo.InvariantCulture, $"{sorted[sorted.Count / 2]:0.00} [{sorted[0]:0.00}–{sorted[^1]:0.00}]");
    }

    private static async Task<Measured> MeasureAsync(bool isKeyed, int subscribers, int rate, double seconds)
    {
        await Task.Yield(); // the previous measurement is still on the stack, and holds its log until then
        var clock = new SentTimes();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var registry = new SubscriberRegistry(
            new TornadoseOptions(), TimeProvider.System, new StoreMetrics(services.GetRequiredService<IMeterFactory>()),
            NullLogger<SubscriberRegistry>.Instance);
        await using var channel = new LocalBackplane(TimeProvider.System).Open("machines", isKeyed
            ? new MessageLogLimits(1, 1 << 30) { MaxKeys = Keys, MaxTombstones = 1000 }
            : new MessageLogLimits(2 * Keys, 1 << 30));
        for (var key = 0; key < Keys; key++)
            await ChangeAsync(channel, key, isKeyed);
        var sinks = Enumerable.Range(0, subscribers).Select(index => new MeasuringSink(
            index % TimedOf == 0 ? clock : null, Pause * ((double)index / subscribers), isSlow: index % 2 != 0)).ToList();
        var running = sinks.ConvertAll(sink => new Subscriber(
            "memory",
            SubscriberFeeds.Of(new SubscriberFeed(
                "machines", channel.Log.OpenCursor(StartAt.Now), TimeSpan.FromMinutes(1), new MeasuredStore("machines"))),
            ServerSentEventEncoder.Instance, sink, registry).RunAsync());
        await UpdateAsync(channel, clock, isKeyed, rate, Pause.TotalSeconds); // slow readers have begun to pause
        sinks.ForEach(static sink => sink.Clear());
        using var process = Process.GetCurrentProcess();
        var (cpu, began) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await UpdateAsync(channel, clock, isKeyed, rate, seconds);
        process.Refresh();
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var used = (process.TotalProcessorTime - cpu).TotalMicroseconds;
        var memory = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6;
        var measured = Measured.Of(sinks, used, elapsed, memory);
        await channel.DisposeAsync();
        sinks.ForEach(static sink => sink.Abort());
        await Task.WhenAll(running);
        Console.WriteLine(measured.Row(isKeyed ? "keyed store" : "queue store"));
        return measured;
    }

    /// <summary>Eight of ten updates go to a tenth of the keys.</summary>
    private static async Task UpdateAsync(IBackplaneChannel channel, SentTimes clock, bool isKeyed, int rate, double seconds)
    {
        var random = new Random(1);
        var began = Stopwatch.GetTimestamp();
        for (long sent = 0; Stopwatch.GetElapsedTime(began).TotalSeconds is var elapsed && elapsed < seconds;)
        {
            for (; sent < elapsed * rate; sent++)
            {
                var key = random.Next(10) < 8 ? random.Next(HotKeys) : HotKeys + random.Next(Keys - HotKeys);
                clock.Sending(channel.Log.Position.Offset + 1);
                await ChangeAsync(channel, key, isKeyed);
            }

            await Task.Delay(1);
        }
    }

    /// <summary>The queue store gets exactly the message that the keyed store creates.</summary>
    private static async ValueTask ChangeAsync(IBackplaneChannel channel, int key, bool isKeyed)
    {
        var value = Encoding.ASCII.GetBytes('"' + new string('x', ValueBytes - 2) + '"');
        if (isKeyed)
            await channel.ChangeAsync(KeyedChange.Set($"machine-{key}", value), null, default);
        else
            await channel.AppendAsync(
                new MessageContent(
                    MessageContent.OfKey("machines", $"machine-{key}", StoreChange.Update, value).Data, MessageFormat.Json, null),
                null, default);
    }

    /// <summary>When each message was published, by its offset.</summary>
    private sealed class SentTimes
    {
        private readonly long[] _times = new long[1 << 20];

        public void Sending(long offset) => Volatile.Write(ref _times[offset & (_times.Length - 1)], Stopwatch.GetTimestamp());

        public TimeSpan Since(long offset) => Stopwatch.GetElapsedTime(Volatile.Read(ref _times[offset & (_times.Length - 1)]));
    }

    /// <summary>A connection that takes everything at once or, if it is slow, only for a moment after each pause.</summary>
    private sealed class MeasuringSink(SentTimes? clock, TimeSpan offset, bool isSlow) : IFrameSink
    {
        private static readonly TimeSpan Open = TimeSpan.FromMilliseconds(100);

        private readonly CancellationTokenSource _aborted = new();
        private readonly Stopwatch _watch = Stopwatch.StartNew();

        public bool IsSlow => isSlow;

        public LatencyHistogram? Latency { get; } = clock is null ? null : new();

        public long Bytes { get; private set; }

        public long Frames { get; private set; }

        public long Resets { get; private set; }

        public void Clear()
        {
            Latency?.Clear();
            Bytes = Frames = Resets = 0;
        }

        public ValueTask StartAsync() => ValueTask.CompletedTask;

        /// <summary>The first line is the id, whose middle part is the offset.</summary>
        public void Write(Frame frame)
        {
            var bytes = frame.Bytes.Span;
            Bytes += bytes.Length;
            Frames++;
            if (isSlow && bytes.IndexOf("tornadose.reset"u8) >= 0)
                Resets++;
            else if (clock is not null && bytes.StartsWith("id: "u8) && ReadOffset(bytes) is { } offset)
                Latency!.Add((long)clock.Since(offset).TotalNanoseconds);
        }

        public ValueTask<bool> FlushAsync()
        {
            if (!isSlow)
                return new(true);
            var into = TimeSpan.FromTicks((_watch.Elapsed + offset).Ticks % Pause.Ticks);
            return into < Open ? new(true) : WaitAsync(Pause - into);
        }

        public void Abort() => _aborted.Cancel();

        public ValueTask CloseAsync(SubscriberEnd end) => ValueTask.CompletedTask;

        private async ValueTask<bool> WaitAsync(TimeSpan pause)
        {
            await Task.Delay(pause, _aborted.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return !_aborted.IsCancellationRequested;
        }

        private static long? ReadOffset(ReadOnlySpan<byte> frame)
        {
            var id = frame[(frame.IndexOf((byte)'-') + 1)..];
            return System.Buffers.Text.Utf8Parser.TryParse(id, out long offset, out _) ? offset : null;
        }
    }

    private sealed record Measured(double Cpu, double CpuOfAll, double Megabytes, double P50, double P99, double SlowBytes, long Resets)
    {
        public static Measured Of(List<MeasuringSink> sinks, double microseconds, double seconds, double megabytes)
        {
            var fast = new LatencyHistogram();
            foreach (var timed in sinks.Select(static sink => sink.Latency).OfType<LatencyHistogram>())
                fast.Add(timed);
            var slow = sinks.Where(static sink => sink.IsSlow).ToList();
            return new Measured(
                microseconds / sinks.Sum(static sink => sink.Frames), microseconds / seconds / 10_000, megabytes,
                fast.Percentile(0.5), fast.Percentile(0.99), slow.Average(static sink => sink.Bytes) / seconds / 1000,
                slow.Sum(static sink => sink.Resets));
        }

        public string Row(string name) => string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Cpu:0.00} | {CpuOfAll:0} | {Megabytes:0.0} | {P50:0.00}, {P99:0.00} | {SlowBytes:0.0} | {Resets} | {Load()} |");

        private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
    }
}
