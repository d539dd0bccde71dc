using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The transports below SignalR, with the browsers' client.</summary>
[Case("SR-14")]
public sealed class HubTransportTests
{
    [Theory]
    [InlineData("WebSockets")]
    [InlineData("ServerSentEvents")]
    [InlineData("LongPolling")]
    [InlineData("WebSockets", "messagepack")]
    [InlineData("LongPolling", "messagepack")]
    public async Task NodeClient_EveryTransport_SubscribesResumesWatchesAndLeaves(string transport, string protocol = "json")
    {
        await using var host = await HubHost.StartAsync();
        var ids = await host.PublishAsync(1, 3);
        await using var client = NodeClient.SignalR(host.Url, new { transport, protocol });
        await client.NextAsync("open");
        await client.SendAsync(new { id = 1, invoke = new[] { "Resume", "orders", ids[0] } });
        await host.PublishAsync(4, 50);
        var ledger = new Ledger();
        await AssertCleanAsync(host, ledger, await client.TakeAsync("message", 52), ids[0]);
        await client.SendAsync(new { id = 2, invoke = new[] { "Unsubscribe", "orders" } });
        while ((await client.NextAsync("result")).GetProperty("id").GetInt32() != 2)
            continue;
        Assert.Equal(0, host.Registry.Count);
        await client.SendAsync(new { id = 3, stream = new[] { "WatchAfter", "orders", "nonsense" } });
        Assert.Equal(
            "unknown", (await client.NextAsync("item")).GetProperty("value").GetProperty("reset").GetProperty("reason").GetString());
        await host.PublishAsync("watched");
        Assert.Equal("watched", (await client.NextAsync("item")).GetProperty("value").GetProperty("data").GetString());
        await client.SendAsync(new { id = 3, cancel = true });
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
    }

    [Fact]
    public async Task NodeClient_SubscribeAndResumeAfterAnUnknownId_WorksAndIsReset()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = NodeClient.SignalR(host.Url);
        await client.NextAsync("open");
        await client.SendAsync(new { id = 1, invoke = new[] { "Subscribe", "weather" } });
        await client.NextAsync("result");
        await client.SendAsync(new { id = 2, invoke = new[] { "Resume", "orders", "nonsense" } });
        var reset = await client.NextAsync("message");
        Assert.Equal("Reset", reset.GetProperty("method").GetString());
        Assert.Equal("unknown", reset.GetProperty("args")[1].GetProperty("reason").GetString());
        await host.Store("weather").PublishAsync(new { degrees = 21.5 });
        var message = (await client.NextAsync("message")).GetProperty("args");
        Assert.Equal(("weather", 21.5), (message[0].GetString(), message[1].GetProperty("data").GetProperty("degrees").GetDouble()));
    }

    [Fact]
    public async Task LongPolling_BinaryProtocol_DeliversABacklogInOneAnswer()
    {
        await using var host = await HubHost.StartAsync();
        var protocol = new MessagePackHubProtocol();
        using var http = new HttpClient();
        using var negotiated = await http.PostAsync(new Uri($"{host.Url}/negotiate?negotiateVersion=1"), null).WithTimeout();
        var token = JsonElement.Parse(await negotiated.Content.ReadAsStringAsync()).GetProperty("connectionToken").GetString();
        var url = new Uri($"{host.Url}?id={token}");
        (await http.GetAsync(url).WithTimeout()).Dispose();
        var output = new ArrayBufferWriter<byte>();
        HandshakeProtocol.WriteRequestMessage(new HandshakeRequestMessage(protocol.Name, 1), output);
        output.Write(protocol.GetMessageBytes(new InvocationMessage("Subscribe", ["orders"])).Span);
        (await http.PostAsync(url, new ByteArrayContent(output.WrittenSpan.ToArray())).WithTimeout()).Dispose();
        await Eventually.TrueAsync(() => host.Registry.Subscribers.Any());
        await host.PublishAsync(1, 20);
        var received = new List<byte>();
        while (Count(received, protocol) < 20)
            received.AddRange(await http.GetByteArrayAsync(url).WithTimeout());
        Assert.Equal(20, Count(received, protocol));
        (await http.DeleteAsync(url).WithTimeout()).Dispose();
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
    }

    private static async Task AssertCleanAsync(HubHost host, Ledger ledger, IReadOnlyList<JsonElement> messages, string after)
    {
        var subscriber = ledger.Subscriber("node", "SignalR", after);
        await foreach (var message in host.Orders.ReadAllAsync(Tornadose.SignalR.StartAt.Earliest))
        {
            ledger.Published(message.Id!, message.GetText());
            if (message.Id == host.Orders.Position.ToString())
                break;
        }

        foreach (var message in messages.Select(line => line.GetProperty("args")[1]))
            subscriber.Message(message.GetProperty("id").GetString(), message.GetProperty("data").GetString()!);
        ledger.Check(host.Orders.Position.ToString());
    }

    private static int Count(List<byte> received, MessagePackHubProtocol protocol)
    {
        var input = new ReadOnlySequence<byte>([.. received.SkipWhile(value => value != 0x1e).Skip(1)]);
        var count = 0;
        while (protocol.TryParseMessage(ref input, ClientBinder.Instance, out var message))
            count += message is InvocationMessage { Target: "Message" } ? 1 : 0;
        return count;
    }
}
