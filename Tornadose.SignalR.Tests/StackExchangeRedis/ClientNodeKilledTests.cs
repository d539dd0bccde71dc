using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR.Client;
using Tornadose.SignalR.Tests.Client;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>The .NET client when the process that serves it is killed and a load balancer sends it to another one.</summary>
public sealed class ClientNodeKilledTests
{
    private const int Each = 20;

    [Fact]
    [Case("PROC-06", "RDS-20")]
    public async Task Node_IsKilled_ClientGoesOnAtTheOtherOnEveryWire()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = await DashboardServer.StartAsync(redis.NodeArguments);
        await using var b = await DashboardServer.StartAsync(redis.NodeArguments);
        await using var link = Hubs.CutProxy.Start(a.Url);
        var first = await PublishAsync(b, "first");
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri(link.Url, "/hubs/stores")).Build();
        StoreTransport[] wires =
            [StoreTransport.ServerSentEvents, StoreTransport.WebSocket, StoreTransport.LongPolling, StoreTransport.SignalR];
        var clients = wires.Select(wire => new TornadoseClient(new Uri(link.Url, "/stores"), new TornadoseClientOptions
        {
            Transport = wire,
            HubConnection = wire == StoreTransport.SignalR ? hub : null,
            ReconnectDelay = TimeSpan.FromMilliseconds(10),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(200),
        })).ToArray();
        var readers = clients.Select(client => client.ReadAllAsync("notes", StartAt.AfterId(first)).GetAsyncEnumerator()).ToArray();
        await CheckAsync(readers, await PublishManyAsync(b));
        await a.KillAsync();
        link.Redirect(b.Url);
        await CheckAsync(readers, await PublishManyAsync(b));
        await a.StartAgainAsync();
        await b.KillAsync();
        link.Redirect(a.Url);
        await CheckAsync(readers, await PublishManyAsync(a));
        foreach (var reader in readers)
            await reader.DisposeAsync();
        foreach (var client in clients)
            client.Dispose();
    }

    /// <summary>Checks that exactly these messages arrive, with their ids, on each wire.</summary>
    private static async Task CheckAsync(IAsyncEnumerator<ReceivedMessage>[] readers, List<string> published)
    {
        foreach (var reader in readers)
        {
            var seen = new List<string>();
            while (seen.Count < published.Count)
            {
                var message = await reader.NextAsync();
                seen.Add($"{message.Id} {(message.Reset is null ? message.GetText() : "reset")}");
            }

            Assert.Equal(published, seen);
        }
    }

    private static async Task<List<string>> PublishManyAsync(DashboardServer node)
    {
        var published = new List<string>();
        for (var number = 0; number < Each; number++)
            published.Add($"{await PublishAsync(node, $"note {number}")} note {number}");
        return published;
    }

    private static async Task<string> PublishAsync(DashboardServer node, string text)
    {
        using var http = new HttpClient();
        using var content = new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue("text/plain"));
        using var answer = await http.PostAsync(node.Store("notes"), content).WithTimeout();
        answer.EnsureSuccessStatusCode();
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
    }
}
