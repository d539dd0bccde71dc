using Tornadose.SignalR;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Hosting;
using Tornadose.SignalR.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the stores' health check.</summary>
public static class TornadoseHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a readiness check of whether messages are <em>delivered</em>, which an open port and an answer to a ping do not show. In
    /// memory a message is sent the way of all messages; with Redis the node sends itself messages over the bus
    /// (<c>RedisBackplaneOptions.ProbeInterval</c>) and compares positions. It is also unhealthy while the application stops. It leaves
    /// no message in a store.
    /// </summary>
    /// <param name="builder">The application's health checks, from <c>services.AddHealthChecks()</c>.</param>
    /// <param name="name">The check's name. Default <c>tornadose</c>.</param>
    /// <param name="failureStatus">What to report when messages are not delivered. Default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose checks by. Default <c>ready</c>. Do not make it a liveness check: an outage of Redis is no reason
    /// to restart a process.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddTornadose(
        this IHealthChecksBuilder builder, string name = "tornadose", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name, Create, failureStatus, tags ?? ["ready"]));
    }

    private static DeliveryHealthCheck Create(IServiceProvider services)
    {
        var stores = services.GetService<StoreProvider>() ?? throw new InvalidOperationException(
            "The health check needs the stores' services. Add this line before the application is built: "
            + "builder.Services.AddTornadose();");
        return new DeliveryHealthCheck(
            new DeliveryProbe(stores, services.GetRequiredService<IBackplane>(), services.GetRequiredService<TimeProvider>()),
            services.GetRequiredService<SubscriberRegistry>());
    }
}
