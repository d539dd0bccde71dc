using System.Net;
using System.Text.Json;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.FileLogs;

/// <summary>A real application with its stores in files, and what can happen to its process.</summary>
public sealed class FileLogProcessTests(DemoFixture demos) : IDisposable
{
    private const int Publishers = 8;

    private readonly FileLogFolder _folder = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact, Case("PROC-06")]
    public async Task Kill_WhilePublishing_EveryAcceptedMessageIsThereAndIdsResume()
    {
        await using var server = await demos.StartAsync("chat", ["--files", _folder.Path, "--Tornadose:Stores:room:Capacity=100000", "--Tornadose:FileLog:SegmentBytes=4096"]);
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

        Assert.InRange(_folder.Files("room").Length, 3, 1000);
    }

    [Fact]
    public async Task Disk_ThatIsFull_RefusesMessagesAndStoresNoHalves()
    {
        await using var server = await demos.StartAsync("chat", ["--files", _folder.Path], fileLimit: 64);
        var ledger = new Ledger();
        var text = new string('x', 9_000);
        var last = await PublishAsync(server, ledger, text);
        HttpResponseMessage answer;
        while ((answer = await PostAsync(server, text)).IsSuccessStatusCode)
            ledger.Published(last = await IdOfAsync(answer), text);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("Nothing can be published", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        ledger.Published(last = await IdOfAsync(await PostAsync(server, "small ones still fit")), "small ones still fit");
        Assert.Equal(last, (await SnapshotAsync(server)).Top);

        await server.KillAsync();
        await server.StartAgainAsync();
        var (top, log) = await SnapshotAsync(server);
        Assert.Equal(last, top);
        Assert.Equal(8, log.Count);
        ledger.Check(log: log);
        ledger.Published(await IdOfAsync(await PostAsync(server, text)), text); // the disk has room again
        ledger.Check(log: (await SnapshotAsync(server)).Log);
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
        return (snapshot.GetProperty("id").GetString()!, [.. snapshot.GetProperty("messages").EnumerateArray().Select(message => (message.GetProperty("id").GetString()!, message.GetProperty("data").GetString()!))]);
    }

    private Task<HttpResponseMessage> PostAsync(DashboardServer server, string text) => _http.PostAsync(server.Store("room"), new StringContent(text)).WithTimeout();

    /// <summary>Publishes, and writes down what came of it.</summary>
    /// <returns>The id; null when the server went away.</returns>
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
