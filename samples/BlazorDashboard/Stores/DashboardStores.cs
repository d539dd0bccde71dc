using BlazorDashboard.Metrics;
using Tornadose.SignalR;

namespace BlazorDashboard.Stores;

/// <summary>The stores of this application, each with its producer.</summary>
public static class DashboardStores
{
    private const int NoteBytes = 4096;

    /// <summary>Adds the stores and their producers. Notes are written by people.</summary>
    public static IServiceCollection AddDashboardStores(this IServiceCollection services, DashboardNode node)
    {
        services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, MetricsJson.Default));
        var stores = services.AddTornadose()
            .AddQueueStore<CpuMetrics>(StoreName.Cpu, OfMachine).SampledBy<CpuMetrics, CpuReader>(SampleRate.Machine)
            .AddQueueStore<MemoryMetrics>(StoreName.Memory, OfMachine).SampledBy<MemoryMetrics, MemoryReader>(SampleRate.Machine)
            .AddQueueStore<NetworkMetrics>(StoreName.Network, OfMachine).SampledBy<NetworkMetrics, NetworkReader>(SampleRate.Machine)
            .AddQueueStore<DiskMetrics>(StoreName.Disk, OfMachine).SampledBy<DiskMetrics, DiskReader>(SampleRate.Machine)
            .AddQueueStore<RuntimeMetrics>(node.Own(StoreName.Runtime), OfMachine)
            .SampledBy<RuntimeMetrics, RuntimeReader>(SampleRate.Machine)
            .AddQueueStore<PulseMetrics>(
                node.Own(StoreName.Pulse), o => (o.Capacity, o.SubscriberGrace) = (SampleRate.PulseMessages, SampleRate.PulseWindow))
            .SampledBy<PulseMetrics, PulseReader>(SampleRate.Pulse)
            .AddQueueStore<DeliveryMetrics>(node.Own(StoreName.Delivery), OfMachine)
            .SampledBy<DeliveryMetrics, DeliveryReader>(SampleRate.Machine)
            .AddKeyedStore<ProcessMetrics>(StoreName.Processes).ProducedBy((services, processes, stop) =>
                ActivatorUtilities.CreateInstance<ProcessTable>(services, ActivatorUtilities.CreateInstance<ProcessReader>(services))
                    .RunAsync(processes, stop))
            .AddKeyedStore<NodeMetrics>(StoreName.Nodes, o => o.KeyMaxAge = SampleRate.NodeMaxAge)
            .AddQueueStore(StoreName.Notes, o => (o.Capacity, o.MaxMessageBytes) = (StoreName.NotesKept, NoteBytes));
        return services.AddMachineReaders().AddSingleton(node).AddHostedService<StoresFollowed>();
    }

    // As many messages as the chart shows, so that it is full at the first paint. A page that is opened again within the time span of a
    // chart finds the chart without a gap.
    private static void OfMachine(StoreOptions store) =>
        (store.Capacity, store.SubscriberGrace) = (SampleRate.MachineMessages, SampleRate.MachineWindow);
}
