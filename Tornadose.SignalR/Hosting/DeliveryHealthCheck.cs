using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hosting;

/// <summary>Healthy while messages are delivered and new subscribers are accepted.</summary>
internal sealed class DeliveryHealthCheck(DeliveryProbe probe, SubscriberRegistry registry) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var fault = registry.IsDraining
            ? "The application is stopping: its subscribers go to other nodes."
            : await probe.FindFaultAsync(cancellationToken);
        return fault is null ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, fault);
    }
}
