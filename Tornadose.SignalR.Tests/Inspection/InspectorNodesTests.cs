using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Inspection;

/// <summary>The inspector of one node shows the subscribers of all nodes that share its Redis.</summary>
public sealed class InspectorNodesTests
{
    [Fact]
    public async Task Look_FromOneNode_SeesBothAndEndsASubscriberOfTheOther()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = await StartAsync(redis);
        await using var b = await StartAsync(redis);
        await using var onB = await RawSse.OpenAsync(b.Orders());
        await Eventually.TrueAsync(async () => (await a.InspectAsync()).GetProperty("nodes").GetArrayLength() == 2);
        var other = (await a.InspectAsync("?store=orders")).GetProperty("nodes")[1];
        Assert.Equal(1, other.GetProperty("subscriberCount").GetInt32());
        var id = Assert.Single(other.GetProperty("subscribers").EnumerateArray()).GetProperty("id").GetString()!;
        Assert.Equal(204, await a.DismissAsync(id));
        Assert.Equal("tornadose.closed", (await onB.NextAsync()).Type);
        await b.UntilSubscribersAsync(0);
        Assert.Equal(404, await a.DismissAsync(id));
    }

    [Fact, Case("SEC-20")]
    public async Task Channel_WithWhateverSomebodyPublishes_LeavesTheInspectorAlone()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = await StartAsync(redis);
        await using var b = await StartAsync(redis);
        await Eventually.TrueAsync(async () => (await a.InspectAsync()).GetProperty("nodes").GetArrayLength() == 2);
        string[] forgeries =
        [
            "", "x", "\n", "\n\n", "x\nlook {", "x\ninspector", "x\ninspector\nlook {", "x\ninspector\nlook null",
            "x\ninspector\ndismiss ", "x\nother\nother",
        ];
        foreach (var forged in forgeries)
            await redis.CommandAsync("PUBLISH", "tornadose:_nodes", forged);
        Assert.Equal(2, (await a.InspectAsync()).GetProperty("nodes").GetArrayLength());
        a.Logs.AssertNoErrors();
        b.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task Node_WithoutTheRightToTheChannel_IsHealthyAndSeesItself()
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.CommandAsync("ACL", "SETUSER", "default", "resetchannels", "&{tornadose:*", "&tornadose:_probe:*");
        await using var a = await InspectedApp.StartAsync(
            stores => stores.AddStackExchangeRedis(
                redis.ConnectionString, TestBackplane.Quick), services => services.AddHealthChecks().AddTornadose());
        var health = a.Get<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckService>();
        await Eventually.TrueAsync(
            async () => (await health.CheckHealthAsync()).Status == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy);
        Assert.Equal(1, (await a.InspectAsync()).GetProperty("nodes").GetArrayLength());
        Assert.Equal(Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
    }

    [Fact]
    public async Task Look_WhileRedisIsAway_SeesThisNode()
    {
        await using var redis = RedisProcess.Later();
        await using var a = await StartAsync(redis);
        Assert.Equal(1, (await a.InspectAsync()).GetProperty("nodes").GetArrayLength());
    }

    private static Task<TestHost> StartAsync(RedisProcess redis) =>
        InspectedApp.StartAsync(stores => stores.AddStackExchangeRedis(redis.ConnectionString, TestBackplane.Quick));
}
