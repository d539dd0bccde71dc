using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Documents;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>
/// An application with families of stores of every kind, on all transports. Its clock moves only when a test advances it, and its sockets
/// have small buffers, so that a client that does not read is detected early. Each test uses stores of its own.
/// </summary>
public sealed class SpecificationHost : IAsyncLifetime
{
    /// <summary>The capacity of the stores named <c>window/…</c>.</summary>
    public const int Window = 8;

    /// <summary>The capacity of the stores with a policy.</summary>
    public const int SmallWindow = 16;

    public static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(1);

    private const int SendBuffer = 16 * 1024;

    private MetricsRecorder? _metrics;
    private TestHost? _test;

    public FakeTimeProvider Clock { get; } = new();

    public TestHost Test => _test!;

    public MetricsRecorder Metrics => _metrics!;

    /// <summary>The number of subscribers of a transport that were disconnected because they were slow.</summary>
    public long EndedAsSlow(string transport) => (long)Metrics.Sum("subscribers.ended", $"transport={transport}", "reason=slow");

    public int Subscribers => Test.Get<SubscriberRegistry>().Count;

    public async ValueTask InitializeAsync()
    {
        _test = await StartAsync(Clock);
        _metrics = MetricsRecorder.Of(_test, "subscribers.ended", "resets", "resumes");
    }

    public async ValueTask DisposeAsync()
    {
        var stopped = Task.Run(() => Test.DisposeAsync().AsTask()); // stopping waits for the drain
        while (!stopped.IsCompleted)
        {
            Clock.Advance(KeepAlive); // the drain waits on this clock
            await Task.WhenAny(stopped, Task.Delay(1));
        }

        await stopped;
        Metrics.Dispose();
    }

    /// <summary>A store of its own for one test.</summary>
    internal SpecificationStore Store(string family) =>
        new(Test, family, family is "data" or "skip" ? LedgerRule.Latest : LedgerRule.Every);

    /// <param name="clock">The clock of the delivery; null for the system's.</param>
    /// <param name="options">Configures more options.</param>
    /// <param name="build">Adds more services.</param>
    public static Task<TestHost> StartAsync(
        TimeProvider? clock = null, Action<TornadoseOptions>? options = null,
        Action<WebApplicationBuilder>? build = null) => TestHost.StartAsync(
        builder =>
        {
            if (clock is not null)
                builder.Services.AddSingleton(clock);
            builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = static endpoint =>
            {
                var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
                socket.SendBufferSize = SendBuffer; // accepted connections inherit it
                return socket;
            });
            AddStores(builder.Services, options);
            builder.Services.AddSignalR(static hub =>
            {
                hub.KeepAliveInterval = KeepAlive;
                hub.HandshakeTimeout = TimeSpan.FromMinutes(10);
                hub.ClientTimeoutInterval = TimeSpan.FromMinutes(10); // bare sockets send no ping
            }).AddMessagePackProtocol();
            Nobody.Add(builder.Services);
            build?.Invoke(builder);
        },
        app =>
        {
            app.MapStores("/stores");
            app.MapStoreHub("/hubs/stores", static hub => hub.TransportSendTimeout = TimeSpan.FromMinutes(10)); // measured in real time
            app.MapStores("/closed").RequireAuthorization();
            app.MapStoreHub("/hubs/closed").RequireAuthorization();
        });

    private static void AddStores(IServiceCollection services, Action<TornadoseOptions>? options) => services
        .AddTornadose(all =>
        {
            all.KeepAlive = KeepAlive;
            all.KeepAliveTimeout = TimeSpan.FromMinutes(10); // bare sockets answer no ping
            options?.Invoke(all);
        })
        .AddDocumentedFormat()
        .AddDataStore("data/{id}")
        .AddQueueStore("window/{id}", store => store.Capacity = Window)
        .AddQueueStore("large/{id}", store => (store.Capacity, store.MaxBytes) = (16_384, 64 << 20))
        .AddQueueStore("reset/{id}", store => (store.Capacity, store.SlowConsumer) = (SmallWindow, SlowConsumerPolicy.Reset))
        .AddQueueStore("skip/{id}", store => (store.Capacity, store.SlowConsumer) = (SmallWindow, SlowConsumerPolicy.SkipToLatest))
        .AddQueueStore("disconnect/{id}", store => (store.Capacity, store.SlowConsumer) = (SmallWindow, SlowConsumerPolicy.Disconnect));
}
