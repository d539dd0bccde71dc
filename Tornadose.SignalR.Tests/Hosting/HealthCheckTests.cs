using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

public sealed class HealthCheckTests
{
    [Fact, Case("PROC-11")]
    public async Task Check_MessagesAreDelivered_IsHealthyAndLeavesNoMessage()
    {
        await using var host = await StartAsync();
        await using var answer = await RawHttp.GetAsync(host.Url("/health"));
        Assert.Equal(200, answer.Status);
        Assert.All(host.Get<IStoreProvider>().Names, name => Assert.Equal(0, host.Get<IStoreProvider>().GetStore(name).Position.Offset));
        var check = Assert.Single((await host.Get<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"))).Entries);
        Assert.Equal("tornadose", check.Key);
    }

    [Fact, Case("PROC-11")]
    public async Task Check_OneReaderBlocksTheOthers_IsUnhealthyAndNamesTheStore()
    {
        var clock = new FakeTimeProvider();
        await using var host = await StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        using var waiter = new BlockingWaiter();
        var log = host.OrdersStore().OpenCursor(StartAt.Now).Log;
        log.Signal.Join(waiter).Register(log.LastSequence + 1);
        await host.OrdersStore().PublishAsync("stuck");
        await waiter.Entered.WithTimeout();
        var report = await CheckAsync(host, clock);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("'orders'", report.Entries["tornadose"].Description);
        waiter.Release();
        await Eventually.TrueAsync(async () => (await CheckAsync(host, clock)).Status == HealthStatus.Healthy);
    }

    [Fact, Case("PROC-11")]
    public async Task Check_BackplaneKnowsOfAFault_SaysIt()
    {
        await using var host = await StartAsync(services => services.AddSingleton<IBackplane, FaultyBackplane>());
        var report = await host.Get<HealthCheckService>().CheckHealthAsync();
        Assert.Equal((HealthStatus.Unhealthy, "The cable is out."), (report.Status, report.Entries["tornadose"].Description));
    }

    [Fact, Case("PROC-11")]
    public async Task Check_WhileStopping_IsUnhealthy()
    {
        await using var host = await StartAsync();
        await host.Get<SubscriberRegistry>().DrainAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await host.Get<HealthCheckService>().CheckHealthAsync()).Status);
    }

    [Fact]
    public async Task AddTornadose_WithoutStores_SaysWhatIsMissing()
    {
        await using var services = new ServiceCollection().AddLogging().AddHealthChecks().AddTornadose().Services.BuildServiceProvider();
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => services.GetRequiredService<HealthCheckService>().CheckHealthAsync());
        Assert.Contains("builder.Services.AddTornadose()", failure.Message);
    }

    private static async Task<HealthReport> CheckAsync(TestHost host, FakeTimeProvider clock)
    {
        var checking = host.Get<HealthCheckService>().CheckHealthAsync();
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            return checking.IsCompleted;
        });
        return await checking;
    }

    private static Task<TestHost> StartAsync(Action<IServiceCollection>? services = null) => TestHost.StartAsync(
        builder =>
        {
            services?.Invoke(builder.Services);
            builder.Services.AddHealthChecks().AddTornadose();
            builder.Services.AddTornadose(options => options.DrainWindow = TimeSpan.Zero).AddQueueStore("orders").AddDataStore("weather");
        },
        app => app.MapHealthChecks("/health"));

    /// <summary>A reader that blocks the thread that wakes all others.</summary>
    private sealed class BlockingWaiter : IAppendWaiter, IDisposable
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        public Task Entered => _entered.Task;

        public void Wake()
        {
            _entered.TrySetResult();
            _released.Wait(TimeSpan.FromSeconds(60));
        }

        public void Release() => _released.Set();

        public void Dispose() => _released.Dispose();
    }

    private sealed class FaultyBackplane : IBackplane
    {
        private readonly LocalBackplane _inner = new(TimeProvider.System);

        public IBackplaneChannel Open(string store, MessageLogLimits limits) => _inner.Open(store, limits);

        public ValueTask<string?> FindFaultAsync(CancellationToken cancellationToken) => new("The cable is out.");
    }
}
