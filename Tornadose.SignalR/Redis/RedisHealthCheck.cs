using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Tornadose.SignalR.Redis;

/// <summary>Healthy when Redis answers, and messages come over the bus: an answer to a ping shows only the first.</summary>
internal sealed class RedisHealthCheck(RedisBackplane backplane) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        backplane.Fault is { } fault ? new HealthCheckResult(context.Registration.FailureStatus, fault) : HealthCheckResult.Healthy());
}
