using System.Text;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

public sealed class WebSocketPingTests
{
    [Fact]
    [Case("WS-12")]
    public async Task Ping_AThousandAmongHeavyData_AreAnsweredInOrderAndNothingIsTorn()
    {
        await using var host = await StoresApp.StartAsync(
            orders => orders.Capacity = 10_000,
            options => (options.MaxInboundMessagesPerSecond, options.KeepAlive) = (100, TimeSpan.FromHours(1))); // no ping of the server
        await using var socket = await RawWs.OpenAsync(host.Orders("?from=earliest"));
        var text = new string('x', 5000);
        var publishing = Task.Run(async () =>
        {
            for (var number = 0; number < 2000; number++)
                await host.OrdersStore().PublishAsync(text);
        });
        var pinging = Task.Run(async () =>
        {
            for (var number = 0; number < 1000; number++)
                await socket.SendAsync(WsOpcode.Ping, Encoding.ASCII.GetBytes($"{number}"));
        });
        var (data, pongs) = (0, new List<string>());
        while (data < 2000 || pongs.Count < 1000)
        {
            var frame = await socket.NextAsync();
            if (frame.Opcode == WsOpcode.Pong)
                pongs.Add(frame.Text);
            else if (frame.Opcode == WsOpcode.Text && frame.Text.EndsWith($"\"data\":\"{text}\"}}", StringComparison.Ordinal))
                data++;
            else
                Assert.Fail($"Opcode {frame.Opcode} with {frame.Payload.Length} bytes.");
        }

        await Task.WhenAll(publishing, pinging).WithTimeout();
        Assert.Equal(Enumerable.Range(0, 1000).Select(number => $"{number}"), pongs);
    }

    [Theory]
    [Case("WS-12")]
    [InlineData(0)]
    [InlineData(125)]
    public async Task Ping_AnyPayload_ComesBack(int length)
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        var payload = Enumerable.Range(0, length).Select(index => (byte)index).ToArray();
        await socket.SendAsync(WsOpcode.Ping, payload);
        var pong = await socket.NextAsync();
        Assert.Equal(WsOpcode.Pong, pong.Opcode);
        Assert.Equal(payload, pong.Payload);
    }

    [Fact]
    [Case("WS-16")]
    public async Task KeepAlive_PeerThatAnswersPings_Stays()
    {
        await using var host = await StoresApp.StartAsync(
            options: options => (options.KeepAlive, options.KeepAliveTimeout) = (TimeSpan.FromSeconds(1), Eventually.HangTimeout));
        await using var client = NodeClient.WebSocket(host.WebSocketUrl("/stores/orders?from=earliest"));
        await client.NextAsync("ping");
        await client.NextAsync("ping"); // comes only after the first was answered
        await client.NextAsync("ping");
        await host.OrdersStore().PublishAsync("x");
        await client.NextAsync("message");
        Assert.Equal(1, host.Subscribers());
    }

    [Fact]
    [Case("WS-16")]
    public async Task KeepAlive_PeerThatNeverAnswers_IsFreed()
    {
        await using var host = await StoresApp.StartAsync(
            options: options => (options.KeepAlive, options.KeepAliveTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        Assert.Equal(WsOpcode.Ping, (await socket.NextAsync()).Opcode);
        await host.UntilSubscribersAsync(0);
        host.Logs.AssertNoErrors();
    }
}
