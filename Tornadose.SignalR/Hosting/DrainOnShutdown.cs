using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hosting;

/// <summary>
/// Ends the subscriptions when the application begins to stop. The server only aborts requests when the host's shutdown time-out is over;
/// a response that never ends has to end by itself.
/// </summary>
/// <remarks>
/// The callback waits for the drain. SignalR has a callback of its own, which cuts all its connections at once and without a word;
/// callbacks run one after the other, the latest registration first. Hence the registration when everything else has started, and the
/// wait: so connections of hubs are closed as politely and as spread as the others. Meanwhile the server still listens, and whoever comes
/// is told to come back.
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

    /// <summary>The drain keeps to its window by itself; the bound is for a clock that stands still, as in tests.</summary>
    private void Begin()
    {
        _drained = registry.DrainAsync();
        _drained.Wait(2 * options.DrainWindow);
    }
}
