using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.ServerSentEvents;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>
/// Random hub calls, well formed or not: each is answered or ends its connection, no answer discloses internals, and nothing remains. Set
/// <c>TORNADOSE_FUZZ_CALLS</c> for more calls.
/// </summary>
public sealed class HubArgumentsFuzzTests(ITestOutputHelper output)
{
    private const int CallsOfAConnection = 40;

    [Fact, Case("SEC-06", "SEC-16", "SEC-25", "SR-13")]
    public async Task Calls_WithRandomArguments_AreAnsweredInWordsOrEndTheConnection()
    {
        await using var host = await HubHost.StartAsync(
            builder =>
            {
                builder.Services.AddAuthorizationBuilder().AddPolicy("anybody", policy => policy.RequireAssertion(_ => true));
                builder.Services.Configure<TornadoseOptions>(options => options.MaxHubCallsPerSecond = null);
                builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Tornadose", LogLevel.Warning);
            },
            orders: orders => (orders.PublishPolicy, orders.Capacity, orders.MaxMessageBytes) = ("anybody", 100_000, 2000));
        var random = RandomText.Create();
        var (answers, ends) = (new SortedDictionary<string, int>(StringComparer.Ordinal), 0);
        var connections = RandomText.Times("TORNADOSE_FUZZ_CALLS", 4000) / CallsOfAConnection;
        for (var number = 0; number < connections; number++)
        {
            var run = random.Run(number);
            await using var client = await MemoryHubConnection.ConnectAsync(host);
            ends += await CallAsync(client, run) ? 0 : 1;
            foreach (var answer in client.Writes.SelectMany(write => write).OfType<CompletionMessage>())
                answers[Words(answer)] = answers.GetValueOrDefault(Words(answer)) + 1;
        }

        output.WriteLine(
            $"{ends} connections ended by the server\n{string.Join('\n', answers.Select(pair => $"{pair.Value,6} {pair.Key}"))}");
        Assert.All(answers.Keys, words => Assert.DoesNotMatch("Tornadose\\.|   at |System\\.|0x|\\.cs", words));
        Assert.True(answers.GetValueOrDefault("done") > 100 && answers.Count > 3);
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
        await CheckPublishedAsync(host);
        Assert.DoesNotContain(host.Host.Logs.GetSnapshot(), entry => entry.Category!.StartsWith("Tornadose", StringComparison.Ordinal));
        await using var after = await host.SubscribeAsync();
        await host.PublishAsync("still here");
        Assert.Equal("still here", (await after.NextAsync()).Data);
    }

    private static string Words(CompletionMessage answer) =>
        answer.Error is { } error ? new string([.. error.TakeWhile(c => c is not ('\'' or '\n' or ':'))]) : "done";

    /// <returns>False when the server ended the connection.</returns>
    private static async Task<bool> CallAsync(MemoryHubConnection client, RandomText run)
    {
        var sent = new List<string>();
        for (var call = 0; call < CallsOfAConnection && !client.Served.IsCompleted; call++)
        {
            sent.Add(Next(run, call));
            await client.SendTextAsync(sent[^1] + "\u001e");
        }

        await client.SendAsync(new InvocationMessage("last", "Unsubscribe", ["nothing"]));
        await Eventually.TrueAsync(
            () => client.Served.IsCompleted || client.Answer("last") is not null,
            what: $"the last answer; TORNADOSE_SEED={run.Seed}\n{string.Join('\n', sent)}");
        Assert.True(
            client.Served.IsCompletedSuccessfully || !client.Served.IsCompleted, $"TORNADOSE_SEED={run.Seed}: {client.Served.Exception}");
        return !client.Served.IsCompleted;
    }

    private static string Next(RandomText run, int call)
    {
        // No type that SignalR does not know: after such a message it reads nothing until the client times out.
        var type = run.OneIn(40) ? run.Of("2", "3", "5", "6", "7", "8", "9", "\"1\"", "null") : run.OneIn(5) ? "4" : "1";
        var target = run.OneIn(20)
            ? run.Of("Dispose", "OnConnectedAsync", "OnDisconnectedAsync", "get_Groups", "", "Enter", "subscribe ", "ToString", "Finalize")
            : run.Of("Subscribe", "Resume", "Watch", "WatchAfter", "Publish", "PublishWith", "Unsubscribe", "publish");
        var id = run.OneIn(20) ? "" : $"\"invocationId\":\"{call}\",";
        var arguments = string.Join(',', Arguments(run, target == "PublishWith" ? 4 : 2));
        var text = $"{{\"type\":{type},{id}\"target\":\"{target}\",\"arguments\":[{arguments}]}}";
        if (!run.OneIn(200))
            return text;
        var mutated = new string(run.Mutate<char>(text, () => run.Of('"', '{', '}', '[', ',', '\0', '\ud800', 'é', ':')));
        // After a type of two digits, too, SignalR would read nothing more.
        return Regex.IsMatch(mutated, @"""type"":\d\d") ? text : mutated;
    }

    private static IEnumerable<string> Arguments(RandomText run, int count)
    {
        if (run.OneIn(15))
            return Enumerable.Range(0, run.Next(5)).Select(_ => Json(run));
        var store = run.OneIn(4) ? run.Of(
            "null", "\"\"", "\"unknown\"", "\"*\"", "\"{}\"", "\"_ticket\"", "\"ORDERS\"", "\"orders\\u0000\"", "\"\\ud800\"", "17",
            $"\"{new string('x', 200)}\"") : run.Of("\"orders\"", "\"weather\"");
        var second = run.Next(4) switch
        {
            0 => run.Of("null", "\"\"", "\"x\"", "\"0123456789abcdef-1-00000000\"", "\"-1\"", $"\"{new string('9', 3000)}\""),
            _ => Json(run),
        };
        var others = Enumerable.Range(2, count - 2).Select(_ => run.OneIn(2) ? "null" : run.OneIn(2) ? "\"key\"" : Json(run));
        return [store, second, .. others];
    }

    /// <summary>Mostly valid for the protocol: an invalid message ends the connection, and with it the calls that follow.</summary>
    private static string Json(RandomText run)
    {
        var json = run.Json();
        if (json.Contains(new string('[', 60), StringComparison.Ordinal) && !run.OneIn(20))
            json = run.Json(0);
        return run.OneIn(100) ? json : string.Concat(json.Select(c => c < ' ' && c != '\n' ? $"\\u{(int)c:x4}" : $"{c}"));
    }

    /// <summary>Checks that each accepted value is one message on the strictest of the wires.</summary>
    private static async Task CheckPublishedAsync(HubHost host)
    {
        var count = 0;
        using var end = new CancellationTokenSource(Eventually.HangTimeout);
        await foreach (var message in host.Orders.ReadAllAsync(StartAt.Earliest, end.Token))
        {
            var parsed = EncodedEvent.Parse(EncodedEvent.Of(new FrameContent("orders", message.Id, message)));
            Assert.Equal(EncodedEvent.Normalise(message.GetText()), parsed.Data);
            if (++count == host.Orders.Position.Offset)
                break;
        }

        Assert.True(count > 100, $"{count} published");
    }
}
