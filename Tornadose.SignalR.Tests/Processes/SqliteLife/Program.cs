using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tornadose.SignalR;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Sqlite;

// A process that publishes until it is killed: SqliteLife <database> <publishers> <life> [keyed]. It waits for a line, because only one
// process at a time can open the database; then it prints the id and the text of each acknowledged message. With keyed, each publisher
// sets its own key to its numbers, and others that it adds and removes.
var (database, publishers, life) = (args[0], int.Parse(args[1]), args[2]);
Console.WriteLine("up");
Console.ReadLine();
var options = new SqliteBackplaneOptions
{
    ConnectionString = $"Data Source={database}",
    RetentionInterval = TimeSpan.FromMilliseconds(50),
};
await using var backplane = new SqliteBackplane(options, TimeProvider.System, new SqliteMetrics(new Meters()), NullLogger.Instance);
var isKeyed = args is [.., "keyed"];
var limits = new MessageLogLimits(1_000_000, 1L << 32);
await using var channel = backplane.Open("store", isKeyed ? limits with { MaxKeys = 1000, MaxTombstones = 5 } : limits);
await Task.WhenAll(Enumerable.Range(0, publishers)
    .Select(publisher => Task.Run(() => isKeyed ? SetAsync(publisher) : PublishAsync(publisher))));

async Task SetAsync(int publisher)
{
    for (var number = 0; ; number++)
    {
        var value = Encoding.ASCII.GetBytes($"{number}");
        var position = await channel.ChangeAsync(KeyedChange.Set($"{life}-{publisher}", value), null, default);
        await channel.ChangeAsync(KeyedChange.Set($"passing-{publisher}-{number % 10}", value), null, default);
        await channel.ChangeAsync(KeyedChange.Remove($"passing-{publisher}-{(number + 5) % 10}"), null, default);
        Console.WriteLine($"{position} {life}-{publisher}-{number}");
    }
}

async Task PublishAsync(int publisher)
{
    for (var number = 0; ; number++)
    {
        var text = $"{life}-{publisher}-{number}";
        var position = await channel.AppendAsync(
            new MessageContent(Encoding.UTF8.GetBytes(text), MessageFormat.Text, null), text, default);
        Console.WriteLine($"{position} {text}");
    }
}

internal sealed class Meters : IMeterFactory
{
    public Meter Create(MeterOptions options) => new(options);

    public void Dispose()
    {
    }
}
