using BlazorDashboard.Proc;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BlazorDashboard.Metrics;

/// <summary>Registers the readers of the machine's metrics.</summary>
public static class MetricsServices
{
    /// <summary>What all readers share.</summary>
    public static IServiceCollection AddMachineReaders(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(new ProcFiles()).AddSingleton<ConnectionCounts>().AddSingleton<DeliveryMeter>()
            .AddHostedService<NodePresence>();
    }

    /// <summary>Creates the readers that count changes: they have to be there before the first connection.</summary>
    public static void StartCounting(this IServiceProvider services)
    {
        services.GetRequiredService<ConnectionCounts>();
        services.GetRequiredService<DeliveryMeter>();
    }

    /// <summary>
    /// While the store has subscribers, publishes what a reader reads, once in each <paramref name="period"/>; of the nodes that share the
    /// store, one does. Every start uses a new reader, because the counters of the last one are outdated.
    /// </summary>
    public static ITornadoseStoreBuilder<T> SampledBy<T, TReader>(this ITornadoseStoreBuilder<T> store, TimeSpan period)
        where T : class
        where TReader : class, IMetricsReader<T> =>
        store.ProducedBy((services, sampled, stop) => new MachineSampler<T>(
            ActivatorUtilities.CreateInstance<TReader>(services), period, services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<MachineSampler<T>>>()).RunAsync(sampled, stop));
}
