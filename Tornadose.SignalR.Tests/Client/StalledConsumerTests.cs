using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>The memory of a client whose consumer does not read, measured in bytes read from its connection.</summary>
public sealed class StalledConsumerTests
{
    /// <summary>One message with its buffers, which double as they grow.</summary>
    private const int MostHeld = 64 * 1024;

    private static readonly string Text = new('x', 10_000);

    private long _received;

    /// <summary>
    /// When the server ends the connection, nobody has been reading. The client then reads what it has received and, after a resume, what
    /// the server still keeps.
    /// </summary>
    [Theory]
    [InlineData(StoreTransport.ServerSentEvents, 20_000, false)]
    [InlineData(StoreTransport.ServerSentEvents, 100, true)]
    [InlineData(StoreTransport.WebSocket, 20_000, false)]
    [InlineData(StoreTransport.WebSocket, 100, true)]
    public async Task Consumer_TakesNothing_HoldsAMessageAndThenGetsAllThatIsKept(StoreTransport wire, int capacity, bool losesSome)
    {
        await using var host = await StoresApp.StartAsync(
            orders => (orders.Capacity, orders.MaxBytes, orders.SendTimeout) = (capacity, 256 << 20, TimeSpan.FromMilliseconds(100)),
            static options => options.RetryMin = options.RetryMax = TimeSpan.FromMilliseconds(20));
        await using var services = Client(host, wire);
        await using var reader = services.GetRequiredService<TornadoseClient>()
            .ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        for (var number = 1; number <= 2; number++) // the first comes with the initial request, the second by the stream
        {
            await PublishAsync(host, 1);
            await reader.NextAsync();
        }

        var before = Volatile.Read(ref _received);
        await Eventually.TrueAsync(
            async () =>
            {
                await PublishAsync(host, 10); // until both sockets' buffers are full; the kernel chooses their size
                return host.Subscribers() == 0;
            },
            what: "the server gives the line up");
        Assert.InRange(Volatile.Read(ref _received) - before, 0, MostHeld);
        if (losesSome)
            await PublishAsync(host, capacity + 1); // now, at the latest, the window has passed
        Assert.Equal(losesSome, await ReadAsync(reader, host.OrdersStore().Position.Offset) > 0);
        await host.OrdersStore().PublishAsync("next");
        Assert.Equal("next", await reader.TakeAsync(1));
    }

    /// <summary>Checks that each message follows the one before it, or a reset that reports missing ones.</summary>
    /// <returns>The number of resets.</returns>
    private static async Task<int> ReadAsync(IAsyncEnumerator<ReceivedMessage> reader, long end)
    {
        var resets = 0;
        for (var last = 2L; last < end;)
        {
            var message = await reader.NextAsync();
            Assert.True(MessagePosition.TryParse(message.Id, out var position));
            if (message.Reset is null)
                Assert.Equal(last + 1, position.Offset);
            else
                resets++;
            last = position.Offset;
        }

        return resets;
    }

    private static async Task PublishAsync(TestHost host, int count)
    {
        for (var number = 0; number < count; number++)
            await host.OrdersStore().PublishAsync(Text);
    }

    private ServiceProvider Client(TestHost host, StoreTransport wire)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddTornadoseClient(options =>
        {
            (options.BaseAddress, options.Transport) = (host.Url("/stores"), wire);
            options.ReconnectDelay = options.MaxReconnectDelay = TimeSpan.FromMilliseconds(10);
        }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { ConnectCallback = ConnectAsync });
        return services.BuildServiceProvider();
    }

    /// <summary>Opens a connection with a small receive buffer.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new CountedStream(socket, count => Interlocked.Add(ref _received, count));
    }

    private sealed class CountedStream(Socket socket, Action<int> received) : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            received(count);
            return count;
        }
    }
}
