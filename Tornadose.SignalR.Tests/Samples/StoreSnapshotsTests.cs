using System.Text.Json;
using BlazorDashboard.Metrics;
using BlazorDashboard.Stores;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class StoreSnapshotsTests
{
    [Fact]
    public async Task Read_Metrics_GivesValuesAndTheIdBehindThem()
    {
        await using var host = await HostAsync();
        var store = host.Services.GetRequiredKeyedService<IStore<PulseMetrics>>(StoreName.Pulse);
        await store.PublishAsync(new PulseMetrics(1, 2.5, 3, 0, 5));
        var last = await store.PublishAsync(new PulseMetrics(2, 3.5, 3, 0, 5));
        var snapshot = await host.Get<StoreSnapshots>().ReadAsync(StoreName.Pulse, MetricsJson.Default.PulseMetrics);
        Assert.Equal(last.ToString(), snapshot.Id);
        Assert.Equal([2.5, 3.5], snapshot.Select(value => value.Cpu));
        Assert.Equal(2, snapshot.Latest!.At);
    }

    [Fact]
    public async Task Read_History_IsCamelCaseAndCannotEndItsScriptElement()
    {
        await using var host = await HostAsync();
        var disk = new DiskMetrics(1, 2, 3, 4, [new Volume("</script>", 5, 6, 7)]);
        await host.Services.GetRequiredKeyedService<IStore<DiskMetrics>>(StoreName.Disk).PublishAsync(disk);
        var history = (await host.Get<StoreSnapshots>().ReadAsync(StoreName.Disk, MetricsJson.Default.DiskMetrics)).History;
        Assert.DoesNotContain('<', history);
        var volume = JsonElement.Parse(history)[0].GetProperty("volumes")[0];
        Assert.Equal("</script>", volume.GetProperty("name").GetString());
        Assert.Equal(7, volume.GetProperty("usedPercent").GetDouble());
    }

    [Fact]
    public async Task Read_NothingPublished_HasAnIdAndNoValues()
    {
        await using var host = await HostAsync();
        var snapshot = await host.Get<StoreSnapshots>().ReadAsync(StoreName.Cpu, MetricsJson.Default.CpuMetrics);
        Assert.Equal(host.Get<IStoreProvider>().GetStore(StoreName.Cpu).Position.ToString(), snapshot.Id);
        Assert.Null(snapshot.Latest);
        Assert.Equal("[]", snapshot.History);
    }

    [Fact]
    public async Task ReadNotes_Text_IsAsItCame()
    {
        await using var host = await HostAsync();
        var id = await host.Get<IStoreProvider>().GetStore(StoreName.Notes).PublishAsync("a <b>\nc");
        Assert.Equal([new Note(id.ToString(), "a <b>\nc")], (await host.Get<StoreSnapshots>().ReadNotesAsync()).Values);
    }

    // Without the samplers: what is in the stores is what a test puts there.
    private static Task<TestHost> HostAsync() =>
        TestHost.StartAsync(builder => builder.Services.AddDashboardStores(new DashboardNode("test", null)));
}
