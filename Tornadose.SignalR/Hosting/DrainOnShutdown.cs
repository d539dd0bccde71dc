using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hosting;

/// <summary>
/// Ends the subscriptions when the application begins to stop. The server aborts requests only after the host's shutdown timeout, so a
/// response that never ends has to be ended here.
/// </summary>
/// <remarks>
/// The callback waits for the drain. SignalR has its own callback, which aborts all its connections at once, without a close message.
/// Callbacks run one after the other, the latest registration first. So this one is registered after everything else has started, and
/// waits: hub connections are then closed with a reason and spread over time, like the others. Meanwhile the server still listens, and
/// tells new clients to come back later.
/// </remarks>
internal sealed class DrainOnShutdown(
    IHostApplicationLifetime lifetime, SubscriberRegistry registry, TornadoseOptions options) : IHostedLifecycleService, IDisposable
{
    private CancellationTokenRegistration _stopping;
    private Task _drained = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _stopping = lifetime.ApplicationStopping.UnsafeRegister(static state => ((DrainOnShutdown)state!).Begin(), this);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _drained.WaitAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    /// <summary>The drain keeps to its window by itself; the limit is for a clock that stands still, as in tests.</summary>
    private void Begin()
    {
        _drained = registry.DrainAsync();
        _drained.Wait(2 * options.DrainWindow);
    }
}
