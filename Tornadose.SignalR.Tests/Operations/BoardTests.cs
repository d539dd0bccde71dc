using System.Globalization;
using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.Server;
using Tornadose.SignalR.Tests.Sqlite;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Operations;

/// <summary>The dashboard's queries against a real Prometheus that scrapes two servers: one on Redis, one on SQLite.</summary>
public sealed class BoardTests
{
    /// <summary>The alerts that the faults of the test below trigger. AlertRuleTests triggers the others with series alone.</summary>
    private static readonly string[] Alerts =
    [
        "TornadoseMessagesLost", "TornadosePublishFailing", "TornadoseBusNotDelivering", "TornadoseConnectionsReplaced",
        "TornadoseForgedAnnouncements", "TornadoseSqliteCommitsFailing", "TornadoseSqliteReadsFailing",
    ];

    [Fact, Case("OBS-01")]
    public void Board_EveryName_IsAnInstrumentAsTheExporterSpellsIt() =>
        Assert.Subset(PrometheusNames.All, Queries().SelectMany(PrometheusNames.In).ToHashSet());

    /// <summary>An empty panel could mean that all is well or that nothing is measured. Quantiles without data stay empty.</summary>
    [Fact, Case("OBS-01")]
    public async Task Board_NothingHasHappened_ShowsZeroWhereFaultsAreCounted()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var onRedis = await ServerProcess.StartAsync($"--Server:Redis={redis.ConnectionString}");
        using var file = new StoresFile();
        await using var onSqlite = await ServerProcess.StartAsync($"--Server:Sqlite={file.ConnectionString}");
        await using var prometheus = await PrometheusProcess.StartAsync(onRedis.Url, onSqlite.Url);
        string[] ofTraffic = ["by (tornadose_store, tornadose_transport)", "by (tornadose_store) (rate", "by (tornadose_transport) (rate"];
        await AnswersAsync(prometheus, Queries().Where(query =>
            !query.Contains("histogram_quantile", StringComparison.Ordinal)
            && !ofTraffic.Any(traffic => query.Contains(traffic, StringComparison.Ordinal))));
    }

    [Fact, Case("OBS-01")]
    public async Task Board_UnderLoadAndFaults_ShowsSomethingInEveryPanelAndAlertsFire()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var bus = ChaosProxy.Start(redis.Port);
        await using var onRedis = await ServerProcess.StartAsync(
            $"--Server:Redis={RedisProcess.ConnectionStringFor(bus.Port)}", "--Tornadose:Redis:ProbeInterval=00:00:00.2",
            "--Tornadose:Redis:SyncInterval=00:00:00.2", "--Tornadose:Redis:CommandTimeout=00:00:01",
            "--Tornadose:Stores:orders:MaxSubscribers=3", "--Tornadose:Stores:orders:SendTimeout=00:00:01");
        using var file = new StoresFile();
        await using var onSqlite = await ServerProcess.StartAsync($"--Server:Sqlite={file.ConnectionString}");
        await using var prometheus = await PrometheusProcess.StartAsync(onRedis.Url, onSqlite.Url);
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(LoadAsync(onRedis, stop.Token), LoadAsync(onSqlite, stop.Token));
        var faults = Task.WhenAll(FaultsAsync(redis, bus, onRedis, stop.Token), FaultsAsync(file, onSqlite, stop.Token));
        await AnswersAsync(prometheus, Queries());
        await Eventually.TrueAsync(async () => (await prometheus.RulesAsync()).All(static rule => rule.Health == "ok"));
        var quiet = Alerts.ToHashSet();
        await EmptiesAsync(quiet, async () =>
        {
            if (faults.IsFaulted)
                await faults;
            quiet.ExceptWith((await prometheus.RulesAsync())
                .Where(static rule => rule.State != "inactive").Select(static rule => rule.Name));
        });
        await stop.CancelAsync();
        await Task.WhenAll(load, faults).WithTimeout();
        Assert.Subset(PrometheusNames.All, await ExportedAsync(onRedis));
        Assert.Subset(PrometheusNames.All, await ExportedAsync(onSqlite));
    }

    /// <summary>
    /// Publishes and reads in every way that the dashboard shows: one reader stays, one does not read, others connect and disconnect.
    /// </summary>
    private static async Task LoadAsync(DashboardServer server, CancellationToken stop)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", ServerProcess.Key);
        await using var steady = await RawWs.OpenAsync(server.Store("orders"));
        await using var stalled = await RawSse.OpenAsync(server.Store("orders"), receiveBufferBytes: 4096);
        var large = new string('x', 100_000);
        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            using var published = await http.PostAsync(
                server.Store("orders"), new StringContent(large, Encoding.UTF8, "text/plain"), CancellationToken.None).WithTimeout();
            foreach (var after in new[] { "garbage", "", "" })
            {
                var reader = await RawHttp.GetAsync(
                    new Uri(server.Store("orders"), after.Length == 0 ? "" : $"?after={after}"), ("Accept", "text/event-stream"));
                await reader.ReadAsync();
                await reader.DisposeAsync();
            }
        }
    }

    /// <summary>
    /// Redis hangs until a publish has failed, then loses all data; its bus delivers nothing until a connection was replaced, then loses
    /// its subscribers while somebody forges announcements; and so on.
    /// </summary>
    private static async Task FaultsAsync(RedisProcess redis, ChaosProxy bus, DashboardServer server, CancellationToken stop)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", ServerProcess.Key);
        while (!stop.IsCancellationRequested)
        {
            redis.Suspend();
            await Eventually.TrueAsync(async () => !await PublishesAsync(http, server));
            redis.Resume();
            await Eventually.TrueAsync(() => PublishesAsync(http, server));
            await redis.CommandAsync("FLUSHALL");
            bus.DropMessages(int.MaxValue);
            var replaced = await CountedAsync(server, "tornadose_backplane_connections_replaced_total");
            await Eventually.TrueAsync(
                async () => await CountedAsync(server, "tornadose_backplane_connections_replaced_total") > replaced);
            bus.DropMessages(0);
            for (var kills = 0; kills < 5 && !stop.IsCancellationRequested; kills++)
            {
                await Eventually.TrueAsync(async () => await redis.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub") is > 0L);
                await Eventually.TrueAsync(
                    async () => await redis.CommandAsync("PUBLISH", "{tornadose:orders}", "\u0001T1;forged") is > 0L);
            }
        }
    }

    /// <summary>
    /// Another program hides the table of the stores until a publish and a new reader of an unused store have both failed.
    /// </summary>
    private static async Task FaultsAsync(StoresFile file, DashboardServer server, CancellationToken stop)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", ServerProcess.Key);
        await Eventually.TrueAsync(() => PublishesAsync(http, server));
        using var other = file.Connect();
        for (var device = 0; !stop.IsCancellationRequested; device++)
        {
            StoresFile.Execute(other, "ALTER TABLE stores RENAME TO hidden");
            await Eventually.TrueAsync(async () => !await PublishesAsync(http, server));
            var failed = await CountedAsync(server, "tornadose_sqlite_reads_failed_total");
            await using (await RawSse.OpenAsync(server.Store($"devices/{device}")))
                await Eventually.TrueAsync(async () => await CountedAsync(server, "tornadose_sqlite_reads_failed_total") > failed);
            StoresFile.Execute(other, "ALTER TABLE hidden RENAME TO stores");
            await Eventually.TrueAsync(() => PublishesAsync(http, server));
        }
    }

    private static async Task AnswersAsync(PrometheusProcess prometheus, IEnumerable<string> queries)
    {
        var waiting = queries.ToHashSet();
        Assert.NotEmpty(waiting);
        await EmptiesAsync(waiting, async () =>
        {
            foreach (var query in waiting.ToArray())
                if ((await prometheus.QueryAsync(Filled(query))).Count > 0)
                    waiting.Remove(query);
        });
    }

    private static async Task EmptiesAsync(HashSet<string> waiting, Func<Task> look)
    {
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    await look();
                    return waiting.Count == 0;
                },
                TimeSpan.FromMinutes(5));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Still without a result: {string.Join('\n', waiting)}");
        }
    }

    /// <summary>The value of a counter without tags; fails if there is none.</summary>
    private static async Task<long> CountedAsync(DashboardServer server, string counter)
    {
        var line = Assert.Single(await MetricsAsync(server), line => line.Split('{', ' ')[0] == counter);
        return long.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static async Task<bool> PublishesAsync(HttpClient http, DashboardServer server)
    {
        using var answer = await http.PostAsync(
            server.Store("orders"), new StringContent("?", Encoding.UTF8, "text/plain"), CancellationToken.None).WithTimeout();
        return answer.IsSuccessStatusCode;
    }

    private static async Task<HashSet<string>> ExportedAsync(DashboardServer server) =>
        [.. (await MetricsAsync(server)).SelectMany(static line => PrometheusNames.In(line.Split('{')[0]))];

    private static async Task<string[]> MetricsAsync(DashboardServer server)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(server.Url, "metrics")).WithTimeout();
        return [.. text.Split('\n').Where(static line => line.Length > 0 && line[0] != '#')];
    }

    private static string Filled(string query) =>
        query.Replace("$__rate_interval", "20s", StringComparison.Ordinal).Replace("$job", ".*", StringComparison.Ordinal)
            .Replace("$store", ".*", StringComparison.Ordinal);

    private static List<string> Queries() =>
        [.. JsonElement.Parse(File.ReadAllText(Repository.File("ops/grafana/tornadose.json"))).GetProperty("panels").EnumerateArray()
            .Where(static panel => panel.TryGetProperty("targets", out _))
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
            .Select(static target => target.GetProperty("expr").GetString()!)];
}
