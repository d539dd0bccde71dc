using BlazorDashboard.Proc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tornadose.SignalR;

namespace BlazorDashboard.Metrics;

/// <summary>Registers what reads the machine.</summary>
public static class MetricsServices
{
    /// <summary>What all readers share.</summary>
    public static IServiceCollection AddMachineReaders(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(new ProcFiles()).AddSingleton<ConnectionCounts>().AddSingleton<DeliveryMeter>();
    }

    /// <summary>Publishes to <paramref name="store"/>, once in a <paramref name="period"/>, what a reader reads.</summary>
    public static IServiceCollection AddSampler<T, TReader>(this IServiceCollection services, string store, TimeSpan period)
        where T : class
        where TReader : class, IMetricsReader<T> =>
        services.AddSingleton<IHostedService>(provider => new MachineSampler<T>(
            ActivatorUtilities.CreateInstance<TReader>(provider),
            provider.GetRequiredKeyedService<IStore<T>>(store),
            provider.GetRequiredService<BlazorDashboard.Stores.DashboardNode>(),
            period,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<MachineSampler<T>>>()));
}
