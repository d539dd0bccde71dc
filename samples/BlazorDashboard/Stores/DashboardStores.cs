using BlazorDashboard.Metrics;

namespace BlazorDashboard.Stores;

/// <summary>The stores of this application, each with what fills it.</summary>
public static class DashboardStores
{
    /// <summary>Adds the stores, and what reads them for a page.</summary>
    public static IServiceCollection AddDashboardStores(this IServiceCollection services, DashboardNode node)
    {
        services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, MetricsJson.Default));
        var stores = services.AddTornadose().AddBlazor()
            .AddQueueStore<CpuMetrics>(StoreName.Cpu, o => o.Capacity = StoreWindow.Machine)
            .AddQueueStore<MemoryMetrics>(StoreName.Memory, o => o.Capacity = StoreWindow.Machine)
            .AddQueueStore<NetworkMetrics>(StoreName.Network, o => o.Capacity = StoreWindow.Machine)
            .AddQueueStore<DiskMetrics>(StoreName.Disk, o => o.Capacity = StoreWindow.Machine)
            .AddQueueStore<RuntimeMetrics>(node.Own(StoreName.Runtime), o => o.Capacity = StoreWindow.Machine)
            .AddQueueStore<PulseMetrics>(node.Own(StoreName.Pulse), o => o.Capacity = StoreWindow.Pulse)
            .AddQueueStore<DeliveryMetrics>(node.Own(StoreName.Delivery), o => o.Capacity = StoreWindow.Machine)
            .AddQueueStore<NodeBeat>(StoreName.Nodes, o => o.Capacity = StoreWindow.Nodes)
            .AddQueueStore(StoreName.Notes, o => (o.Capacity, o.MaxMessageBytes) = (StoreWindow.Notes, StoreWindow.NoteBytes));
        if (node.Redis is not null)
            stores.AddStackExchangeRedis(node.Redis);
        return services.AddSingleton(node).AddSingleton<StoreSnapshots>().AddHostedService<StoresFollowed>();
    }

    /// <summary>Adds what publishes to the stores; the notes are left to people.</summary>
    public static IServiceCollection AddMachineSamplers(this IServiceCollection services, DashboardNode node) => services
        .AddMachineReaders()
        .AddSampler<CpuMetrics, CpuReader>(StoreName.Cpu, SampleRate.Machine)
        .AddSampler<MemoryMetrics, MemoryReader>(StoreName.Memory, SampleRate.Machine)
        .AddSampler<NetworkMetrics, NetworkReader>(StoreName.Network, SampleRate.Machine)
        .AddSampler<DiskMetrics, DiskReader>(StoreName.Disk, SampleRate.Machine)
        .AddSampler<RuntimeMetrics, RuntimeReader>(node.Own(StoreName.Runtime), SampleRate.Machine)
        .AddSampler<PulseMetrics, PulseReader>(node.Own(StoreName.Pulse), SampleRate.Pulse)
        .AddSampler<DeliveryMetrics, DeliveryReader>(node.Own(StoreName.Delivery), SampleRate.Machine)
        .AddSampler<NodeBeat, NodeReader>(StoreName.Nodes, SampleRate.Machine);
}
