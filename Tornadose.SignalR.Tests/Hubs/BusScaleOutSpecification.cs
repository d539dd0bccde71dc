using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Uses a manager of this test project, for builds without the official packages.</summary>
public sealed class BusScaleOutSpecification(RedisFixture redis) : ScaleOutSpecification(redis)
{
    private readonly HubBus _bus = new();

    protected override void ScaleOut(IServiceCollection services, string connectionString, string prefix) => services
        .AddSingleton(_bus)
        .AddSingleton(typeof(HubLifetimeManager<>), typeof(BusHubLifetimeManager<>));
}
