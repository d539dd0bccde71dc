using Microsoft.Extensions.Hosting;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hosting;

/// <summary>
/// Ends the subscriptions when the application begins to stop. The server only aborts requests when the host's shutdown time-out is over;
/// a response that never ends has to end by itself.
/// </summary>
internal sealed class DrainOnShutdown(IHostApplicationLifetime lifetime, SubscriberRegistry registry) : IHostedService, IDisposable
{
    private CancellationTokenRegistration _stopping;
    private Task _drained = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping = lifetime.ApplicationStopping.UnsafeRegister(static state => ((DrainOnShutdown)state!).Begin(), this);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _drained.WaitAsync(cancellationToken);

    public void Dispose() => _stopping.Dispose();

    private void Begin() => _drained = registry.DrainAsync();
}
