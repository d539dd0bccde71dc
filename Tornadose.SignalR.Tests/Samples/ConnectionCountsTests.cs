using System.Diagnostics.Metrics;
using BlazorDashboard.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class ConnectionCountsTests
{
    [Fact]
    public void Read_UpAndDown_IsTheBalanceOfItsOwnHost()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var others = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var counts = new ConnectionCounts(services.GetRequiredService<IMeterFactory>());
        var connections = Counter(services, "kestrel.active_connections");
        connections.Add(3);
        connections.Add(-1);
        Counter(services, "signalr.server.active_connections").Add(1);
        Counter(services, "kestrel.queued_connections").Add(9);
        Counter(others, "kestrel.active_connections").Add(40);
        Assert.Equal(new Connections(Open: 2, Requests: 0, WebSockets: 0, SignalR: 1), counts.Read());
    }

    private static UpDownCounter<long> Counter(IServiceProvider services, string name) =>
        services.GetRequiredService<IMeterFactory>().Create("test").CreateUpDownCounter<long>(name);
}
