using System.Diagnostics;
using System.Text.Json;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Sqlite;

/// <summary>A real application with its stores on SQLite, and faults of its process.</summary>
public sealed class SqliteProcessTests(DemoFixture demos) : IDisposable
{
    private const int Publishers = 8;

    private readonly StoresFile _file = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _file.Dispose();
    }

    [Fact, Case("PROC-06")]
    public async Task Kill_WhilePublishing_EveryAcceptedMessageIsThereAndIdsResume()
    {
        await using var server = await demos.StartAsync("chat", ["--database", _file.Path, "--Tornadose:Stores:room:Capacity=100000"]);
        var ledger = new Ledger();
        var subscriber = ledger.Subscriber("curl", "sse", after: await PublishAsync(server, ledger, "first"));
        for (var life = 1; life <= 2; life++)
        {
            var accepted = 0;
            var publishing = Enumerable.Range(0, Publishers).Select(publisher => Task.Run(async () =>
            {
                for (var i = 0; await PublishAsync(server, ledger, $"{life} {publisher} {i}") is not null; i++)
                    Interlocked.Increment(ref accepted);
            })).ToArray();
            await Eventually.TrueAsync(() => Volatile.Read(ref accepted) > 300);
            await server.KillAsync();
            await Task.WhenAll(publishing).WithTimeout();
            await server.StartAgainAsync();

            var (top, log) = await SnapshotAsync(server);
            subscriber.Connected("sse", subscriber.LastId);
            await using var curl = CurlClient.Start(server.Store("room"), "-H", $"Last-Event-ID: {subscriber.LastId}");
            while (subscriber.LastId != top)
                subscriber.Message((await curl.NextAsync("id: "))["id: ".Length..], (await curl.NextAsync("data: "))["data: ".Length..]);
            ledger.Check(top, log);
        }
    }

    /// <summary>A lock file can be deleted, and a hard link has another lock file, so the database itself is locked as well.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SecondProcess_WithoutTheLockFileOrByAHardLink_IsRefused(bool byLink)
    {
        await using var backplane = _file.Open();
        var path = Path.Combine(_file.Folder, byLink ? "link.db" : "stores.db");
        if (byLink)
            await Process.Start("ln", [_file.Path, path]).WaitForExitAsync().WithTimeout();
        else
            File.Delete($"{_file.Path}-lock");
        await using var second = LineProcess.Start("dotnet", [Repository.Metadata("SqliteLifeProgram"), path, "1", "1"]);
        Assert.Equal("up", await second.NextAsync(TimeSpan.FromMinutes(2)));
        await second.WriteLineAsync("go");
        Assert.Null(await second.NextOrEndAsync(TimeSpan.FromMinutes(2)));
        var words = $"The database '{path}' is in use by another process";
        await Eventually.TrueAsync(() => second.Errors.Contains(words, StringComparison.Ordinal));
    }

    private static async Task<string> IdOfAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {body}");
        return JsonElement.Parse(body).GetProperty("id").GetString()!;
    }

    private async Task<(string Top, List<(string Id, string Payload)> Log)> SnapshotAsync(DashboardServer server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Store("room"));
        request.Headers.Accept.ParseAdd("application/json");
        var snapshot = JsonElement.Parse(await (await _http.SendAsync(request)).Content.ReadAsStringAsync());
        var messages = snapshot.GetProperty("messages").EnumerateArray()
            .Select(static message => (message.GetProperty("id").GetString()!, message.GetProperty("data").GetString()!));
        return (snapshot.GetProperty("id").GetString()!, [.. messages]);
    }

    private Task<HttpResponseMessage> PostAsync(DashboardServer server, string text) =>
        _http.PostAsync(server.Store("room"), new StringContent(text)).WithTimeout();

    /// <summary>Publishes, and records the outcome.</summary>
    /// <returns>The id; null if the server disconnected.</returns>
    private async Task<string?> PublishAsync(DashboardServer server, Ledger ledger, string text)
    {
        try
        {
            var id = await IdOfAsync(await PostAsync(server, text));
            ledger.Published(id, text);
            return id;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            ledger.Uncertain(text);
            return null;
        }
    }
}
