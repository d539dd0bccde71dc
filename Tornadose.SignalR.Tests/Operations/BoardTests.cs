using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.Server;
using Tornadose.SignalR.Tests.Sqlite;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Operations;

/// <summary>The board's queries against a real Prometheus, which scrapes two servers: one on Redis, one on SQLite.</summary>
public sealed class BoardTests
{
    /// <summary>
    /// They take faults of their own, so that Prometheus has to understand their queries and may answer them with nothing. Their names are
    /// compared with the documented instruments.
    /// </summary>
    private static readonly string[] Rare =
    [
        "tornadose_backplane_missed_total", "tornadose_backplane_connections_replaced_total",
        "tornadose_sqlite_commits_failed_total", "tornadose_sqlite_reads_failed_total", "tornadose_access_rechecks_failed_total",
    ];

    [Fact, Case("OBS-01")]
    public void Board_NamesNothingButInstrumentsAsTheExporterSpellsThem() =>
        Assert.Subset(PrometheusNames.All, Queries().SelectMany(PrometheusNames.In).ToHashSet());

    [Fact, Case("OBS-01")]
    public async Task Board_UnderLoadAndTwoFaults_ShowsSomethingInEveryPanel()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var onRedis = await ServerProcess.StartAsync(
            $"--Server:Redis={redis.ConnectionString}", "--Tornadose:Redis:ProbeInterval=00:00:00.2",
            "--Tornadose:Redis:SyncInterval=00:00:00.2", "--Tornadose:Redis:CommandTimeout=00:00:01",
            "--Tornadose:Stores:orders:MaxSubscribers=3", "--Tornadose:Stores:orders:SendTimeout=00:00:01");
        using var file = new StoresFile();
        await using var onSqlite = await ServerProcess.StartAsync($"--Server:Sqlite=Data Source={file.Path}");
        await using var prometheus = await PrometheusProcess.StartAsync(onRedis.Url, onSqlite.Url);
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(LoadAsync(onRedis, stop.Token), LoadAsync(onSqlite, stop.Token));
        var faults = FaultsAsync(redis, onRedis, stop.Token);
        foreach (var query in Queries().Where(IsRare))
            await prometheus.QueryAsync(Filled(query));
        var waiting = Queries().Where(static query => !IsRare(query)).ToList();
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var query in waiting.ToArray())
                    if ((await prometheus.QueryAsync(Filled(query))).Count > 0)
                        waiting.Remove(query);
                return waiting.Count == 0;
            },
            TimeSpan.FromMinutes(1), string.Join('\n', waiting));
        await Eventually.TrueAsync(async () => (await prometheus.RuleHealthAsync()).All(static health => health == "ok"));
        await stop.CancelAsync();
        await Task.WhenAll(load, faults).WithTimeout();
        Assert.Subset(PrometheusNames.All, await ExportedAsync(onRedis));
        Assert.Subset(PrometheusNames.All, await ExportedAsync(onSqlite));
    }

    /// <summary>Publishes and reads in every way that the board tells of: one reader stays, one takes nothing, others come and
    /// go.</summary>
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

    /// <summary>Redis hangs until a publish has failed, then loses the connections of its subscribers, and so on; somebody forges
    /// announcements all the time.</summary>
    private static async Task FaultsAsync(RedisProcess redis, DashboardServer server, CancellationToken stop)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", ServerProcess.Key);
        while (!stop.IsCancellationRequested)
        {
            redis.Suspend();
            await Eventually.TrueAsync(async () => !await PublishesAsync(http, server));
            redis.Resume();
            await Eventually.TrueAsync(() => PublishesAsync(http, server));
            for (var kills = 0; kills < 5 && !stop.IsCancellationRequested; kills++)
            {
                await Eventually.TrueAsync(async () => await redis.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub") is > 0L);
                await Eventually.TrueAsync(
                    async () => await redis.CommandAsync("PUBLISH", "{tornadose:orders}", "\u0001T1;forged") is > 0L);
            }
        }
    }

    private static async Task<bool> PublishesAsync(HttpClient http, DashboardServer server)
    {
        using var answer = await http.PostAsync(
            server.Store("orders"), new StringContent("?", Encoding.UTF8, "text/plain"), CancellationToken.None).WithTimeout();
        return answer.IsSuccessStatusCode;
    }

    private static async Task<HashSet<string>> ExportedAsync(DashboardServer server)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(server.Url, "metrics")).WithTimeout();
        return [.. text.Split('\n').Where(static line => !line.StartsWith('#')).SelectMany(
            static line => PrometheusNames.In(line.Split('{')[0]))];
    }

    private static bool IsRare(string query) => PrometheusNames.In(query).Any(Rare.Contains);

    private static string Filled(string query) =>
        query.Replace("$__rate_interval", "20s", StringComparison.Ordinal).Replace("$job", ".*", StringComparison.Ordinal)
            .Replace("$store", ".*", StringComparison.Ordinal);

    private static List<string> Queries() =>
        [.. JsonElement.Parse(File.ReadAllText(Repository.File("ops/grafana/tornadose.json"))).GetProperty("panels").EnumerateArray()
            .Where(static panel => panel.TryGetProperty("targets", out _))
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
            .Select(static target => target.GetProperty("expr").GetString()!)];
}
