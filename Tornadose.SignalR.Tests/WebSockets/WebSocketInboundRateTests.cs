using Tornadose.SignalR.Tests.TestKit;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>A peer that keeps sending to an endpoint that ignores it.</summary>
public sealed class WebSocketInboundRateTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory, Case("WS-07", "WS-18"), InlineData(9, false), InlineData(10, false), InlineData(11, true)]
    public async Task Receive_MessagesAtOnce_AreIgnoredUpToTheLimit(int count, bool closed)
    {
        await using var host = await StartAsync();
        await using var metrics = MetricsRecorder.Of(host, "subscribers.ended");
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        for (var number = 0; number < count; number++)
            await socket.SendTextAsync($"hello {number}");
        if (!closed)
        {
            Assert.Equal(1000, (await socket.CloseAsync()).CloseCode);
            return;
        }

        var close = await socket.UntilCloseAsync();
        Assert.Equal((1008, "inbound_too_often"), (close.CloseCode, close.CloseReason));
        await socket.SendCloseAsync(1008);
        await host.UntilSubscribersAsync(0);
        Assert.Equal(1, metrics.Sum("subscribers.ended", "reason=inbound_too_often", "transport=websocket"));
        host.Logs.AssertNoErrors();
    }

    [Fact, Case("WS-07")]
    public async Task Receive_TenASecond_GoesOnForEver()
    {
        await using var host = await StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        for (var second = 0; second < 5; second++)
        {
            for (var number = 0; number < 10; number++)
                await socket.SendTextAsync("hello");
            await PingAsync(socket); // the server has read them
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1000, (await socket.CloseAsync()).CloseCode);
    }

    [Fact, Case("WS-07", "WS-13")]
    public async Task Receive_PingsAndPongsUpToTwentyTimesTheLimit_AreAnswered()
    {
        await using var host = await StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        for (var number = 0; number < 50; number++)
        {
            await socket.SendAsync(WsOpcode.Pong, []);
            await PingAsync(socket);
        }

        Assert.Equal(1000, (await socket.CloseAsync()).CloseCode);
    }

    [Fact, Case("WS-07", "WS-09")]
    public async Task Receive_EmptyFragmentsWithoutEnd_ClosesWith1008()
    {
        await using var host = await StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await socket.SendAsync(WsOpcode.Text, [], fin: false);
        for (var fragment = 0; fragment < 64; fragment++)
            await socket.SendAsync(WsOpcode.Continuation, [], fin: false);
        Assert.Equal(1008, (await socket.UntilCloseAsync()).CloseCode);
    }

    [Fact, Case("WS-07", "WS-13", "WS-18")]
    public async Task Receive_PingsWithoutEnd_ClosesWith1008()
    {
        await using var host = await StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        for (var number = 0; number < 201; number++)
            await socket.SendAsync(WsOpcode.Ping, []);
        var close = await socket.UntilCloseAsync();
        Assert.Equal((1008, "inbound_too_often"), (close.CloseCode, close.CloseReason));
        await socket.SendCloseAsync(1008);
        await host.UntilSubscribersAsync(0);
    }

    [Fact]
    public async Task Read_AfterTheLimit_TakesNoMoreThanACloseFrameNeeds()
    {
        using var stop = new CancellationTokenSource();
        var pings = 0;
        var stream = new SharedUpgradeStream(new EndlessPings());
        stream.AdmitsPing = () =>
        {
            if (++pings <= 100)
                return true;
            stream.Allow(16 * 1024, stop.Token);
            return false;
        };
        var buffer = new byte[4096];
        var total = 0L;
        var reading = stream.ReadAsync(buffer);
        while (reading.IsCompleted)
        {
            total += await reading;
            reading = stream.ReadAsync(buffer);
        }

        Assert.InRange(total, 16 * 1024, (16 * 1024) + (3 * buffer.Length));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading);
    }

    /// <summary>The server sends no pings of its own.</summary>
    private Task<TestHost> StartAsync() =>
        StoresApp.StartAsync(_time, options: static all => all.KeepAlive = TimeSpan.FromHours(1));

    private static async Task PingAsync(RawWs socket)
    {
        await socket.SendAsync(WsOpcode.Ping, []);
        Assert.Equal(WsOpcode.Pong, (await socket.NextAsync()).Opcode);
    }

    /// <summary>A client that sends pings as fast as they are read.</summary>
    private sealed class EndlessPings : MemoryStream
    {
        private static readonly byte[] Ping = [0x89, 0x80, 0, 0, 0, 0];
        private long _sent;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var index = 0; index < buffer.Length; index++)
                buffer.Span[index] = Ping[_sent++ % Ping.Length];
            return new(buffer.Length);
        }
    }
}
