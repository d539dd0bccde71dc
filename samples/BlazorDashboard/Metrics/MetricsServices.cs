using BlazorDashboard.Proc;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BlazorDashboard.Metrics;

/// <summary>Registers what reads the machine.</summary>
public static class MetricsServices
{
    /// <summary>What all readers share.</summary>
    public static IServiceCollection AddMachineReaders(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(new ProcFiles()).AddSingleton<ConnectionCounts>().AddSingleton<DeliveryMeter>()
            .AddHostedService<NodePresence>();
    }

    /// <summary>
    /// While somebody looks, publishes once in a <paramref name="period"/> what a reader reads; of nodes that share the store one does.
    /// Each time with a new reader: the counters of the last one are of long ago.
    /// </summary>
    public static ITornadoseStoreBuilder<T> SampledBy<T, TReader>(this ITornadoseStoreBuilder<T> store, TimeSpan period)
        where T : class
        where TReader : class, IMetricsReader<T> =>
        store.ProducedBy((services, sampled, stop) => new MachineSampler<T>(
            ActivatorUtilities.CreateInstance<TReader>(services), period, services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<MachineSampler<T>>>()).RunAsync(sampled, stop));
}
